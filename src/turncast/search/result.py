"""The result of a search: its trials, and the best settings as JSON or TOML."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from turncast.errors import ConfigError
from turncast.search.space import DEFAULTS
from turncast.search.trial import Trial


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The result of a search.

    Attributes:
        corpus: its name.
        trials: the trials that ended, in order; the first has the defaults, as far as the space has them.
        space: searched setting -> its distribution, in the form of `--space`.
        fixed: the settings that were the same in all trials.
        seeds: the number of trainings that each trial is the mean of.

    >>> trials = Trial({"units": 128}, "done", 0.7), Trial({"units": 64}, "done", 0.8)
    >>> result = SearchResult("tea", trials, {}, {})
    >>> print(result.to_toml())
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
        """The finished trials with their numbers (from 1), the best first."""
        done = [(n, trial) for n, trial in enumerate(self.trials, start=1) if trial.status == "done"]
        return tuple(sorted(done, key=lambda item: item[1].merit, reverse=True))

    @property
    def best(self) -> Trial:
        """The best trial, the first among equals.

        Raises:
            ConfigError: where no trial was finished.
        """
        if not self.ranked:
            if self.trials:
                raise ConfigError(f"none of {len(self.trials)} trials finished; {self.trials[-1].reason}")
            raise ConfigError("the search stopped before the first trial ended; run the same command again")
        return self.ranked[0][1]

    @property
    def settings(self) -> dict[str, Any]:
        """The best settings and the fixed ones, without those that have their default value."""
        chosen = {**self.fixed, **self.best.settings}
        return {name: value for name, value in chosen.items() if value != DEFAULTS[name]}

    def to_json(self) -> dict[str, Any]:
        """Return the result as values for JSON."""
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
        """Return the best settings as a file for `turncast train --config`, with comments."""
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
