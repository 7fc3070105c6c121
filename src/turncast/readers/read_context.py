"""How a corpus is read: the settings, the columns of tables, and the counts of what is skipped."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from pydantic import Field

from turncast.config import Settings
from turncast.errors import ConfigError
from turncast.readers.columns import Columns

_DATES = ("iso", "day-first", "month-first")


class ReadConfig(Settings):
    """Settings for records that can be read in several ways; a format ignores settings that it does not use.

    Attributes:
        actions: what an action is in corpora of dialogue acts: the `acts`, the acts with their `slots`
            (`request:area`), or the `calls` of services.
        arguments: add the argument names of a tool call to its action (`book:date+name`).
        listen: add an action at the end of each system turn (`action_listen` in Rasa).
        max_paths: the most dialogues that one story with alternatives and checkpoints may expand to.
        beginnings: keep a conversation of chat messages that is only the beginning of another one.
        dates: how dates in tables are written if they do not begin with the year: `day-first`, `month-first`,
            or a pattern of `strptime`.
        decimal: what separates the decimals of numbers in tables of text, `point` or `comma`; the other one
            may separate thousands. By default a number with a comma is refused, with this question.
        sheet: the name of the sheet of an Excel workbook that has several.
    """

    actions: Literal["acts", "slots", "calls"] = "acts"
    arguments: bool = False
    listen: bool = False
    max_paths: int = Field(default=1000, ge=1, le=1_000_000)
    beginnings: bool = False
    dates: str = "iso"
    decimal: Literal["ask", "point", "comma"] = "ask"
    sheet: str = ""

    def check(self) -> None:
        """Raise ConfigError for an unknown way to write dates."""
        if self.dates not in _DATES and "%" not in self.dates:
            cure = f"give {', '.join(_DATES)}, or a pattern such as %d.%m.%Y"
            raise ConfigError(f"setting 'dates' is {self.dates!r}; {cure}")


@dataclass(frozen=True, slots=True)
class ReadContext:
    """What a reader is given for one pass over a corpus.

    Attributes:
        config: the settings.
        columns: for tables, which column holds what.
        skipped: counts what is skipped.
        notes: counts the files by how they are read, one line each.
        pending: whether dialogues get the turn that has not happened yet; if not, readers count it.
    """

    config: ReadConfig = field(default_factory=ReadConfig)
    columns: Columns = field(default_factory=Columns)
    skipped: Counter[str] = field(default_factory=Counter[str])
    notes: Counter[str] = field(default_factory=Counter[str])
    pending: bool = False
