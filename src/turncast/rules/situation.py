"""What a rule can look at: a turn as the system sees it, and what came before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from turncast.dialogue import Fact


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known when the system decides. The decision itself is not in it.

    Attributes:
        user: what the user says now; None in silence.
        now: the facts that came with this turn.
        facts: the last value of each fact so far, those of this turn included.
        previous: the actions committed at the turn before; None at the start.
        taken: the actions committed at any earlier turn.
    """

    user: str | None = None
    now: Mapping[str, Fact] = field(default_factory=dict)
    facts: Mapping[str, Fact] = field(default_factory=dict)
    previous: tuple[str, ...] | None = None
    taken: frozenset[str] = frozenset()
