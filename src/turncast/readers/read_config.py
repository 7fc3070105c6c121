"""How a corpus is read: settings, columns, and the counts of what is left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from pydantic import Field

from turncast.config import Settings
from turncast.readers.columns import Columns
from turncast.readers.skipped import Skipped


class ReadConfig(Settings):
    """What a reader makes of records that can be read in several ways; a format ignores what it has not.

    Attributes:
        actions: what an action is in corpora of dialogue acts: the `acts`, acts with their `slots`
            (`request:area`), or the `calls` of services.
        arguments: names of a tool call's arguments are part of its action (`book:date+name`).
        listen: the end of a turn is an action of its own (`action_listen` in Rasa).
        most_paths: a story with alternatives and checkpoints may become so many dialogues.
    """

    actions: Literal["acts", "slots", "calls"] = "acts"
    arguments: bool = False
    listen: bool = False
    most_paths: int = Field(default=1000, ge=1, le=1_000_000)


@dataclass(frozen=True, slots=True)
class Reading:
    """One pass over a corpus.

    Attributes:
        config: the settings.
        columns: for tables, which column holds what.
        skipped: counts what is left out.
    """

    config: ReadConfig = field(default_factory=ReadConfig)
    columns: Columns = field(default_factory=Columns)
    skipped: Skipped = field(default_factory=Skipped)
