"""The same network with `return_sequences` True and False, side by side, each as it really runs or fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from turncast.backend import keras
from turncast.explain.explained import Subject
from turncast.layers import GRU, LSTM, MultiHot, RepeatVector, SimpleRNN, TimeDistributed

_CELLS = {"lstm": LSTM, "gru": GRU, "simple-rnn": SimpleRNN}


@dataclass(frozen=True, slots=True)
class Step:
    """One layer, with both settings.

    Attributes:
        layer: how it is written.
        with_sequences: the shape of its output with `return_sequences=True`, or the error.
        without: the same with `return_sequences=False`.
    """

    layer: str
    with_sequences: str
    without: str


def compare_return_sequences(subject: Subject) -> list[Step]:
    """Run the layers that stand behind a recurrent one, on the real batch, with both settings.

    >>> from turncast import simulate
    >>> from turncast.explain import subject
    >>> steps = compare_return_sequences(subject(simulate(dialogues=20, seed=1), dialogues=4))
    >>> [step.without.startswith("ValueError") for step in steps if step.layer.startswith("TimeDistributed")]
    [True]
    """
    kind = _CELLS.get(subject.config.cell, LSTM)
    units, actions, turns = subject.config.units, subject.num_actions, subject.batch.inputs["bits"].shape[1]
    bits = MultiHot(subject.num_features)(subject.batch.inputs["bits"])
    hidden = {both: kind(units, return_sequences=both)(bits) for both in (True, False)}
    name = kind.__name__
    behind: dict[str, Callable[[Any], Any]] = {
        f"TimeDistributed(Dense({actions}))": lambda x: TimeDistributed(keras.layers.Dense(actions))(x),
        f"Dense({actions})": keras.layers.Dense(actions),
        f"a second {name}({units})": lambda x: kind(units)(x),
        f"RepeatVector({turns})": lambda x: RepeatVector(turns)(x),
    }
    steps = [
        Step("the bits", _shape(bits), _shape(bits)),
        Step(f"{name}({units}, return_sequences=...)", _shape(hidden[True]), _shape(hidden[False])),
    ]
    for text, layer in behind.items():
        steps.append(Step(text, _attempt(layer, hidden[True]), _attempt(layer, hidden[False])))
    return steps


def _attempt(layer: Callable[[Any], Any], x: Any) -> str:
    try:
        return _shape(layer(x))
    except (ValueError, TypeError) as error:
        # Keras may write a headline over our message, and the arguments under it.
        lines = [line for line in str(error).splitlines() if line.strip()]
        said = next((line for line in lines if not line.startswith("Exception encountered")), "")
        return f"{type(error).__name__}: {said}".replace("\x1b[1m", "").replace("\x1b[0m", "")


def _shape(x: Any) -> str:
    return str(tuple(x.shape))
