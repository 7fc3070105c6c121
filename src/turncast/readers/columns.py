"""Which column of a table holds what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from turncast.errors import CorpusError, did_you_mean

# Spellings by which a column is found when it is not named, compared without case and punctuation.
_USUAL = {
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
    """The columns of a table; what is None is found by its usual name.

    Attributes:
        dialogue: names the dialogue (in an event log: the case).
        action: the action taken (the activity); several at once are separated by `|`.
        order: a number or an ISO date that orders the rows of a dialogue; without one, the order of the file.
        user: what the user said.
        response: the system's surface text.
        facts: columns that become facts; an empty cell is an absent fact.
    """

    dialogue: str | None = None
    action: str | None = None
    order: str | None = None
    user: str | None = None
    response: str | None = None
    facts: tuple[str, ...] = ()

    def resolve(self, header: Sequence[str], where: str) -> Columns:
        """Return the columns of a table with this header, the unnamed ones found by their usual names.

        >>> columns = Columns().resolve(["CaseID", "ActivityID", "CompleteTimestamp"], "log.csv")
        >>> columns.dialogue, columns.action, columns.order, columns.user
        ('CaseID', 'ActivityID', 'CompleteTimestamp', None)

        Raises:
            CorpusError: where a named column is not there, or the dialogue or the action cannot be found.
        """
        twice = next((name for name in header if header.count(name) > 1), None)
        if twice is not None:
            raise CorpusError(where, f"the column {twice!r} comes twice", "rename one")
        found = {role: getattr(self, role) or _usual(role, header) for role in _USUAL}
        for name in [*found.values(), *self.facts]:
            if name is not None and name not in header:
                cure = f"the columns are {', '.join(header)}"
                raise CorpusError(where, f"there is no column {name!r}{did_you_mean(name, header)}", cure)
        for role in ("dialogue", "action"):
            if found[role] is None:
                cure = f"name one of {', '.join(header)} with --column {role}=NAME"
                raise CorpusError(where, f"no column is known to hold the {role}", cure)
        return Columns(**found, facts=self.facts)


def _usual(role: str, header: Sequence[str]) -> str | None:
    plain = {"".join(filter(str.isalnum, name)).lower(): name for name in reversed(header)}
    return next((plain[name] for name in _USUAL[role].split() if name in plain), None)
