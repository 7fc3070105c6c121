"""Evaluate the model on the dev part, in a thread of the server."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import Any

from turncast.errors import TurncastError
from turncast.evaluation import evaluate
from turncast.evaluation.html_report.confusion_matrix import ConfusionMatrix
from turncast.policy import Policy
from turncast.server.refusals import log_failure
from turncast.web.cell_turns import CellTally, CellTurns
from turncast.web.error_page import error_text
from turncast.web.workspace import Workspace

_MATRIX_SIZE = 12


@dataclass(frozen=True, slots=True)
class EvaluationResult:
    """The result of an evaluation.

    Attributes:
        report: `Report.to_json`.
        matrix: the confusion matrix.
        cell_turns: the turns behind each cell.
    """

    report: dict[str, Any]
    matrix: ConfusionMatrix
    cell_turns: CellTurns


@dataclass(frozen=True, slots=True)
class EvaluationStatus:
    """The progress of an evaluation, and its result.

    Attributes:
        model: the digest of the evaluated model.
        done: the number of decisions evaluated so far.
        total: the number of all decisions; 0 until they are counted.
        result: the result; None until the end.
        problem: why the evaluation failed, and what to do; empty where it did not fail.
    """

    model: str
    done: int = 0
    total: int = 0
    result: EvaluationResult | None = None
    problem: str = ""

    @property
    def is_running(self) -> bool:
        """Whether the evaluation is running."""
        return self.result is None and not self.problem


class EvaluationJob:
    """Runs one evaluation at a time in a thread, and holds the status of the last one."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = threading.Lock()
        self._status: EvaluationStatus | None = None

    def status(self, policy: Policy) -> EvaluationStatus | None:
        """Return the status of the last evaluation; None where it was not of this policy."""
        status = self._status
        return status if status is not None and status.model == policy.digest else None

    def start(self, policy: Policy) -> None:
        """Start to evaluate a policy; where an evaluation is running, do nothing."""
        with self._lock:
            if self._status is not None and self._status.is_running:
                return
            self._status = EvaluationStatus(policy.digest)
        thread = threading.Thread(target=self._run, args=(policy,), name="turncast-evaluation", daemon=True)
        thread.start()

    def _run(self, policy: Policy) -> None:
        status = EvaluationStatus(policy.digest)
        try:
            _, dev = self._workspace.train_and_dev(policy.card.train)
            status = self._status = replace(status, total=sum(len(dialogue) for dialogue in dev))
            tally = CellTally()
            report = evaluate(policy, dev, lambda done: self._advance(status, done), errors=tally)
            matrix = ConfusionMatrix.from_report(report, _MATRIX_SIZE)
            result = EvaluationResult(report.to_json(), matrix, tally.result())
            self._status = replace(status, result=result)
        except TurncastError as error:
            self._status = replace(status, problem=error_text(error))
        except Exception as error:  # noqa: BLE001 the page shows that it failed, the log shows where
            log_failure(error)
            self._status = replace(status, problem="The evaluation failed; see the log of the server.")

    def _advance(self, status: EvaluationStatus, done: int) -> None:
        self._status = replace(status, done=done)
