"""`turnwise data`: tools to look after corpora."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from turnwise.cli.options import (
    AsJson,
    ColumnNames,
    Conditions,
    CorpusPaths,
    FormatName,
    ReadSettings,
    read_corpus,
)
from turnwise.cli.output import counting, show, show_json
from turnwise.dialogue import Dialogue

app = typer.Typer(help="Look at corpora.", no_args_is_help=True)

EXAMPLES = """[bold]Examples[/bold]

turnwise data show dialogs.jsonl

turnwise data show log.csv --column dialogue=CaseID --column action=ActivityID --json"""


@app.callback()
def data() -> None:
    """Look at corpora."""


@app.command("show", epilog=EXAMPLES)
def show_corpus(
    corpus: CorpusPaths,
    format: FormatName = None,
    column: ColumnNames = None,
    read: ReadSettings = None,
    where: Conditions = None,
    samples: Annotated[int, typer.Option(min=0, help="How many dialogues to print.")] = 2,
    as_json: AsJson = False,
) -> None:
    """Show what a corpus holds: counts, lengths, actions, what was left out, sample dialogues."""
    found = read_corpus(corpus, format, column, read, where)
    summary = _Summary(found.name, samples)
    with counting("reading") as progress:
        for dialogue in found:
            summary.add(dialogue)
            progress(summary.turns)
    summary.skipped = dict(found.skipped)
    if as_json:
        show_json(summary.to_json())
    else:
        show(summary.to_text())


@dataclass(slots=True)
class _Summary:
    """What a corpus holds."""

    name: str
    wanted_samples: int
    turns: int = 0
    turns_with_user: int = 0
    turns_with_several: int = 0
    turns_without_action: int = 0
    lengths: Counter[int] = field(default_factory=Counter)
    actions: Counter[str] = field(default_factory=Counter)
    facts: Counter[str] = field(default_factory=Counter)
    samples: list[Dialogue] = field(default_factory=list)
    skipped: dict[str, int] = field(default_factory=dict)

    def add(self, dialogue: Dialogue) -> None:
        if len(self.samples) < self.wanted_samples:
            self.samples.append(dialogue)
        self.lengths[len(dialogue)] += 1
        self.turns += len(dialogue)
        for turn in dialogue:
            self.turns_with_user += turn.user is not None
            self.turns_with_several += len(turn.actions) > 1
            self.turns_without_action += not turn.actions
            self.actions.update(turn.actions)
            self.facts.update(turn.facts.keys())

    @property
    def length_figures(self) -> dict[str, float]:
        ordered = sorted(self.lengths.elements())
        middle = ordered[len(ordered) // 2]
        return {"min": ordered[0], "median": middle, "mean": self.turns / len(ordered), "max": ordered[-1]}

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "dialogues": self.lengths.total(),
            "turns": self.turns,
            "turns_with_user_text": self.turns_with_user,
            "turns_with_several_actions": self.turns_with_several,
            "turns_without_action": self.turns_without_action,
            "lengths": self.length_figures,
            "actions": dict(self.actions.most_common()),
            "facts": dict(self.facts.most_common()),
            "skipped": self.skipped,
        }

    def to_text(self) -> Group:
        figures = Table(show_header=False, box=None, title=Text(self.name), title_justify="left")
        lengths = self.length_figures
        figures.add_row("dialogues", f"{self.lengths.total():,}")
        figures.add_row("turns", f"{self.turns:,} ({self.turns_with_user:,} with user text)")
        figures.add_row(
            "turns a dialogue",
            f"{lengths['min']} to {lengths['max']}, median {lengths['median']}, mean {lengths['mean']:.1f}",
        )
        figures.add_row("actions", f"{len(self.actions):,}")
        figures.add_row(
            "turns with several / no actions", f"{self.turns_with_several:,} / {self.turns_without_action:,}"
        )
        figures.add_row("facts", f"{len(self.facts):,} names")
        for reason, count in self.skipped.items():
            figures.add_row("left out", Text(f"{count:,} x {reason}"))
        parts: list[RenderableType] = [figures, "", self._action_table()]
        for dialogue in self.samples:
            parts += ["", _dialogue_table(dialogue)]
        return Group(*parts)

    def _action_table(self) -> Table:
        table = Table("action", "taken", "share", show_edge=False)
        for action, count in self.actions.most_common(30):
            table.add_row(Text(action), f"{count:,}", f"{count / self.turns:.1%}")
        if len(self.actions) > 30:
            table.add_row(f"and {len(self.actions) - 30} more", "", "")
        return table


def _dialogue_table(dialogue: Dialogue) -> Table:
    """A dialogue as a table, a turn a row."""
    table = Table(
        "", "user", "facts", "actions", title=Text(dialogue.id), title_justify="left", show_edge=False
    )
    for number, turn in enumerate(dialogue, start=1):
        facts = ", ".join(f"{name}={value}" for name, value in turn.facts.items())
        table.add_row(str(number), Text(turn.user or ""), Text(facts), Text(", ".join(turn.actions)))
    return table
