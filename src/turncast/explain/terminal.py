"""Explanations and shapes as tables for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

from turncast.explain.prediction import Explanation
from turncast.layouts import LAYOUTS
from turncast.vocabulary import join_actions

if TYPE_CHECKING:  # these modules import Keras
    from turncast.explain.compare import SequencesComparison
    from turncast.explain.layer_shapes import Shapes


_LONG = 24  # characters of a layer


def render_explanation(explanation: Explanation, top: int = 10) -> Group:
    """Return the first `top` rows of an explanation; the last column is empty where the prediction stays."""
    text = repr(explanation.user) if explanation.user else "no user text"
    title = Text(f"turn {explanation.turn}, {text}: {join_actions(explanation.actions)}")
    table = Table("left out", "", "with", "without", "difference", "then predicted", title=title)
    table.title_justify = "left"
    for column in table.columns[2:5]:
        column.justify = "right"
    for removal in explanation.removals[:top]:
        table.add_row(
            removal.kind,
            Text(removal.name),
            f"{explanation.probability:.3f}",
            f"{removal.probability:.3f}",
            f"{explanation.probability - removal.probability:+.3f}",
            Text("" if removal.actions == explanation.actions else join_actions(removal.actions)),
        )
    return Group(table, Text(f"with, without: the probability of {explanation.action}"))


def render_shapes(shapes: Shapes) -> Group:
    """Return the shapes of a network: layer by layer, the axis letters, and where memory flows."""
    title = Text(f"{shapes.layout} on {shapes.sizes['B']} dialogues of {shapes.corpus}")
    table = Table("layer", "in", "out", "axes", "weights", title=title, title_justify="left")
    table.columns[-1].justify = "right"
    for layer in shapes.layers:
        incoming = "  ".join(str(shape) for shape in layer.incoming)
        # Long arguments get lines of their own, so that the table fits 80 columns.
        code = layer.kind if len(layer.kind) <= _LONG else layer.kind.replace("(", "(\n ")
        kind = Text(f"{layer.name}\n").append(code, style="dim")
        table.add_row(kind, incoming, str(layer.outgoing), layer.axes, f"{layer.weights:,}")
    _fold(table)
    table.columns[0].no_wrap = True
    memory = Table("layer", "memory flows", "why", show_edge=False)
    _fold(memory)
    for layer in shapes.layers:
        if layer.note or not layer.memory.startswith("none"):
            memory.add_row(layer.name, layer.memory, layer.note)
    return Group(table, "", Text(_legend(shapes)), "", memory)


def _fold(table: Table) -> None:
    """Let words that are longer than a column go on in the next line, instead of cutting them."""
    for column in table.columns:
        column.overflow = "fold"


def _legend(shapes: Shapes) -> str:
    """Return the meaning and the size of each axis letter."""
    slots = shapes.sizes["B"] * shapes.sizes["T"]
    meanings = {
        "B": "dialogues",
        "T": f"turns of the longest dialogue ({shapes.real_turns:,} of {slots:,} turn slots are not padding)",
        "K": "set bits of the turn with most bits: a turn's F bits are passed as the places of those set",
        "F": "features: all bits of the input",
        "W": "words of the longest turn",
        "V": "words of the vocabulary",
        "E": "units of the layer that reads the bits",
        "D": "units of a word embedding",
        "k": "predicted actions at each turn",
        "H": "hidden units",
        "A": f"{LAYOUTS[shapes.layout].answer}s",
    }
    return "\n".join(f"{letter} = {size:,} {meanings[letter]}" for letter, size in shapes.sizes.items())


def render_sequences_comparison(rows: Sequence[SequencesComparison]) -> Table:
    """Return the output of each layer with and without `return_sequences`, side by side."""
    table = Table("after the recurrent layer", "return_sequences=True", "return_sequences=False")
    _fold(table)
    for row in rows:
        table.add_row(Text(row.layer), Text(row.with_sequences), Text(row.without))
    return table
