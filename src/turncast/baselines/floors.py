"""Floors: what a table of counts says, without any network. A model that is no better has learned nothing."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from turncast.candidates import without_candidates
from turncast.dialogue import Fact, Turn, value_name
from turncast.features.text.words import normalise
from turncast.layouts import Actions, Example

_json = json.JSONEncoder().encode  # made once: it writes a text in ASCII

# What each level of the count table looks at; a case that a level has not seen falls to the next.
_LEVELS = (
    ("user", "previous", "facts"),
    ("user", "previous"),
    ("previous", "facts"),
    ("previous",),
    (),
)
# Which levels each floor uses.
FLOORS: Mapping[str, tuple[int, ...]] = {"majority": (4,), "bigram": (3, 4), "count_table": (0, 1, 2, 3, 4)}


class FloorCounts:
    """Counts over a training part, from which `floors` makes the tables."""

    def __init__(self) -> None:
        self._counts: list[defaultdict[int, Counter[Actions]]] = [defaultdict(Counter) for _ in _LEVELS]

    def add(self, example: Example) -> None:
        """Count the decisions of one more dialogue."""
        for turn, previous, right in example.decisions:
            taken = tuple(sorted(right))
            for counts, key in zip(self._counts, keys_of(turn, previous), strict=True):
                counts[key][taken] += 1

    @property
    def levels(self) -> Sequence[Mapping[int, Counter[Actions]]]:
        """At each level, the most particular first: the hash of a case -> how often what was done in it."""
        return self._counts

    def floors(self) -> Floors:
        """Return, for each case seen, the actions taken most often (among equals the first by name)."""
        labels = sorted({actions for counts in self._counts[-1].values() for actions in counts})
        index = {actions: number for number, actions in enumerate(labels)}
        tables = []
        for counts in self._counts:
            keys = np.array(sorted(counts), np.uint64)
            best = [min(counts[int(key)].items(), key=lambda seen: (-seen[1], seen[0]))[0] for key in keys]
            tables.append((keys, np.array([index[actions] for actions in best], np.int32)))
        return Floors(tuple(labels), tuple(tables))


@dataclass(frozen=True, slots=True)
class Floors:
    """The tables of counts: at each level, the hash of a case -> the actions most often taken in it.

    The user's text is not kept, only a hash of it.

    >>> counts = FloorCounts()
    >>> turns = (Turn("hello", ("greet",)), Turn("bye", ("goodbye",)))
    >>> counts.add(Example(turns, ((("greet",),), (("goodbye",),))))
    >>> floors = counts.floors()
    >>> floors.predict(Turn("Hello"), None), floors.predict(Turn("what?"), ("greet",))
    ({'majority': ('goodbye',), 'bigram': ('greet',), 'count_table': ('greet',)},
     {'majority': ('goodbye',), 'bigram': ('goodbye',), 'count_table': ('goodbye',)})
    """

    labels: tuple[Actions, ...]
    tables: tuple[tuple[NDArray[np.uint64], NDArray[np.int32]], ...]

    def predict(self, turn: Turn, previous: Actions | None) -> dict[str, Actions]:
        """Return each floor's answer: name -> actions, in order of name."""
        answers = [self._look_up(level, key) for level, key in enumerate(keys_of(turn, previous))]
        return {
            name: next((answer for level in levels if (answer := answers[level]) is not None), ())
            for name, levels in FLOORS.items()
        }

    def _look_up(self, level: int, key: int) -> Actions | None:
        place = self.place(level, key)
        return None if place is None else self.labels[self.tables[level][1][place]]

    def place(self, level: int, key: int) -> int | None:
        """Return the number of a case at a level, None where it was not seen."""
        keys, _ = self.tables[level]
        place = int(keys.searchsorted(np.uint64(key)))
        return place if place < len(keys) and int(keys[place]) == key else None

    def to_arrays(self) -> tuple[dict[str, NDArray[np.generic]], str]:
        """Return the tables as named arrays, and the labels as JSON."""
        arrays: dict[str, NDArray[np.generic]] = {}
        for level, (keys, best) in enumerate(self.tables):
            arrays[f"level_{level}/keys"], arrays[f"level_{level}/best"] = keys, best
        return arrays, json.dumps(self.labels, ensure_ascii=False)

    @classmethod
    def from_arrays(
        cls, arrays: Mapping[str, NDArray[np.generic]], labels: Sequence[Sequence[str]]
    ) -> Floors:
        """Make the floors that `to_arrays` described."""
        tables = tuple(
            (arrays[f"level_{level}/keys"].astype(np.uint64), arrays[f"level_{level}/best"].astype(np.int32))
            for level in range(len(_LEVELS))
        )
        return cls(tuple(tuple(label) for label in labels), tables)


def keys_of(turn: Turn, previous: Actions | None) -> list[int]:
    """Return the hash of the turn's case at each level, the most particular first."""
    facts = without_candidates(turn.facts)
    seen = {
        "user": "" if turn.user is None else "+" + " ".join(normalise(turn.user).split()),
        "previous": "" if previous is None else "+" + _listed(_json(name) for name in sorted(previous)),
        "facts": _listed(_fact(name, facts[name]) for name in sorted(facts)),
    }
    # Texts are written as JSON one by one: a list of them is written a live turn's length more slowly.
    written = {name: _json(text) for name, text in seen.items()}
    return [_hash(_listed(written[part] for part in level)) for level in _LEVELS]


def _fact(name: str, value: Fact) -> str:
    return _listed((_json(name), _json(value_name(value))))


def _listed(items: Iterable[str]) -> str:
    return "[" + ", ".join(items) + "]"


def _hash(case: str) -> int:
    return int.from_bytes(hashlib.blake2b(case.encode(), digest_size=8).digest(), "big")
