"""What a policy that grew from another learned, and what it forgot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from turncast.corpus import Corpus
from turncast.evaluation.evaluate import evaluate
from turncast.evaluation.report import Report
from turncast.policy import Policy


@dataclass(frozen=True, slots=True)
class GrowthReport:
    """The change from a parent policy to the policy that grew from it.

    Attributes:
        reports: name of a part (`new dialogues`, `old dialogues`) -> reports of the parent and of the new
            policy.
        new_actions: actions that only the new policy knows.
        new_bits: by how many bits the input is wider.
    """

    reports: Mapping[str, tuple[Report, Report]]
    new_actions: tuple[str, ...]
    new_bits: int

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain values, with the turn accuracy before and after on each part."""
        return {
            "new_actions": list(self.new_actions),
            "new_bits": self.new_bits,
            "turn_accuracy": {
                name: {"corpus": after.corpus, "before": before.turn_accuracy, "after": after.turn_accuracy}
                for name, (before, after) in self.reports.items()
            },
        }


def growth_report(
    parent: Policy, policy: Policy, report: Report, dev: Corpus, old_dev: Corpus | None = None
) -> GrowthReport:
    """Evaluate a policy and its parent on new dialogues and, where given, on old ones.

    Args:
        parent: the policy before.
        policy: the policy that grew from it.
        report: of the new policy on `dev`.
        dev: new dialogues.
        old_dev: dialogues like those that the parent was trained on; they show what was forgotten.

    >>> from turncast import TrainConfig, simulate, train
    >>> once, old, new = TrainConfig(epochs=1), simulate(dialogues=40, seed=1), simulate(dialogues=20, seed=2)
    >>> parent = train(old, config=once)
    >>> policy = train(new, parent=parent, config=once)
    >>> growth = growth_report(parent, policy, evaluate(policy, new), new, old)
    >>> list(growth.reports), growth.new_actions
    (['new dialogues', 'old dialogues'], ())
    """
    reports = {"new dialogues": (evaluate(parent, dev), report)}
    if old_dev:
        reports["old dialogues"] = (evaluate(parent, old_dev), evaluate(policy, old_dev))
    return GrowthReport(
        reports=reports,
        new_actions=tuple(action for action in policy.space if action not in parent.space),
        new_bits=policy.encoder.width - parent.encoder.width,
    )
