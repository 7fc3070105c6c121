"""Measure the shapes of a network, layer by layer, by running it on a real batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from turncast.backend import keras
from turncast.explain.notes import axes_of, memory_of, note_of
from turncast.explain.subject import Subject

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LayerShape:
    """One layer: the shapes of its inputs and its output, and its purpose.

    Attributes:
        name: the layer's name in the network; `decoder/hidden` is inside `decoder`.
        kind: the class, such as `TimeDistributed(Dense)`.
        incoming: the shape of each input.
        outgoing: the shape of the output.
        axes: the axes of the output, such as `(B, T, H)`.
        weights: the number of its trainable parameters.
        memory: along which axis it carries memory, if any.
        note: what `return_sequences` or `TimeDistributed` does here, and why.
    """

    name: str
    kind: str
    incoming: tuple[Shape, ...]
    outgoing: Shape
    axes: str
    weights: int
    memory: str
    note: str


@dataclass(frozen=True, slots=True)
class Shapes:
    """The shapes of a network on a real batch.

    Attributes:
        layout: the name of the network's layout.
        corpus: the name of the corpus of the batch.
        real_turns: how many of the B x T turns are not padding.
        sizes: the size of each axis letter.
        layers: one record per layer, from the input to the output.
    """

    layout: str
    corpus: str
    real_turns: int
    sizes: Mapping[str, int]
    layers: tuple[LayerShape, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the shapes as JSON values."""
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
                    "axes": layer.axes,
                    "weights": layer.weights,
                    "memory": layer.memory,
                    "note": layer.note,
                }
                for layer in self.layers
            ],
        }


def measure_shapes(subject: Subject) -> Shapes:
    """Run a network on its batch, and record the shapes of each layer's inputs and output.

    >>> from turncast import simulate
    >>> from turncast.explain import build_subject
    >>> shapes = measure_shapes(build_subject(simulate(dialogues=20, seed=1), dialogues=4))
    >>> [(layer.kind, layer.axes) for layer in shapes.layers][-2:]
    [('TimeDistributed(Dense)', '(B, T, A)'), ('Activation(softmax)', '(B, T, A)')]
    >>> shapes.layers[-1].outgoing == (4, shapes.sizes["T"], shapes.sizes["A"])
    True
    """
    rows = list(_rows(subject, subject.model, subject.batch.inputs, ""))
    return Shapes(subject.config.layout, subject.name, subject.batch.num_turns, subject.sizes, tuple(rows))


def _rows(subject: Subject, model: Any, inputs: Any, prefix: str) -> Iterator[LayerShape]:
    """Yield a row for each layer of a model, in the order in which they run."""
    layers = [layer for layer in getattr(model, "operations", model.layers) if _is_shown(layer)]
    tensors = {layer.name: (keras.tree.flatten(layer.input), layer.output) for layer in layers}
    probe = keras.Model(model.inputs if prefix else model.input, tensors)
    results = probe.predict_on_batch(inputs)
    for layer in layers:
        incoming, outgoing = results[layer.name]
        inner = getattr(layer, "layer", None)
        yield LayerShape(
            name=prefix + layer.name,
            kind=kind_of(layer),
            incoming=tuple(_shape_read(subject, layer, np.shape(x)) for x in incoming),
            outgoing=np.shape(outgoing),
            axes=axes_of(subject.config, layer, prefix),
            weights=layer.count_params() if isinstance(layer, keras.layers.Layer) else 0,
            memory=memory_of(subject.config, layer, prefix),
            note=note_of(subject.config, layer, prefix),
        )
        if isinstance(inner, keras.Model):
            folded = incoming[0].reshape(-1, *incoming[0].shape[2:])
            yield from _rows(subject, inner, folded, f"{layer.name}/")


def _shape_read(subject: Subject, layer: Any, shape: Shape) -> Shape:
    """Return the shape that a layer reads: of the bits (B, T, F), which come as the indices of those set."""
    return (*shape[:-1], subject.num_features) if type(layer).__name__ == "BitDense" else shape


def _is_shown(layer: Any) -> bool:
    """Return whether to show a layer: all but the inputs, and of the operations only Concatenate."""
    if isinstance(layer, keras.layers.InputLayer):
        return False
    return isinstance(layer, keras.layers.Layer) or type(layer).__name__ == "Concatenate"


def kind_of(layer: Any) -> str:
    """Return a layer's class, with the argument that decides on its shape.

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
