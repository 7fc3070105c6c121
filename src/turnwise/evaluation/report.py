"""What an evaluation found, as JSON and as text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from turnwise.metrics import ActionScore, Fraction

_FLOOR_TITLES = {
    "majority": "floor: the most frequent action",
    "bigram": "floor: the most frequent after the previous",
    "count_table": "floor: a table of counts",
}


@dataclass(frozen=True, slots=True)
class Report:
    """What an evaluation found.

    Attributes:
        corpus: the name of the corpus judged on.
        turns: turns that are right, of all.
        dialogues: dialogues of which every turn is right, of all.
        micro_f1: over all decisions together.
        macro_f1: mean over the actions.
        weighted_f1: mean over the actions, weighted by how often each was taken.
        unknown_actions: turns with an action that the policy does not know; counted as wrong.
        top_3: turns whose true actions are all among the three most probable.
        floors: turns that each floor has right.
        actions: the score of each action, the most frequent first.
        skipped: what the reader left out.
    """

    corpus: str
    turns: Fraction
    dialogues: Fraction
    micro_f1: float
    macro_f1: float
    weighted_f1: float
    unknown_actions: int
    top_3: Fraction
    floors: Mapping[str, Fraction]
    actions: Mapping[str, ActionScore]
    skipped: Mapping[str, int]

    @property
    def turn_accuracy(self) -> float:
        """The share of turns that are right."""
        return self.turns.value

    @property
    def dialogue_accuracy(self) -> float:
        """The share of dialogues of which every turn is right."""
        return self.dialogues.value

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain values."""
        return {
            "corpus": self.corpus,
            "dialogues": self.dialogues.whole,
            "turns": self.turns.whole,
            "right_dialogues": self.dialogues.part,
            "right_turns": self.turns.part,
            "turn_accuracy": self.turn_accuracy,
            "dialogue_accuracy": self.dialogue_accuracy,
            "top_3_accuracy": self.top_3.value,
            "micro_f1": self.micro_f1,
            "macro_f1": self.macro_f1,
            "weighted_f1": self.weighted_f1,
            "unknown_actions": self.unknown_actions,
            "floors": {name: floor.value for name, floor in self.floors.items()},
            "actions": {
                name: {
                    "support": score.support,
                    "predicted": score.predicted,
                    "right": score.right,
                    "precision": score.precision,
                    "recall": score.recall,
                    "f1": score.f1,
                }
                for name, score in self.actions.items()
            },
            "skipped": dict(self.skipped),
        }

    def __rich__(self) -> Group:
        """Return the report as tables."""
        summary = Table("", "turns right", "", title=Text(self.corpus), title_justify="left", show_edge=False)
        summary.add_row("this policy", f"{self.turn_accuracy:.1%}", _of(self.turns), style="bold")
        for name, floor in self.floors.items():
            summary.add_row(_FLOOR_TITLES[name], f"{floor.value:.1%}", _of(floor))
        more = Table(show_header=False, show_edge=False, box=None)
        more.add_row("dialogues right throughout", str(self.dialogues))
        more.add_row("true action among the first three", str(self.top_3))
        more.add_row(
            "F1 micro / macro / weighted",
            f"{self.micro_f1:.3f} / {self.macro_f1:.3f} / {self.weighted_f1:.3f}",
        )
        more.add_row("turns with an unknown action", f"{self.unknown_actions:,} (counted as wrong)")
        for reason, count in self.skipped.items():
            more.add_row("left out by the reader", Text(f"{count:,} x {reason}"))
        return Group(summary, "", more, "", self._weakest())

    def _weakest(self) -> Table:
        """The actions that cost most turns."""
        table = Table("actions most often missed", "taken", "predicted", "right", "F1", show_edge=False)
        for column in table.columns[1:]:
            column.justify = "right"
        missed = sorted(self.actions.items(), key=lambda item: item[1].right - item[1].support)
        for name, score in missed[:8]:
            if score.right < score.support:
                table.add_row(
                    Text(name),
                    f"{score.support:,}",
                    f"{score.predicted:,}",
                    f"{score.right:,}",
                    f"{score.f1:.2f}",
                )
        if not table.rows:
            table.add_row("none", "", "", "", "")
        return table


def _of(fraction: Fraction) -> str:
    return f"{fraction.part:,} of {fraction.whole:,}"
