"""Facts as bits: yes and no, categories, numbers in buckets; an absent fact sets none."""

from __future__ import annotations

import bisect
import itertools
import math
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from turncast.config import EncoderConfig
from turncast.dialogue import Fact, is_number, value_name
from turncast.features.block import Momentary
from turncast.features.turn_view import Seen
from turncast.vocabulary import Vocabulary

_NO_VALUES = Vocabulary(())


@dataclass(frozen=True, slots=True)
class FactCode:
    """How one fact becomes one bit.

    Args:
        values: the known values of a category (or true and false), by name.
        edges: ascending edges of a number's buckets; a value on an edge belongs to the bucket above.

    Any other value, of whatever type, has the last bit: the unknown.

    >>> number = FactCode("people", edges=(2.5, 4.5))
    >>> [number.bit(value) for value in (2, 3, 100, "many")]
    [0, 1, 2, 3]
    >>> FactCode("open", Vocabulary(["false", "true"])).bit(True)
    1
    """

    name: str
    values: Vocabulary = _NO_VALUES
    edges: tuple[float, ...] | None = None

    @property
    def width(self) -> int:
        """Values or buckets, and the unknown."""
        return (len(self.values) if self.edges is None else len(self.edges) + 1) + 1

    def bit(self, value: Fact) -> int:
        """Return the bit that a value sets."""
        if self.edges is None:
            return self.values.index(value_name(value))
        if is_number(value):
            return bisect.bisect_right(self.edges, value)
        return len(self.edges) + 1

    def label(self, bit: int) -> str:
        """Say which value or bucket a bit stands for."""
        if bit == self.width - 1:
            return f"{self.name} is unknown"
        if self.edges is None:
            return f"{self.name}={self.values.name(bit)}"
        low = [-math.inf, *self.edges][bit]
        high = [*self.edges, math.inf][bit]
        return f"{low:g} <= {self.name} < {high:g}"


class Facts(Momentary):
    """The bits of the facts seen since the last turn, one for each fact that is present.

    A fact whose name is not known sets the block's last bit.

    >>> block = Facts([FactCode("open", Vocabulary(["false", "true"]))])
    >>> block.width, *(block.bits(Seen(facts={name: True})) for name in ("open", "shut"))
    (4, {1}, {3})
    """

    name = "facts"

    def __init__(self, codes: Collection[FactCode]) -> None:
        self._codes = tuple(codes)
        self._places = {code.name: place for place, code in enumerate(self._codes)}
        self._firsts = tuple(itertools.accumulate((code.width for code in self._codes), initial=0))

    @property
    def width(self) -> int:
        """The bits of every known fact, and one for a fact that is not known."""
        return self._firsts[-1] + 1

    @property
    def names(self) -> tuple[str, ...]:
        """The known facts, in order of their bits."""
        return tuple(self._places)

    def place(self, name: str) -> int | None:
        """Return a fact's place among the names; None for one that is not known."""
        return self._places.get(name)

    def bit(self, name: str, value: Fact) -> int:
        """Return the bit that a fact sets."""
        place = self._places.get(name)
        return self._firsts[-1] if place is None else self._firsts[place] + self._codes[place].bit(value)

    def bits(self, seen: Seen) -> Collection[int]:
        """Return the bits of the turn's facts."""
        return {self.bit(name, value) for name, value in seen.facts.items()} if seen.facts else ()

    def label(self, bit: int) -> str:
        """Say which fact a bit stands for."""
        for first, code in zip(self._firsts, self._codes, strict=False):
            if bit < first + code.width:
                return code.label(bit - first)
        return "(unknown fact)"

    def to_json(self) -> dict[str, Any]:
        """Return each fact's values or edges."""
        return {
            "facts": [
                {"name": code.name, "values": list(code.values)}
                if code.edges is None
                else {"name": code.name, "edges": list(code.edges)}
                for code in self._codes
            ]
        }

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Facts:
        """Make the block that `to_json` described."""
        return cls(
            [
                FactCode(fact["name"], edges=tuple(fact["edges"]))
                if "edges" in fact
                else FactCode(fact["name"], Vocabulary(fact["values"]))
                for fact in record["facts"]
            ]
        )


def learn_facts(counts: Mapping[str, Mapping[Fact, int]], config: EncoderConfig) -> Facts:
    """Learn how each fact is coded from how often each of its values was seen.

    Numbers throughout are put into buckets of about equal count; anything else is a category.

    >>> facts = learn_facts({"results": {0: 5, 1: 5, 7: 5}, "area": {"north": 3, "moon": 1}}, EncoderConfig())
    >>> [facts.label(bit) for bit in range(facts.width)]
    ['area=north', 'area is unknown', '-inf <= results < 0.5', '0.5 <= results < 4', '4 <= results < inf',
     'results is unknown', '(unknown fact)']
    """
    codes = []
    for name in sorted(counts):
        seen = counts[name]
        if sum(seen.values()) < config.min_count:
            continue
        if all(is_number(value) for value in seen):
            codes.append(FactCode(name, edges=_edges(seen, config.buckets)))
        else:
            named = Counter[str]()
            for value, count in seen.items():
                named[value_name(value)] += count
            codes.append(FactCode(name, Vocabulary.from_counts(named, config.min_count, config.max_values)))
    return Facts(codes)


def _edges(counts: Mapping[Any, int], buckets: int) -> tuple[float, ...]:
    """Return edges midway between neighbouring values, at about equal counts."""
    values = sorted(counts)
    if len(values) <= buckets:
        return tuple((low + high) / 2 for low, high in itertools.pairwise(values))
    edges: list[float] = []
    so_far, share = 0, sum(counts.values()) / buckets
    for low, high in itertools.pairwise(values):
        so_far += counts[low]
        if so_far >= share * (len(edges) + 1):
            edges.append((low + high) / 2)
    return tuple(edges[: buckets - 1])
