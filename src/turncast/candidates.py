"""Candidates: results of a look-up that the system may offer, written as facts of a turn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from turncast.dialogue import Fact, value_name

Candidate = tuple[tuple[str, str], ...]
"""The (slot, value) pairs of one result, its name first."""

MAX_CANDIDATES = 20
"""The largest number of results that are used of one look-up."""

_PREFIX = "candidate."
_MAX_DIGITS = 9  # Python refuses to read numbers of some thousand digits
_NONE = "candidate.none"


def candidate_facts(candidates: Iterable[Candidate]) -> dict[str, Fact]:
    """Return candidates as facts, in the order in which they are to be offered.

    >>> candidate_facts([(("name", "Blue Door"), ("area", "north")), (("name", "Green Hill"),)])
    {'candidate.1.name': 'Blue Door', 'candidate.1.area': 'north', 'candidate.2.name': 'Green Hill'}
    >>> candidate_facts([])
    {'candidate.none': True}
    """
    facts: dict[str, Fact] = {
        f"{_PREFIX}{number}.{slot}": value
        for number, candidate in enumerate(candidates, start=1)
        for slot, value in candidate
    }
    return facts or {_NONE: True}


def candidates_in(facts: Mapping[str, Fact]) -> tuple[Candidate, ...] | None:
    """Return the candidates in these facts, by their numbers, 20 at most; None if no look-up was made.

    >>> candidates_in({"candidate.2.name": "Green Hill", "open": True, "candidate.1.name": "Blue Door"})
    ((('name', 'Blue Door'),), (('name', 'Green Hill'),))
    >>> candidates_in({"candidate.none": True}), candidates_in({"open": True})
    ((), None)
    """
    slots: dict[int, list[tuple[str, str]]] = {}
    for name, value in facts.items():
        parsed = _parse_name(name)
        if parsed is not None:
            number, slot = parsed
            slots.setdefault(number, []).append((slot, value_name(value)))
    if not slots and _NONE not in facts:
        return None
    return tuple(tuple(slots[number]) for number in sorted(slots)[:MAX_CANDIDATES])


def without_candidates(facts: Mapping[str, Fact]) -> Mapping[str, Fact]:
    """Return the facts that are no candidates. A network reads no others: candidates have open values.

    >>> without_candidates({"found": 1, "candidate.1.name": "Blue Door", "candidate.age": 30})
    {'found': 1, 'candidate.age': 30}
    """
    for name in facts:
        if name.startswith(_PREFIX):  # few turns have candidates; the others are not copied
            return {name: value for name, value in facts.items() if not _is_candidate(name)}
    return facts


def _is_candidate(name: str) -> bool:
    return name == _NONE or _parse_name(name) is not None


def _parse_name(name: str) -> tuple[int, str] | None:
    """Return the number and the slot in the name of a candidate's fact; None for another fact."""
    if not name.startswith(_PREFIX):
        return None
    number, _, slot = name[len(_PREFIX) :].partition(".")
    is_number = number.isdecimal() and len(number) <= _MAX_DIGITS
    return (int(number), slot) if slot and is_number else None
