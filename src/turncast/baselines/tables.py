"""The baselines that look up counts: majority, bigram and count table, each a row of `BASELINES`.

A baseline predicts without a network. A policy that is no better than these has learned nothing.
"""

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

# The parts of a case at each level, the most specific first.
_LEVELS = (
    ("user", "previous", "facts"),
    ("user", "previous"),
    ("previous", "facts"),
    ("previous",),
    (),
)
BASELINES: Mapping[str, tuple[int, ...]] = {
    "majority": (4,),
    "bigram": (3, 4),
    "count_table": (0, 1, 2, 3, 4),
}
"""The levels that each baseline uses: a case that is unknown at one level is looked up at the next."""


class BaselineCounts:
    """The counts of a training part, from which `baselines` makes the tables."""

    def __init__(self) -> None:
        self._counts: list[defaultdict[int, Counter[Actions]]] = [defaultdict(Counter) for _ in _LEVELS]

    def add(self, example: Example) -> None:
        """Count the decisions of one more dialogue."""
        for turn, previous, right in example.decisions:
            taken = tuple(sorted(right))
            for counts, case in zip(self._counts, case_hashes(turn, previous), strict=True):
                counts[case][taken] += 1

    @property
    def levels(self) -> Sequence[Mapping[int, Counter[Actions]]]:
        """For each level, the most specific first: the hash of a case -> the counts of its actions."""
        return self._counts

    def baselines(self) -> Baselines:
        """Return for each case its most frequent actions (the first by name among equals)."""
        labels = sorted({actions for counts in self._counts[-1].values() for actions in counts})
        index = {actions: number for number, actions in enumerate(labels)}
        tables = []
        for counts in self._counts:
            keys = np.array(sorted(counts), np.uint64)
            best = [min(counts[int(key)].items(), key=lambda item: (-item[1], item[0]))[0] for key in keys]
            tables.append((keys, np.array([index[actions] for actions in best], np.int32)))
        return Baselines(tuple(labels), tuple(tables))


@dataclass(frozen=True, slots=True)
class Baselines:
    """The tables of the baselines: for each level, the hash of a case -> its most frequent actions.

    A case is what a baseline reads of a turn: user text, previous actions and facts. Only its hash is stored.

    >>> counts = BaselineCounts()
    >>> turns = (Turn("hello", ("greet",)), Turn("bye", ("goodbye",)))
    >>> counts.add(Example(turns, ((("greet",),), (("goodbye",),))))
    >>> baselines = counts.baselines()
    >>> baselines.predict(Turn("Hello"), None), baselines.predict(Turn("what?"), ("greet",))
    ({'majority': ('goodbye',), 'bigram': ('greet',), 'count_table': ('greet',)},
     {'majority': ('goodbye',), 'bigram': ('goodbye',), 'count_table': ('goodbye',)})
    """

    labels: tuple[Actions, ...]
    tables: tuple[tuple[NDArray[np.uint64], NDArray[np.int32]], ...]

    def predict(self, turn: Turn, previous: Actions | None) -> dict[str, Actions]:
        """Return the prediction of each baseline: name -> actions."""
        answers = [self._look_up(level, case) for level, case in enumerate(case_hashes(turn, previous))]
        return {
            name: next((answer for level in levels if (answer := answers[level]) is not None), ())
            for name, levels in BASELINES.items()
        }

    def _look_up(self, level: int, case: int) -> Actions | None:
        index = self.case_index(level, case)
        return None if index is None else self.labels[self.tables[level][1][index]]

    def case_index(self, level: int, case: int) -> int | None:
        """Return the index of a case (a hash) at a level; None for a case that was never counted."""
        cases, _ = self.tables[level]
        index = int(cases.searchsorted(np.uint64(case)))
        return index if index < len(cases) and int(cases[index]) == case else None

    def to_arrays(self) -> tuple[dict[str, NDArray[np.generic]], str]:
        """Return the tables as named arrays, and the labels as JSON."""
        arrays: dict[str, NDArray[np.generic]] = {}
        for level, (keys, best) in enumerate(self.tables):
            arrays[f"level_{level}/keys"], arrays[f"level_{level}/best"] = keys, best
        return arrays, json.dumps(self.labels, ensure_ascii=False)

    @classmethod
    def from_arrays(
        cls, arrays: Mapping[str, NDArray[np.generic]], labels: Sequence[Sequence[str]]
    ) -> Baselines:
        """Return the baselines that `to_arrays` described."""
        tables = tuple(
            (arrays[f"level_{level}/keys"].astype(np.uint64), arrays[f"level_{level}/best"].astype(np.int32))
            for level in range(len(_LEVELS))
        )
        return cls(tuple(tuple(label) for label in labels), tables)


def case_hashes(turn: Turn, previous: Actions | None) -> list[int]:
    """Return the hash of a turn's case at each level, the most specific first."""
    facts = without_candidates(turn.facts)
    parts = {
        "user": "" if turn.user is None else "+" + " ".join(normalise(turn.user).split()),
        "previous": "" if previous is None else "+" + _listed(_json(name) for name in sorted(previous)),
        "facts": _listed(_fact(name, facts[name]) for name in sorted(facts)),
    }
    # The parts are encoded one by one: the JSON encoder is much slower for a list of them.
    encoded = {name: _json(text) for name, text in parts.items()}
    return [_hash(_listed(encoded[part] for part in level)) for level in _LEVELS]


def _fact(name: str, value: Fact) -> str:
    return _listed((_json(name), _json(value_name(value))))


def _listed(items: Iterable[str]) -> str:
    return "[" + ", ".join(items) + "]"


def _hash(case: str) -> int:
    return int.from_bytes(hashlib.blake2b(case.encode(), digest_size=8).digest(), "big")
