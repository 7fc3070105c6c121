"""What an evaluation found, as JSON and as text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from turnwise.evaluation.calibration import Calibration
from turnwise.metrics import ActionScore, Fraction

_FLOOR_TITLES = {
    "majority": "floor: the most frequent action",
    "bigram": "floor: the most frequent after the previous",
    "count_table": "floor: a table of counts",
}


@dataclass(frozen=True, slots=True)
class _Terms:
    """What the text calls a decision and an answer, which differs between the layouts."""

    decisions: str = "turns"
    answer: str = "action"
    floors: Mapping[str, str] = field(default_factory=dict)


_TERMS = {
    "one-to-many": _Terms(
        "decisions", floors={"bigram": "floor: the most frequent at the same place of a dialogue"}
    ),
    "many-to-one": _Terms(
        "dialogues",
        "outcome",
        {
            "majority": "floor: the most frequent outcome",
            "bigram": "floor: the most frequent after the last action seen",
        },
    ),
}


@dataclass(frozen=True, slots=True)
class Report:
    """What an evaluation found.

    Attributes:
        corpus: the name of the corpus judged on.
        turns: turns that are right, of all. A turn stands for a decision: with the layout `one-to-many` an
            action of the foreseen course, its end included; with `many-to-one` the outcome of a dialogue.
        dialogues: dialogues of which every turn is right, of all.
        micro_f1: over all decisions together.
        macro_f1: mean over the actions.
        weighted_f1: mean over the actions, weighted by how often each was taken.
        unknown_actions: turns with an action that the policy does not know; counted as wrong.
        top_3: turns whose true actions are all among the three most probable.
        floors: turns that each floor has right.
        actions: the score of each action, the most frequent first.
        skipped: what the reader left out, and dialogues without the outcome that is to be foreseen.
        calibration: whether the policy's probabilities can be believed, and what abstaining brings.
        layout: the policy's layout.
        ahead: with `many-to-many-1`, how often the first, second, ... action that a turn foresees is right.
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
    calibration: Calibration
    layout: str = "many-to-many-2"
    ahead: tuple[Fraction, ...] = ()

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
            "layout": self.layout,
            "dialogues": self.dialogues.whole,
            "turns": self.turns.whole,
            "right_dialogues": self.dialogues.part,
            "right_turns": self.turns.part,
            "turn_accuracy": self.turn_accuracy,
            "dialogue_accuracy": self.dialogue_accuracy,
            "top_3_accuracy": self.top_3.value,
            "ahead": [fraction.value for fraction in self.ahead],
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
            "calibration": self.calibration.to_json(),
            "skipped": dict(self.skipped),
        }

    def __rich__(self) -> Group:
        """Return the report as tables."""
        terms, title = _TERMS.get(self.layout, _Terms()), Text(self.corpus)
        right = f"{terms.decisions} right"
        summary = Table("", right, "", title=title, title_justify="left", show_edge=False)
        summary.add_row("this policy", f"{self.turn_accuracy:.1%}", _of(self.turns), style="bold")
        for name, floor in self.floors.items():
            floor_title = terms.floors.get(name, _FLOOR_TITLES[name])
            summary.add_row(floor_title, f"{floor.value:.1%}", _of(floor))
        more = Table(show_header=False, show_edge=False, box=None)
        if self.layout != "many-to-one":
            more.add_row("dialogues right throughout", str(self.dialogues))
        if self.ahead:
            shares = ", ".join(f"{fraction.value:.1%}" for fraction in self.ahead)
            more.add_row(f"right 1 to {len(self.ahead)} actions ahead", shares)
        more.add_row(f"true {terms.answer} among the first three", str(self.top_3))
        more.add_row(
            "F1 micro / macro / weighted",
            f"{self.micro_f1:.3f} / {self.macro_f1:.3f} / {self.weighted_f1:.3f}",
        )
        more.add_row(
            f"{terms.decisions} with an unknown {terms.answer}",
            f"{self.unknown_actions:,} (counted as wrong)",
        )
        for figure, found in self.calibration.lines():
            more.add_row(figure, found)
        for reason, count in self.skipped.items():
            more.add_row("left out", Text(f"{count:,} x {reason}"))
        return Group(summary, "", more, "", self._weakest(f"{terms.answer}s most often missed"))

    def _weakest(self, title: str) -> Table:
        """The actions that cost most turns."""
        table = Table(title, "taken", "predicted", "right", "F1", show_edge=False)
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
