"""The shapes of a network, layer by layer, as they come out when it runs on a real batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from turncast.backend import keras
from turncast.explain.explained import Subject
from turncast.explain.notes import letters_of, memory_of, note_of

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LayerShape:
    """One layer: what came in, what went out, and what it is for.

    Attributes:
        name: the layer's name in the network; `decoder/hidden` is inside `decoder`.
        kind: what it is, as `TimeDistributed(Dense)`.
        incoming: the shape of each of its inputs.
        outgoing: the shape of its output.
        letters: what the axes of the output are, as `(B, T, H)`.
        weights: how many numbers it learns.
        memory: where memory flows in it, or that none does.
        note: what `return_sequences` or `TimeDistributed` does here, and why.
    """

    name: str
    kind: str
    incoming: tuple[Shape, ...]
    outgoing: Shape
    letters: str
    weights: int
    memory: str
    note: str


@dataclass(frozen=True, slots=True)
class Shapes:
    """The shapes of a network on a real batch.

    Attributes:
        layout: the network's layout.
        corpus: where the batch is from.
        real_turns: how many of the B x T turns are no padding.
        sizes: what each letter stands for.
        layers: one record a layer, from the input to the output.
    """

    layout: str
    corpus: str
    real_turns: int
    sizes: Mapping[str, int]
    layers: tuple[LayerShape, ...]

    def to_json(self) -> dict[str, Any]:
        """Return all as plain values."""
        return {
            "layout": self.layout,
            "corpus": self.corpus,
            "real_turns": self.real_turns,
            "sizes": dict(self.sizes),
            "layers": [
                {
                    "name": layer.name,
                    "kind": layer.kind,
                    "in": [list(shape) for shape in layer.incoming],
                    "out": list(layer.outgoing),
                    "axes": layer.letters,
                    "weights": layer.weights,
                    "memory": layer.memory,
                    "note": layer.note,
                }
                for layer in self.layers
            ],
        }


def shapes(subject: Subject) -> Shapes:
    """Run a network on its batch, and record what came into each layer and what went out.

    >>> from turncast import simulate
    >>> from turncast.explain import subject
    >>> found = shapes(subject(simulate(dialogues=20, seed=1), dialogues=4))
    >>> [(layer.kind, layer.letters) for layer in found.layers][-2:]
    [('TimeDistributed(Dense)', '(B, T, A)'), ('Activation(softmax)', '(B, T, A)')]
    >>> found.layers[-1].outgoing == (4, found.sizes["T"], found.sizes["A"])
    True
    """
    rows = list(_rows(subject, subject.model, subject.batch.inputs, ""))
    return Shapes(subject.config.layout, subject.name, subject.batch.num_turns, subject.sizes, tuple(rows))


def _rows(subject: Subject, model: Any, inputs: Any, prefix: str) -> Iterator[LayerShape]:
    """Yield a row for each layer of a model, in the order in which they run."""
    layers = [layer for layer in getattr(model, "operations", model.layers) if _is_shown(layer)]
    tensors = {layer.name: (keras.tree.flatten(layer.input), layer.output) for layer in layers}
    probe = keras.Model(model.inputs if prefix else model.input, tensors)
    found = probe.predict_on_batch(inputs)
    for layer in layers:
        incoming, outgoing = found[layer.name]
        inner = getattr(layer, "layer", None)
        yield LayerShape(
            name=prefix + layer.name,
            kind=kind_of(layer),
            incoming=tuple(np.shape(x) for x in incoming),
            outgoing=np.shape(outgoing),
            letters=letters_of(subject.config, layer, prefix),
            weights=layer.count_params() if isinstance(layer, keras.layers.Layer) else 0,
            memory=memory_of(subject.config, layer, prefix),
            note=note_of(subject.config, layer, prefix),
        )
        if isinstance(inner, keras.Model):
            folded = incoming[0].reshape(-1, *incoming[0].shape[2:])
            yield from _rows(subject, inner, folded, f"{layer.name}/")


def _is_shown(layer: Any) -> bool:
    """Whether it is a layer that a reader would name, or joins what others gave."""
    if isinstance(layer, keras.layers.InputLayer):
        return False
    return isinstance(layer, keras.layers.Layer) or type(layer).__name__ == "Concatenate"


def kind_of(layer: Any) -> str:
    """Return what a layer is, with what decides over its shape.

    >>> kind_of(keras.layers.TimeDistributed(keras.layers.Dense(3)))
    'TimeDistributed(Dense)'
    """
    name = type(layer).__name__
    if isinstance(layer, keras.layers.Wrapper):
        return f"{name}({kind_of(layer.layer)})"
    if isinstance(layer, keras.layers.RNN):
        return f"{name}(return_sequences={layer.return_sequences})"
    if isinstance(layer, keras.layers.Activation):
        return f"{name}({layer.activation.__name__})"
    return name
