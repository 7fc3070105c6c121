"""Compare a network with `return_sequences` True and False, by running the layers after the recurrent one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from turncast.backend import keras
from turncast.explain.subject import Subject
from turncast.layers import LSTM, MultiHot, RepeatVector, TimeDistributed
from turncast.network.hidden import RECURRENT_LAYERS


@dataclass(frozen=True, slots=True)
class SequencesComparison:
    """One layer, run after a recurrent layer with both settings.

    Attributes:
        layer: the layer, as Python code.
        with_sequences: the shape of its output with `return_sequences=True`, or its error.
        without: the same with `return_sequences=False`.
    """

    layer: str
    with_sequences: str
    without: str


def compare_return_sequences(subject: Subject) -> list[SequencesComparison]:
    """Run the usual layers after a recurrent one, on a real batch, with both settings.

    >>> from turncast import simulate
    >>> from turncast.explain import build_subject
    >>> rows = compare_return_sequences(build_subject(simulate(dialogues=20, seed=1), dialogues=4))
    >>> [row.without.startswith("ValueError") for row in rows if row.layer.startswith("TimeDistributed")]
    [True]
    """
    kind = RECURRENT_LAYERS.get(subject.config.cell, LSTM)
    units, actions, turns = subject.config.units, subject.num_actions, subject.batch.inputs["bits"].shape[1]
    bits = MultiHot(subject.num_features)(subject.batch.inputs["bits"])
    hidden = {setting: kind(units, return_sequences=setting)(bits) for setting in (True, False)}
    name = kind.__name__
    layers: dict[str, Callable[[Any], Any]] = {
        f"TimeDistributed(Dense({actions}))": lambda x: TimeDistributed(keras.layers.Dense(actions))(x),
        f"Dense({actions})": keras.layers.Dense(actions),
        f"a second {name}({units})": lambda x: kind(units)(x),
        f"RepeatVector({turns})": lambda x: RepeatVector(turns)(x),
    }
    rows = [
        SequencesComparison("the bits", _shape(bits), _shape(bits)),
        SequencesComparison(
            f"{name}({units}, return_sequences=...)", _shape(hidden[True]), _shape(hidden[False])
        ),
    ]
    for text, layer in layers.items():
        rows.append(SequencesComparison(text, _attempt(layer, hidden[True]), _attempt(layer, hidden[False])))
    return rows


def _attempt(layer: Callable[[Any], Any], x: Any) -> str:
    """Return the shape of the layer's output, or its error."""
    try:
        return _shape(layer(x))
    except (ValueError, TypeError) as error:
        # Keras may write a headline before the message, and the arguments after it.
        lines = [line for line in str(error).splitlines() if line.strip()]
        message = next((line for line in lines if not line.startswith("Exception encountered")), "")
        return f"{type(error).__name__}: {message}".replace("\x1b[1m", "").replace("\x1b[0m", "")


def _shape(x: Any) -> str:
    return str(tuple(x.shape))
