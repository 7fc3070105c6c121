"""A training with corrections, in a process of its own: `python -m turncast.web.retrain_process`.

It reads what to do as one JSON object from stdin, and tells how far it is as lines of JSON on stdout.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from turncast.corpus import Corpus
from turncast.errors import ModelError, TurncastError
from turncast.evaluation import Report, evaluate
from turncast.features import CorpusStatistics
from turncast.metrics import Fraction
from turncast.policy import Policy
from turncast.training import train
from turncast.web.workspace import Workspace

Tell = Callable[[dict[str, Any]], None]
_PAUSE = 0.2  # seconds between two tellings
_KINDER = 10  # the server's own process goes first


@dataclass(slots=True)
class _Telling:
    """Tells how far a training is."""

    tell: Tell
    turns: int = 0
    done: int = 0
    told: float = 0.0
    number: int = 1
    members: int = 1
    before: int = 0

    def member(self, number: int, members: int) -> None:
        """Note which of several networks comes."""
        self.number, self.members = number, members

    def begin(self, epochs: int, turns: int, done: int) -> None:
        """Say how much there is to do."""
        self.turns, self.before = turns, (self.number - 1) * epochs * turns
        everything = self.members * epochs * turns
        self.tell({"stage": "training", "all": everything, "epochs": epochs, "epoch": done})

    def advance(self, turns: int, loss: float) -> None:  # noqa: ARG002
        """Say how much was done, not too often."""
        self.done += turns
        if time.monotonic() - self.told > _PAUSE:
            self.told = time.monotonic()
            self.tell({"done": self.done})

    def epoch(self, record: dict[str, Any]) -> None:
        """Say what an epoch came to."""
        self.done = self.before + record["epoch"] * self.turns
        self.tell({"epoch": record["epoch"], "done": self.done, "dev": record["dev_turn_accuracy"]})

    def end(self) -> None:
        """Say that both models are judged now."""
        self.tell({"stage": "judging"})


def retrain(folder: Path, workspace: Workspace, tell: Tell) -> dict[str, Any]:
    """Train a model anew with the corrections, and put it in the place of the old one where it is no worse.

    The settings are those of the old model. Corrections are learned from, and never judge.

    Args:
        folder: the model's.
        workspace: the corpus, its dev part, and the corrections.
        tell: is told how far it is.

    Returns:
        The figures of both models, and whether the new one took the old one's place.

    Raises:
        TurncastError: where there is nothing to learn from, or the folder was changed meanwhile.
    """
    old = Policy.load(folder)
    saved = workspace.saved.by_id()
    corrections = Corpus(workspace.saved.path.name, tuple(saved.values()))
    part, dev = workspace.parts(old.card.train, saved)
    held_out = _was_held_out(old, part, corrections)
    card, progress = old.card, _Telling(tell)
    both = part + corrections
    new = train(both, dev, network=old.config, config=card.train, encoder=card.encoder, progress=progress)
    before, after = evaluate(old, dev), evaluate(new, dev)
    better = after.turns.part >= before.turns.part
    outcome = {
        "before": _figure(before.turns),
        "after": _figure(after.turns),
        "corrected_before": _figure(_right(old, corrections)),
        "corrected_after": _figure(_right(new, corrections)),
        "taken": better,
        "held_out": held_out,
    }
    if better:
        _replace(folder, old, new, after, tell)
    return outcome


def _right(policy: Policy, corrections: Corpus) -> Fraction:
    return evaluate(policy, corrections).turns if list(corrections) else Fraction(0, 0)


def _figure(fraction: Fraction) -> list[int]:
    return [fraction.part, fraction.whole]


def _replace(folder: Path, old: Policy, new: Policy, report: Report, tell: Tell) -> None:
    if Policy.load(folder).digest != old.digest:
        raise ModelError(f"{folder}: the model was replaced meanwhile; nothing was changed")
    tell({"stage": "saving"})
    new.save(folder, force=True, report=json.dumps(report.to_json(), ensure_ascii=False, indent=1))


def _was_held_out(old: Policy, part: Corpus, corrections: Corpus) -> bool:
    """Tell whether the old model learned from this training part and the first of these corrections alone.

    Then it has not seen the dev part. Its fingerprint says so.
    """
    layout = old.config.layout_row
    statistics, wanted = CorpusStatistics(), old.card.corpus.get("fingerprint")
    for dialogue in layout.labelled(part):
        statistics.add(dialogue, layout.example(dialogue))
    if statistics.fingerprint == wanted:
        return True
    for dialogue in layout.labelled(corrections):
        statistics.add(dialogue, layout.example(dialogue))
        if statistics.fingerprint == wanted:
            return True
    return False


def main() -> None:
    """Do what stdin says, and tell of it on stdout."""
    if hasattr(os, "nice"):
        os.nice(_KINDER)
    told, sys.stdout = sys.stdout, sys.stderr  # what libraries print is not for the server

    def tell(record: dict[str, Any]) -> None:
        if record.get("stage") == "saving":  # to cancel is too late: no folder is left half exchanged
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print(json.dumps(record), file=told, flush=True)

    asked = json.load(sys.stdin)
    workspace = Workspace(tuple(asked["corpus"]), tuple(asked["dev"]), Path(asked["corrections"]))
    try:
        tell({"outcome": retrain(Path(asked["folder"]), workspace, tell)})
    except TurncastError as error:
        tell({"problem": f"{error}."})
    except OSError as error:
        tell({"problem": f"{error.filename}: {error.strerror}; check the disk's space and permissions."})
    except Exception as error:  # noqa: BLE001 its text may hold what users said
        last = traceback.extract_tb(error.__traceback__)[-1]
        tell({"problem": f"The training failed: {type(error).__name__} at {last.filename}:{last.lineno}."})


if __name__ == "__main__":
    main()
