"""How a corpus is read: settings, columns, and the counts of what is left out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from pydantic import Field

from turncast.config import Settings
from turncast.readers.columns import Columns


class ReadConfig(Settings):
    """What a reader makes of records that can be read in several ways; a format ignores what it has not.

    Attributes:
        actions: what an action is in corpora of dialogue acts: the `acts`, acts with their `slots`
            (`request:area`), or the `calls` of services.
        arguments: names of a tool call's arguments are part of its action (`book:date+name`).
        listen: the end of a turn is an action of its own (`action_listen` in Rasa).
        max_paths: a story with alternatives and checkpoints may become so many dialogues.
    """

    actions: Literal["acts", "slots", "calls"] = "acts"
    arguments: bool = False
    listen: bool = False
    max_paths: int = Field(default=1000, ge=1, le=1_000_000)


class Skipped:
    """Counts of what one pass of a reader left out.

    >>> skipped = Skipped()
    >>> skipped.add("line without a tab")
    >>> skipped.add("line without a tab", 2)
    >>> skipped.counts
    {'line without a tab': 3}
    """

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, reason: str, count: int = 1) -> None:
        """Count something that is left out."""
        self._counts[reason] += count

    @property
    def counts(self) -> dict[str, int]:
        """Reason -> count, the largest first."""
        return dict(self._counts.most_common())


@dataclass(frozen=True, slots=True)
class ReadContext:
    """One pass over a corpus.

    Attributes:
        config: the settings.
        columns: for tables, which column holds what.
        skipped: counts what is left out.
    """

    config: ReadConfig = field(default_factory=ReadConfig)
    columns: Columns = field(default_factory=Columns)
    skipped: Skipped = field(default_factory=Skipped)
