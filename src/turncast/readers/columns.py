"""Which column of a table has which role: dialogue, action, order, user, response or fact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from turncast.errors import CorpusError, did_you_mean

# Usual names of a column, compared without case and punctuation.
_USUAL_NAMES = {
    "dialogue": (
        "dialogue dialogueid dialog dialogid conversation conversationid"
        " case caseid caseconceptname session sessionid"
    ),
    "action": "action actions systemaction activity activityid conceptname act label",
    "order": "turn turnid turnnumber order step position timestamp completetimestamp timetimestamp time date",
    "user": "user usertext utterance text message",
    "response": "response system systemtext reply",
}


@dataclass(frozen=True, slots=True)
class Columns:
    """The names of the columns of a table; a column that is None is found by its usual names.

    Attributes:
        dialogue: the id of the dialogue (in an event log: the case).
        action: the action (in an event log: the activity); several at once are separated by `|`.
        order: a number or an ISO date by which the rows of a dialogue are sorted; if there is none, rows keep
            the order of the file.
        user: the user text.
        response: the text of the system.
        facts: columns that become facts; an empty cell is an absent fact.
    """

    dialogue: str | None = None
    action: str | None = None
    order: str | None = None
    user: str | None = None
    response: str | None = None
    facts: tuple[str, ...] = ()

    def resolve(self, header: Sequence[str], where: str) -> Columns:
        """Return the columns of a table with this header: those that are None get their usual names.

        >>> columns = Columns().resolve(["CaseID", "ActivityID", "CompleteTimestamp"], "log.csv")
        >>> columns.dialogue, columns.action, columns.order, columns.user
        ('CaseID', 'ActivityID', 'CompleteTimestamp', None)

        Raises:
            CorpusError: if the header lacks a named column, or has none for the dialogue or the action.
        """
        duplicate = next((name for name in header if header.count(name) > 1), None)
        if duplicate is not None:
            raise CorpusError(where, f"two columns are named {duplicate!r}", "rename one")
        names = {role: getattr(self, role) or _usual_name(role, header) for role in _USUAL_NAMES}
        for name in [*names.values(), *self.facts]:
            if name is not None and name not in header:
                cure = f"the columns are {', '.join(header)}"
                raise CorpusError(where, f"there is no column {name!r}{did_you_mean(name, header)}", cure)
        for role in ("dialogue", "action"):
            if names[role] is None:
                cure = f"name one of {', '.join(header)} with --column {role}=NAME"
                raise CorpusError(where, f"no column has a usual name of the {role}", cure)
        return Columns(**names, facts=self.facts)


def _usual_name(role: str, header: Sequence[str]) -> str | None:
    by_letters = {"".join(filter(str.isalnum, name)).lower(): name for name in reversed(header)}
    return next((by_letters[name] for name in _USUAL_NAMES[role].split() if name in by_letters), None)
