"""Retrain a model with corrections, in a process of its own: `python -m turncast.web.retrain_process`.

The process reads its task as one JSON object from stdin, and writes its progress as JSON Lines to stdout.
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

Send = Callable[[dict[str, Any]], None]
_MESSAGE_SECONDS = 0.2  # at least, between two messages about batches
_NICENESS = 10  # the process of the server has priority


@dataclass(slots=True)
class _ProgressMessages:
    """Sends the progress of a training as messages.

    Attributes:
        send: sends a message.
        turns: the number of turns in an epoch.
        done: the number of turns trained on so far, over all epochs and networks.
        sent_at: when the last message about a batch was sent.
        number: the network in training, counted from 1.
        members: the number of networks.
        done_before: the largest number of turns of the networks before this one.
    """

    send: Send
    turns: int = 0
    done: int = 0
    sent_at: float = 0.0
    number: int = 1
    members: int = 1
    done_before: int = 0

    def member(self, number: int, members: int) -> None:
        """Note which of several networks is trained next."""
        self.number, self.members = number, members

    def begin(self, epochs: int, turns: int, done: int) -> None:
        """Send how many epochs and turns there are at most."""
        self.turns, self.done_before = turns, (self.number - 1) * epochs * turns
        total = self.members * epochs * turns
        self.send({"stage": "training", "total": total, "epochs": epochs, "epoch": done})

    def advance(self, turns: int, loss: float) -> None:  # noqa: ARG002
        """Count the turns of a batch, and send the count where the last message is old enough."""
        self.done += turns
        if time.monotonic() - self.sent_at > _MESSAGE_SECONDS:
            self.sent_at = time.monotonic()
            self.send({"done": self.done})

    def epoch(self, record: dict[str, Any]) -> None:
        """Send the result of an epoch."""
        self.done = self.done_before + record["epoch"] * self.turns
        self.send({"epoch": record["epoch"], "done": self.done, "dev": record["dev_turn_accuracy"]})

    def end(self) -> None:
        """Send that both models are evaluated next."""
        self.send({"stage": "evaluating"})


def retrain(folder: Path, workspace: Workspace, send: Send) -> dict[str, Any]:
    """Train a model with the corrections, and replace the old model where the new one is not worse.

    The new model has the settings of the old one. Corrections are trained on, and left out of the dev part.

    Args:
        folder: the folder of the model.
        workspace: the corpus, its dev part, and the corrections.
        send: receives the messages about the progress.

    Returns:
        The right turns of both models, each with the number of all turns, and whether the new one was taken.

    Raises:
        TurncastError: where there is nothing to train on, or the folder was replaced meanwhile.
    """
    old = Policy.load(folder)
    saved = workspace.corrections.by_id()
    corrections = Corpus(workspace.corrections.path.name, tuple(saved.values()))
    part, dev = workspace.train_and_dev(old.card.train, saved)
    held_out = _was_held_out(old, part, corrections)
    card, progress = old.card, _ProgressMessages(send)
    config = card.train.model_copy(update={"devices": 0})  # the cores of this machine
    both = part + corrections
    new = train(both, dev, network=old.config, config=config, encoder=card.encoder, progress=progress)
    before, after = evaluate(old, dev), evaluate(new, dev)
    is_better = after.turns.part >= before.turns.part
    outcome = {
        "before": _counts(before.turns),
        "after": _counts(after.turns),
        "corrected_before": _counts(_right_turns(old, corrections)),
        "corrected_after": _counts(_right_turns(new, corrections)),
        "taken": is_better,
        "held_out": held_out,
    }
    if is_better:
        _replace(folder, old, new, after, send)
    return outcome


def _right_turns(policy: Policy, corrections: Corpus) -> Fraction:
    return evaluate(policy, corrections).turns if list(corrections) else Fraction(0, 0)


def _counts(fraction: Fraction) -> list[int]:
    return [fraction.part, fraction.whole]


def _replace(folder: Path, old: Policy, new: Policy, report: Report, send: Send) -> None:
    if Policy.load(folder).digest != old.digest:
        raise ModelError(f"{folder}: the model was replaced meanwhile; nothing was changed")
    send({"stage": "saving"})
    new.save(folder, force=True, report=json.dumps(report.to_json(), ensure_ascii=False, indent=1))


def _was_held_out(old: Policy, part: Corpus, corrections: Corpus) -> bool:
    """Return whether the old model was trained on exactly this training part and the first corrections.

    Its fingerprint of the corpus shows it. The old model was then not trained on the dev part.
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
    """Run the task of stdin, and write the progress and the outcome to stdout."""
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    output, sys.stdout = sys.stdout, sys.stderr  # keeps what libraries print out of the messages

    def send(message: dict[str, Any]) -> None:
        if message.get("stage") == "saving":  # no cancelling now: it could leave a half replaced folder
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print(json.dumps(message), file=output, flush=True)

    task = json.load(sys.stdin)
    workspace = Workspace(
        corpus=tuple(task["corpus"]),
        dev=tuple(task["dev"]),
        corrections_file=Path(task["corrections_file"]),
    )
    try:
        send({"outcome": retrain(Path(task["folder"]), workspace, send)})
    except TurncastError as error:
        send({"problem": f"{error}."})
    except OSError as error:
        send({"problem": f"{error.filename}: {error.strerror}; check the disk's space and permissions."})
    except Exception as error:  # noqa: BLE001 its text may contain what users said
        last = traceback.extract_tb(error.__traceback__)[-1]
        send({"problem": f"The training failed: {type(error).__name__} at {last.filename}:{last.lineno}."})


if __name__ == "__main__":
    main()
