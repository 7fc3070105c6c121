"""`turncast train --from`: the model that grows, and what it learned and forgot by it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.table import Table

from turncast.corpus import Corpus
from turncast.errors import ConfigError
from turncast.evaluation import Report, evaluate
from turncast.policy import Policy
from turncast.training import with_replay

ParentPath = Annotated[
    Path | None,
    typer.Option("--from", metavar="MODEL", help="Grow from this model: keep its weights, add what is new."),
]
OldDev = Annotated[
    list[str] | None,
    typer.Option(metavar="CORPUS", help="With --from: old dialogues, to say what was forgotten."),
]
Replay = Annotated[
    list[str] | None,
    typer.Option(metavar="CORPUS", help="With --from: old dialogues, of which some are learned from again."),
]


@dataclass(frozen=True, slots=True)
class Growing:
    """A model that grows.

    Attributes:
        parent: the model.
        old_dev: old dialogues to be judged on before and after.
        replay: old dialogues to be learned from again.
    """

    parent: Policy
    old_dev: Corpus | None
    replay: Corpus | None

    @classmethod
    def of(
        cls,
        path: Path | None,
        out: Path,
        old_dev: list[str] | None,
        replay: list[str] | None,
        reading: Callable[[list[str]], Corpus],
    ) -> Growing | None:
        """Load the model that --from names; None where it is not given.

        Raises:
            ConfigError: for options that mean nothing without it, and for --out in its place.
        """
        if path is None:
            for given, option in ((old_dev, "--old-dev"), (replay, "--replay")):
                if given:
                    raise ConfigError(f"{option} is given without a model to grow from; name it with --from")
            return None
        if out.resolve() == path.resolve():
            raise ConfigError(f"--out {out} is the model to grow from, which is kept; give another folder")
        corpora = (reading(sources) if sources else None for sources in (old_dev, replay))
        return cls(Policy.load(path), *corpora)

    def lessons(self, part: Corpus, seed: int) -> Corpus:
        """Return the new dialogues with the old ones that are to be learned from again."""
        return with_replay(part, self.replay, seed) if self.replay else part

    def report(self, policy: Policy, dev: Corpus, after: Report) -> GrowthReport:
        """Judge the model before and after on new dialogues, and on old ones where they are given."""
        judged = {"new dialogues": (evaluate(self.parent, dev), after)}
        if self.old_dev:
            judged["old dialogues"] = (evaluate(self.parent, self.old_dev), evaluate(policy, self.old_dev))
        actions = tuple(action for action in policy.space if action not in self.parent.space)
        return GrowthReport(judged, actions, policy.encoder.width - self.parent.encoder.width)


@dataclass(frozen=True, slots=True)
class GrowthReport:
    """What a model learned and what it forgot.

    Attributes:
        judged: by what it was judged on, the reports before and after.
        actions: that are new.
        bits: by how many the input is wider.
    """

    judged: Mapping[str, tuple[Report, Report]]
    actions: tuple[str, ...]
    bits: int

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "new_actions": list(self.actions),
            "new_bits": self.bits,
            "turn_accuracy": {
                name: {"corpus": after.corpus, "before": before.turn_accuracy, "after": after.turn_accuracy}
                for name, (before, after) in self.judged.items()
            },
        }

    def __rich__(self) -> Group:
        """Return it as a table."""
        table = Table("turns right", "before", "after", "", show_edge=False)
        for name, (before, after) in self.judged.items():
            of = f"of {after.turns.whole:,}"
            table.add_row(name, f"{before.turn_accuracy:.1%}", f"{after.turn_accuracy:.1%}", of)
        lines = [f"New: {len(self.actions)} actions, {self.bits} bits of the input."]
        if "old dialogues" not in self.judged:
            lines.append("What it forgot cannot be shown: give old dialogues with --old-dev.")
        return Group(table, "", *lines, "")
