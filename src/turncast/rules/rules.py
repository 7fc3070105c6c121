"""Rules on actions: allow, forbid and force."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Literal

from turncast.errors import ConfigError, did_you_mean
from turncast.rules.condition import Condition

Kind = Literal["allow", "forbid", "force"]

_REASONS = {"allow": "only where {}", "forbid": "not where {}", "force": "another action is forced where {}"}


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule.

    Args:
        kind: `allow`: these actions only where the condition holds; `forbid`: these actions never where it
            holds; `force`: only these actions where it holds.
        actions: names, or patterns as `ask_*`.
        condition: on what is known when the system decides.
        because: the reason of a refusal; made from the condition where empty.
        where: the file and line that errors name; empty for a rule of no file.

    >>> from turncast.rules.condition import FactIs
    >>> Rule("allow", ("book",), FactIs("found")).reason
    "only where fact 'found' is known"
    """

    kind: Kind
    actions: tuple[str, ...]
    condition: Condition
    because: str = ""
    where: str = field(default="", compare=False, repr=False)

    @property
    def reason(self) -> str:
        """Why an action is refused."""
        return self.because or _REASONS[self.kind].format(self.condition)

    def is_about(self, action: str) -> bool:
        """Return whether the rule is about an action."""
        return any(fnmatchcase(action, pattern) for pattern in self.actions)

    def forbids(self, action: str, holds: bool) -> bool:
        """Return whether the rule refuses an action, where its condition holds or does not."""
        if self.kind == "allow":
            return not holds and self.is_about(action)
        return holds and self.is_about(action) == (self.kind == "forbid")


@dataclass(frozen=True, slots=True)
class Rules:
    """A list of rules, and the records that they were made from.

    Args:
        rules: in order; the first that refuses an action gives the reason.
        records: as they stood in the file, for `to_json`.
    """

    rules: tuple[Rule, ...] = ()
    records: tuple[Mapping[str, Any], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.rules)

    def to_json(self) -> dict[str, Any]:
        """Return the rules in the form that `rules_from_json` reads."""
        return {"rules": [dict(record) for record in self.records]}

    def check(self, actions: Iterable[str], where: str) -> None:
        """Check that each name or pattern of a rule matches a known action.

        Raises:
            ConfigError: with the nearest known action.
        """
        known = tuple(actions)
        for rule in self.rules:
            for pattern in rule.actions:
                if not any(fnmatchcase(action, pattern) for action in known):
                    raise ConfigError(
                        f"{rule.where or where}: no action is named {pattern!r}{did_you_mean(pattern, known)}"
                    )


NO_RULES = Rules()
"""No rules: every action is allowed."""
