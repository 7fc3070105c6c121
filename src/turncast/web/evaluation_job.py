"""Judging the model on the dev part, in the background of the page."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import Any

from turncast.corpus import Corpus
from turncast.dialogue import Dialogue
from turncast.errors import TurncastError
from turncast.evaluation import evaluate
from turncast.policy import Policy
from turncast.server.refusals import log_failure
from turncast.web.confusions import Confusions, PlacesTally
from turncast.web.error_page import page_refusal_for
from turncast.web.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Judgement:
    """How far it is, and what came of it.

    Attributes:
        model: the digest of the model that is judged.
        done: decisions judged so far.
        all: how many there are to judge; 0 while they are counted.
        report: what `Report.to_json` gives; None until it is there.
        confusions: what was taken for what; None until it is there.
        problem: why it failed, with what to do.
    """

    model: str
    done: int = 0
    all: int = 0
    report: dict[str, Any] | None = None
    confusions: Confusions | None = None
    problem: str = ""

    @property
    def runs(self) -> bool:
        """Whether it is still under way."""
        return self.confusions is None and not self.problem


class Judging:
    """Judges one model at a time in a thread of its own, and keeps what it found of the last."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = threading.Lock()
        self._now: Judgement | None = None

    def of(self, policy: Policy) -> Judgement | None:
        """Return what is known of a model; None where it was not judged."""
        now = self._now
        return now if now is not None and now.model == policy.digest else None

    def start(self, policy: Policy) -> None:
        """Begin to judge a model, where that is not under way already."""
        with self._lock:
            now = self._now
            if now is not None and now.runs:
                return
            self._now = Judgement(policy.digest)
        threading.Thread(target=self._run, args=(policy,), name="turncast-judging", daemon=True).start()

    def _run(self, policy: Policy) -> None:
        now = Judgement(policy.digest)
        try:
            _, dev = self._workspace.parts(policy.card.train)
            now = self._now = replace(now, all=sum(len(dialogue) for dialogue in dev))
            tally = PlacesTally()
            report = evaluate(policy, dev, lambda done: self._advance(now, done), errors=tally)
            found = Confusions.of(report, tally.places())
            self._now = replace(now, report=report.to_json(), confusions=found)
        except TurncastError as error:
            refusal = page_refusal_for(error)
            self._now = replace(now, problem=f"{refusal.problem.message} {refusal.problem.cure}")
        except Exception as error:  # noqa: BLE001 the page says that it failed, the log where
            log_failure(error)
            self._now = replace(now, problem="The judging failed; the server's log says where.")

    def _advance(self, now: Judgement, done: int) -> None:
        self._now = replace(now, done=done)


def dialogues_of(corpus: Corpus, ids: set[str]) -> dict[str, Dialogue]:
    """Return these dialogues of a corpus, by their ids."""
    return {dialogue.id: dialogue for dialogue in corpus if dialogue.id in ids}
