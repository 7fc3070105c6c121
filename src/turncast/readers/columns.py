"""Which column of a table has which role: dialogue, action, order, user, response, fact and others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from turncast.errors import CorpusError, did_you_mean

# Usual names of a column, compared without case and punctuation.
_CASE = "case caseid caseconceptname"
_ACTIVITY = "activity activityid conceptname"
_USUAL_NAMES = {
    "dialogue": f"dialogue dialogueid dialog dialogid conversation conversationid session sessionid {_CASE}",
    "action": f"action actions systemaction act label {_ACTIVITY}",
    "order": (
        "turn turnid turnnumber order step position"
        " timestamp completetimestamp timetimestamp eventtimestamp eventtime datetime time date"
    ),
    "user": "user usertext utterance text message",
    "response": "response system systemtext reply",
}
_OF_TIME = {"time", "date", "timestamp", "datetime", "ts", "epoch"}
_OF_AN_EVENT = {"start", "begin", "end", "finish", "complete", "created", "started", "completed", "finished"}
_EVENT = {"event", "activity", "action", "log", "record", "entry", "posting"}
_LIFECYCLE = "lifecycle lifecycletransition transition"
ROLES = ("dialogue", "action", "order", "user", "response", "fact", "after", "lifecycle", "metadata")
"""The roles that a column can be given."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The names of the columns of a table; None: found by the usual names; an empty name: there is none.

    Attributes:
        dialogue: the id of the dialogue (in an event log: the case).
        action: the action (in an event log: the activity); several at once are separated by `|`.
        order: numbers or dates by which the rows of a dialogue are sorted; `date+time` are two columns. If
            there is none, rows keep the order of the file.
        user: the user text.
        response: the text of the system.
        facts: columns that become facts; an empty cell is an absent fact.
        after: columns that are known only with the action itself; they become facts of the next turn.
        lifecycle: the state of an event; only events that are `complete` are turns.
        metadata: columns that describe the whole dialogue, by the cell of its first row.
    """

    dialogue: str | None = None
    action: str | None = None
    order: str | None = None
    user: str | None = None
    response: str | None = None
    facts: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    lifecycle: str | None = None
    metadata: tuple[str, ...] = ()

    def resolve(self, header: Sequence[str], where: str) -> Columns:
        """Return the columns of a table with this header: those that are None get their usual names.

        >>> columns = Columns().resolve(["CaseID", "ActivityID", "CompleteTimestamp"], "log.csv")
        >>> columns.dialogue, columns.action, columns.order, columns.user
        ('CaseID', 'ActivityID', 'CompleteTimestamp', '')

        Raises:
            CorpusError: if the header lacks a named column, or has none for the dialogue or the action; and
                where it is not certain which column has a role, with the question.
        """
        named = [name for name in header if name]
        duplicate = next((name for name in named if named.count(name) > 1), None)
        if duplicate is not None:
            raise CorpusError(where, f"two columns are named {duplicate!r}", "rename one")
        self._check_names(named, where)
        free = [name for name in named if name not in self.used(named)]
        guesses = {role: _guess(role, free, where) for role in _USUAL_NAMES if getattr(self, role) is None}
        for role in ("dialogue", "action"):
            if not (getattr(self, role) or guesses.get(role)):
                cure = f"name one of {', '.join(named)} with --column {role}=NAME"
                raise CorpusError(where, f"no column has a usual name of the {role}", cure)
        given: dict[str, Any] = {"lifecycle": self.lifecycle or "", **guesses}
        columns = replace(self, **given)
        columns._ask_about_texts(guesses, where)
        return columns

    def used(self, header: Sequence[str]) -> list[str]:
        """Return the names of all columns that have a role."""
        single = (self.dialogue, self.action, self.user, self.response, self.lifecycle)
        names = [name for name in single if name]
        return [*names, *self.order_columns(header), *self.facts, *self.after, *self.metadata]

    def order_columns(self, header: Sequence[str]) -> list[str]:
        """Return the columns to sort by: one, several that are joined by plus signs, or none."""
        if not self.order:
            return []
        return [self.order] if self.order in header else self.order.split("+")

    def note(self, header: Sequence[str], kinds: Sequence[str] = ()) -> str:
        """Return which column has which role, in one line; `kinds` says what the order columns hold.

        >>> header = ["case", "activity", "cost"]
        >>> Columns().resolve(header, "log.csv").note(header)
        "columns: dialogue = 'case', action = 'activity', order of the file; not used: 'cost'"
        """
        order = " + ".join(map(repr, self.order_columns(header)))
        order += f" ({' + '.join(kinds)})" if kinds else ""
        parts = [f"dialogue = {self.dialogue!r}", f"action = {self.action!r}"]
        parts.append(f"order = {order}" if order else "order of the file")
        for role in ("user", "response", "lifecycle"):
            parts += [f"{role} = {name!r}" for name in (getattr(self, role),) if name]
        for role, names in (("fact", self.facts), ("after", self.after), ("metadata", self.metadata)):
            parts += [f"{role} = {', '.join(map(repr, names))}"] if names else []
        unused = [name for name in header if name and name not in self.used(header)]
        text = f"columns: {', '.join(parts)}"
        if unused:
            text += f"; not used: {', '.join(map(repr, unused))}"
        lifecycle = next((name for name in unused if _letters(name) in _LIFECYCLE.split()), None)
        if lifecycle:
            text += (
                f"; each of its states is a turn: --column lifecycle={lifecycle} takes only what is complete"
            )
        return text

    def _check_names(self, header: Sequence[str], where: str) -> None:
        names = self.used(header)
        for name in names:
            if name not in header:
                cure = f"the columns are {', '.join(header)}"
                raise CorpusError(where, f"there is no column {name!r}{did_you_mean(name, header)}", cure)
        both = next((name for name in self.facts if name in self.after), None)
        if both is not None:
            cure = "give --column after for what is known only with the action, --column fact for the rest"
            raise CorpusError(where, f"the column {both!r} is both a fact and known only after", cure)

    def _ask_about_texts(self, guesses: dict[str, str], where: str) -> None:
        """Refuse a column of an event log that may be a text, or who or what did the activity."""
        is_log = _letters(self.dialogue) in _CASE.split() or _letters(self.action) in _ACTIVITY.split()
        if not is_time_name(self.order or ""):
            return
        for role in ("user", "response"):
            name = guesses.get(role)
            if name and (is_log or (_letters(name) == "user" and not self.response)):
                problem = f"the column {name!r} may be a text, or who did the {self.action} (an event log)"
                cure = (
                    f"give --column {role}={name} if it is what the {'user' if role == 'user' else 'system'} "
                    f"said, or --column {role}= if not"
                )
                raise CorpusError(where, problem, cure)


def has_usual_names(header: Sequence[str]) -> bool:
    """Return whether a header has a usual name of the dialogue and one of the action."""
    names = {_letters(name) for name in header}
    return all(names & set(_USUAL_NAMES[role].split()) for role in ("dialogue", "action"))


def _guess(role: str, header: Sequence[str], where: str) -> str:
    """Return the only column with a usual name of a role; "" if there is none.

    Raises:
        CorpusError: if there are several, or another column may be the order; the cure is a question.
    """
    usual = [name for name in header if _letters(name) in _USUAL_NAMES[role].split()]
    candidates = usual + _times_of_events(usual, header) if role == "order" else usual
    if not candidates:
        return ""
    if len(candidates) == len(usual) == 1:
        return usual[0]
    names = ", ".join(repr(name) for name in candidates)
    problem = f"{names} may be the {role}" if len(candidates) == 1 else f"each of {names} may be the {role}"
    choices = [f"--column {role}={name}" for name in candidates]
    if role == "order":
        date, time = (
            next((name for name in candidates if word in _words(name)), None) for word in ("date", "time")
        )
        choices += [f"--column order={date}+{time} for both"] if date and time and date != time else []
        choices += ["--column order= for the order of the file"]
    elif role in ("user", "response"):
        choices += [f"--column {role}= for none"]
    raise CorpusError(where, problem, f"give {', or '.join(choices)}")


def _times_of_events(usual: Sequence[str], header: Sequence[str]) -> list[str]:
    """Return the columns without a usual name of the order that may be it.

    Beside a usual name these are only further times of an event, such as its end.
    """
    times = list[str]()
    for name in header:
        words = set(_words(name))
        is_time = bool(words & _OF_TIME) or words <= _OF_AN_EVENT | {"at"}
        is_of_event = bool(words & {*_OF_AN_EVENT, *_EVENT, "timestamp"})
        if words and name not in usual and is_time and (is_of_event or not usual):
            times.append(name)
    return times if not usual or any(map(is_time_name, usual)) else []


def _letters(name: str | None) -> str:
    return "".join(filter(str.isalnum, name or "")).lower()


def _words(name: str) -> list[str]:
    """Return the words in the name of a column.

    >>> _words("startTime"), _words("end_date")
    (['start', 'time'], ['end', 'date'])
    """
    return [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+", name)]


def is_time_name(name: str) -> bool:
    """Return whether the name of a column speaks of a time or a date."""
    return bool(_OF_TIME & {*_words(name), _letters(name).removeprefix("complete").removeprefix("event")})
