"""Candidates: results that the system found and may offer, in facts that say what can be said of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from turncast.dialogue import Fact, value_name

Candidate = tuple[tuple[str, str], ...]
"""What is known of one result: (slot, value) each, its name first."""

MOST_CANDIDATES = 20
"""So many results of one look-up are kept."""

_PREFIX = "candidate."
_NONE = "candidate.none"


def candidate_facts(candidates: Iterable[Candidate]) -> dict[str, Fact]:
    """Return the facts that hand candidates on, in the order in which they are to be offered.

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
    """Return the candidates that facts hand on, by their numbers, 20 at most; None where they hand on none.

    >>> candidates_in({"candidate.2.name": "Green Hill", "open": True, "candidate.1.name": "Blue Door"})
    ((('name', 'Blue Door'),), (('name', 'Green Hill'),))
    >>> candidates_in({"candidate.none": True}), candidates_in({"open": True})
    ((), None)
    """
    found: dict[int, list[tuple[str, str]]] = {}
    for name, value in facts.items():
        placed = _placed(name)
        if placed is not None:
            found.setdefault(int(placed[0]), []).append((placed[1], value_name(value)))
    if not found and _NONE not in facts:
        return None
    return tuple(tuple(found[number]) for number in sorted(found)[:MOST_CANDIDATES])


def inputs_of(facts: Mapping[str, Fact]) -> Mapping[str, Fact]:
    """Return the facts that a network looks at: all but candidates, whose values are of any number.

    >>> inputs_of({"found": 1, "candidate.1.name": "Blue Door", "candidate.age": 30})
    {'found': 1, 'candidate.age': 30}
    """
    for name in facts:
        if name.startswith(_PREFIX):  # of few facts, turn by turn
            return {name: value for name, value in facts.items() if not _is_candidate(name)}
    return facts


def _is_candidate(name: str) -> bool:
    return name == _NONE or _placed(name) is not None


def _placed(name: str) -> tuple[str, str] | None:
    """Return the number, in digits, and the slot in a fact's name; None where it is of no candidate."""
    if not name.startswith(_PREFIX):
        return None
    number, _, slot = name[len(_PREFIX) :].partition(".")
    return (number, slot) if slot and number.isdecimal() else None
