"""The study: all trials so far, in one SQLite file of Optuna, and the next settings to try."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from turncast.config import Configuration
from turncast.errors import ConfigError, MissingExtra, StudyError
from turncast.search.space import SearchedSetting, defaults_in, draw
from turncast.search.trial import Trial

_NAME = "turncast"
_MAX_DRAWS = 100  # draws in a row, where the combinations of settings are invalid
_UNPRUNED_TRIALS, _UNPRUNED_EPOCHS = 5, 3  # the first trials, and the first epochs of a trial


class Study:
    """The trials of one search, which a later search with the same file continues.

    The draws depend on the seed and on the trials so far alone (decision 35): a search that was stopped
    continues as if it had not been.

    Args:
        path: the SQLite file; None keeps the study in memory.
        identity: all that must be the same for the study to be continued.
        seed: of the draws.

    Raises:
        StudyError: for a file that is not a study, or is the study of another search.
        MissingExtra: where Optuna is not installed.
    """

    def __init__(self, path: Path | None, identity: Mapping[str, Any], seed: int) -> None:
        self._path, self._seed = path, seed
        with self._quiet() as optuna:
            self._study = optuna.create_study(
                storage=None if path is None else _storage(path),
                study_name=_NAME,
                direction="maximize",
                load_if_exists=True,
                pruner=optuna.pruners.MedianPruner(_UNPRUNED_TRIALS, _UNPRUNED_EPOCHS),
            )
            self._check(json.loads(json.dumps(identity)))

    def _check(self, identity: Mapping[str, Any]) -> None:
        before = self._study.user_attrs.get("identity", identity)
        changed = [name for name in identity if before.get(name) != identity[name]]
        if changed:
            raise StudyError(
                f"{self._path}: the study differs in {', '.join(changed)}; give the same, or another --study"
            )
        self._study.set_user_attr("identity", identity)

    @property
    def trials(self) -> tuple[Trial, ...]:
        """All trials so far that ended."""
        records = (trial.user_attrs.get("trial") for trial in self._study.get_trials(deepcopy=False))
        return tuple(Trial(**record) for record in records if record)

    def ask(self, space: Sequence[SearchedSetting], fixed: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
        """Return the next trial of Optuna and its settings; the first trial has the defaults.

        Raises:
            ConfigError: where every drawn combination is invalid.
        """
        done, refusal = len(self.trials), None
        with self._quiet() as optuna:
            if not done:
                self._study.enqueue_trial(defaults_in(space))
            for number in range(_MAX_DRAWS):
                seed = np.random.SeedSequence([self._seed, done, number]).generate_state(1)
                self._study.sampler = optuna.samplers.TPESampler(seed=int(seed[0]))
                asked = self._study.ask()
                settings = draw(space, fixed, asked)
                try:
                    Configuration.from_settings({**fixed, **settings})
                except ConfigError as error:
                    refusal = error
                    self._study.tell(asked, state=optuna.trial.TrialState.FAIL)
                else:
                    return asked, settings
        raise ConfigError(f"every drawn combination of settings is invalid: {refusal}")

    def report(self, asked: Any, accuracy: float, step: int) -> bool:
        """Record the accuracy of a trial after a step; return whether to prune it."""
        with self._quiet():
            asked.report(accuracy, step)
            return bool(asked.should_prune())

    def finish(self, asked: Any, trial: Trial | None) -> None:
        """Record the end of a trial; None for one that was stopped, which does not count."""
        with self._quiet() as optuna:
            states = optuna.trial.TrialState
            if trial is None:
                self._study.tell(asked, state=states.FAIL)
                return
            asked.set_user_attr("trial", trial.to_json())
            if trial.status == "done":
                self._study.tell(asked, trial.dev_turn_accuracy)
            else:
                self._study.tell(asked, state=states.PRUNED if trial.status == "pruned" else states.FAIL)

    @contextmanager
    def _quiet(self) -> Iterator[Any]:
        """Give Optuna, with its log off, and raise StudyError for errors of its file."""
        optuna = _library()
        before = optuna.logging.get_verbosity()
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        try:
            yield optuna
        except optuna.exceptions.StorageInternalError as error:
            cause = error.__cause__ or error
            raise StudyError(
                f"{self._path}: {getattr(cause, 'orig', cause)}; check the disk's space"
            ) from None
        finally:
            optuna.logging.set_verbosity(before)


def _storage(path: Path) -> Any:
    """Return Optuna's storage in a new file, or one with a study."""
    path.parent.mkdir(parents=True, exist_ok=True)
    problem = "no study is in this file"
    try:
        if path.exists() and path.stat().st_size:
            with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as file:
                is_study = file.execute("SELECT 1 FROM sqlite_master WHERE name = 'studies'").fetchone()
        else:
            is_study = True
    except sqlite3.Error as error:
        is_study, problem = None, str(error)
    if not is_study:
        raise StudyError(f"{path}: {problem}; give another --study")
    try:
        return _library().storages.RDBStorage(f"sqlite:///{path.absolute()}")
    except RuntimeError as error:  # tables of another version of Optuna
        raise StudyError(f"{path}: {str(error).splitlines()[0]}; give another --study") from None


def _library() -> Any:
    try:
        import optuna
    except ImportError:
        raise MissingExtra("searching", "search") from None
    return optuna
