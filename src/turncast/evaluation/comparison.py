"""What a comparison of two policies found, as values, as JSON and as text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from turncast.evaluation.bootstrap import Interval
from turncast.metrics import Fraction

LEVEL = 0.05
_MOST_ACTIONS = 10


@dataclass(frozen=True, slots=True)
class ActionDuel:
    """One action: how often it was taken, and in how many of these turns each policy was right."""

    support: int
    right: tuple[int, int]


@dataclass(frozen=True, slots=True)
class WonTurn:
    """A turn that one policy had right and the other wrong.

    Attributes:
        dialogue: the id of its dialogue.
        turn: its number, from 1.
        true: the actions really taken, which the winner predicted.
        predicted: what the loser predicted.
        probability: how probable the loser held its first action.
    """

    dialogue: str
    turn: int
    true: str
    predicted: str
    probability: float

    def to_json(self) -> dict[str, Any]:
        """Return the turn as plain values."""
        return {
            "dialogue": self.dialogue,
            "turn": self.turn,
            "true": self.true,
            "predicted": self.predicted,
            "probability": round(self.probability, 6),
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a comparison of two policies on the same dialogues found. Pairs are of the first and the second.

    Attributes:
        corpus: the name of the corpus judged on.
        names: what the policies are called.
        right: turns that each has right, of all.
        won_turns: turns that it has right and the other wrong.
        dialogues: all dialogues.
        won_dialogues: dialogues of which it has more turns right than the other.
        p_value: of the sign test over won dialogues: how probable so uneven a result is, were they equal.
        difference_interval: 95% interval of the first's turn accuracy less the second's, by bootstrap over
            dialogues.
        actions: the duel of each action, the most frequent first.
        examples: turns won by each, those first in which the other was most sure; at most 20.
        skipped: what the reader left out.
    """

    corpus: str
    names: tuple[str, str]
    right: tuple[Fraction, Fraction]
    won_turns: tuple[int, int]
    dialogues: int
    won_dialogues: tuple[int, int]
    p_value: float
    difference_interval: Interval
    actions: Mapping[str, ActionDuel]
    examples: tuple[tuple[WonTurn, ...], tuple[WonTurn, ...]]
    skipped: Mapping[str, int]

    @property
    def difference(self) -> float:
        """The first's turn accuracy less the second's."""
        return self.right[0].value - self.right[1].value

    @property
    def beyond_chance(self) -> bool:
        """Whether equal policies would differ so in fewer than 5 of 100 corpora, by the sign test."""
        return self.p_value < LEVEL

    def to_json(self) -> dict[str, Any]:
        """Return the comparison as plain values."""
        return {
            "corpus": self.corpus,
            "names": list(self.names),
            "dialogues": self.dialogues,
            "turns": self.right[0].whole,
            "right_turns": [share.part for share in self.right],
            "turn_accuracy": [share.value for share in self.right],
            "difference": self.difference,
            "difference_interval": self.difference_interval.to_json(),
            "won_turns": list(self.won_turns),
            "won_dialogues": list(self.won_dialogues),
            "p_value": self.p_value,
            "beyond_chance": self.beyond_chance,
            "actions": {
                name: {"support": duel.support, "right": list(duel.right)}
                for name, duel in self.actions.items()
            },
            "examples": [[turn.to_json() for turn in turns] for turns in self.examples],
            "skipped": dict(self.skipped),
        }

    def __rich__(self) -> Group:
        """Return the comparison as tables."""
        table = Table("", title=Text(self.corpus), title_justify="left", show_edge=False)
        for name in self.names:
            table.add_column(Text(name))
        turns, dialogues = self.right[0].whole, self.dialogues
        table.add_row("turns right", *map(str, self.right))
        table.add_row(f"turns won, of {turns:,}", *(f"{won:,}" for won in self.won_turns))
        table.add_row(f"dialogues won, of {dialogues:,}", *(f"{won:,}" for won in self.won_dialogues))
        more = Table(show_header=False, show_edge=False, box=None)
        interval = self.difference_interval
        more.add_row(
            "difference in turns right",
            f"{100 * self.difference:+.1f} points, "
            f"95% interval {100 * interval.low:+.1f} to {100 * interval.high:+.1f}",
        )
        verdict = "more than chance" if self.beyond_chance else "may be chance"
        more.add_row("sign test over dialogues", f"p = {self.p_value:.2g}: {verdict}")
        for reason, count in self.skipped.items():
            more.add_row("left out", Text(f"{count:,} x {reason}"))
        return Group(table, "", more, "", self._duels())

    def _duels(self) -> Table:
        """The actions in which the two differ most."""
        table = Table("action", show_edge=False)
        for name in ("taken", *self.names):
            table.add_column(Text(name), justify="right")
        ranked = sorted(self.actions.items(), key=lambda item: -abs(item[1].right[0] - item[1].right[1]))
        for name, duel in ranked[:_MOST_ACTIONS]:
            if duel.right[0] != duel.right[1]:
                table.add_row(Text(name), f"{duel.support:,}", *(f"{right:,}" for right in duel.right))
        if not table.rows:
            table.add_row("no action differs", "", "", "")
        return table
