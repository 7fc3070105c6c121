"""What a search found, as a table, as JSON, and as the settings for `turncast train`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from turncast.errors import ConfigError
from turncast.search.space import DEFAULTS
from turncast.search.trial import Trial

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found.

    Attributes:
        corpus: its name.
        trials: all that came to an end, in order; the first takes the defaults, where they can be drawn.
        space: what was searched: setting -> what it was drawn from, as `--space` takes it.
        fixed: the settings that were the same in all trials.
        seeds: how many trainings each trial is the mean of.

    >>> found = Found("tea", (Trial({"units": 128}, "done", 0.7), Trial({"units": 64}, "done", 0.8)), {}, {})
    >>> print(found.to_toml())
    # Found by turncast search on tea: trial 2 of 2, 80.00% of the dev part right.
    # With the defaults of what was searched: 70.00%.
    units = 64
    """

    corpus: str
    trials: tuple[Trial, ...]
    space: Mapping[str, str]
    fixed: Mapping[str, Any]
    seeds: int = 1

    @property
    def ranked(self) -> tuple[tuple[int, Trial], ...]:
        """The trials that were done, the best first, with their numbers, counted from 1."""
        done = [(n, trial) for n, trial in enumerate(self.trials, start=1) if trial.fate == "done"]
        return tuple(sorted(done, key=lambda item: item[1].merit, reverse=True))

    @property
    def best(self) -> Trial:
        """The best trial, the first among equals.

        Raises:
            ConfigError: where no trial was done.
        """
        if not self.ranked:
            if self.trials:
                raise ConfigError(f"none of {len(self.trials)} trials was done; {self.trials[-1].reason}")
            raise ConfigError("stopped before the first trial was done; the same command goes on")
        return self.ranked[0][1]

    @property
    def settings(self) -> dict[str, Any]:
        """The best settings that are not the defaults, those that were fixed included."""
        chosen = {**self.fixed, **self.best.settings}
        return {name: value for name, value in chosen.items() if value != DEFAULTS[name]}

    def to_json(self) -> dict[str, Any]:
        """Return all as plain values."""
        best, (number, _) = self.best, self.ranked[0]
        return {
            "corpus": self.corpus,
            "best": {
                "trial": number,
                "settings": self.settings,
                "dev_turn_accuracy": best.dev_turn_accuracy,
                "dev_loss": best.dev_loss,
            },
            "space": dict(self.space),
            "fixed": dict(self.fixed),
            "seeds": self.seeds,
            "trials": [trial.to_json() for trial in self.trials],
        }

    def to_toml(self) -> str:
        """Return the settings as `turncast train --config` takes them, with what they came to."""
        best, (number, _) = self.best, self.ranked[0]
        mean = f", mean of {self.seeds} seeds" if self.seeds > 1 else ""
        name = " ".join(self.corpus.split())
        lines = [
            f"# Found by turncast search on {name}: trial {number} of {len(self.trials)}, "
            f"{best.dev_turn_accuracy:.2%} of the dev part right{mean}."
        ]
        for other, trial in self.ranked:
            if other != number and all(DEFAULTS[name] == value for name, value in trial.settings.items()):
                lines.append(f"# With the defaults of what was searched: {trial.dev_turn_accuracy:.2%}.")
        lines += [
            f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in self.settings.items()
        ]
        return "\n".join(lines)

    def __rich__(self) -> Group:
        """Return the best trials as a table."""
        mean = f", mean of {self.seeds} seeds" if self.seeds > 1 else ""
        title = Text(f"{self.corpus}: the best of {len(self.trials)} trials, by the dev part{mean}")
        table = Table("trial", "dev", "loss", "epochs", "s", "settings", title=title, title_justify="left")
        for column in table.columns[:-1]:
            column.justify = "right"
        for number, trial in self.ranked[:_SHOWN]:
            changed = (f"{name}={value}" for name, value in trial.settings.items() if value != DEFAULTS[name])
            table.add_row(
                str(number),
                f"{trial.dev_turn_accuracy:.2%}",
                f"{trial.dev_loss:.3f}",
                str(trial.epochs),
                f"{trial.seconds:.0f}",
                Text(", ".join(changed) or "the defaults"),
            )
        fates = [trial.fate for trial in self.trials]
        left_out = [f"{fate}: {fates.count(fate)} trials" for fate in ("pruned", "failed") if fate in fates]
        return Group(table, *left_out)
