"""Facts as bits: booleans, categories, and numbers in buckets; an absent fact sets no bit."""

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
from turncast.features.block import Key, StatelessBlock
from turncast.features.turn_view import TurnView
from turncast.vocabulary import Vocabulary

_NO_VALUES = Vocabulary(())


@dataclass(frozen=True, slots=True)
class FactCode:
    """How one fact becomes one bit.

    Args:
        values: the known values of a category (or true and false), by name.
        edges: ascending edges of a number's buckets; a value on an edge belongs to the bucket above.

    Any other value, of any type, sets the last bit: the unknown.

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

    @property
    def keys(self) -> tuple[Key, ...]:
        """A key for each value or bucket, and one for the unknown."""
        if self.edges is None:
            codes: tuple[Key, ...] = tuple(("value", value) for value in self.values)
        else:
            buckets = itertools.pairwise((-math.inf, *self.edges, math.inf))
            codes = tuple(("bucket", low, high) for low, high in buckets)
        return tuple((self.name, *code) for code in (*codes, ("unknown",)))

    def extend(self, newer: FactCode) -> FactCode:
        """Return this code with the values of `newer` added; edges stay, and so does a category or number."""
        if self.edges is not None or newer.edges is not None:
            return self
        return FactCode(self.name, self.values.extend(newer.values))

    def label(self, bit: int) -> str:
        """Return the value or bucket that a bit stands for."""
        if bit == self.width - 1:
            return f"{self.name} is unknown"
        if self.edges is None:
            return f"{self.name}={self.values.name(bit)}"
        low = [-math.inf, *self.edges][bit]
        high = [*self.edges, math.inf][bit]
        return f"{low:g} <= {self.name} < {high:g}"


class Facts(StatelessBlock):
    """The bits of the facts that came since the last turn, one for each fact.

    A fact with an unknown name sets the block's last bit.

    >>> block = Facts([FactCode("open", Vocabulary(["false", "true"]))])
    >>> block.width, *(block.bits(TurnView(facts={name: True})) for name in ("open", "shut"))
    (4, {1}, {3})
    """

    name = "facts"

    def __init__(self, codes: Collection[FactCode]) -> None:
        self._codes = tuple(codes)
        self._indices = {code.name: index for index, code in enumerate(self._codes)}
        self._firsts = tuple(itertools.accumulate((code.width for code in self._codes), initial=0))

    @property
    def width(self) -> int:
        """The bits of every known fact, and one for unknown facts."""
        return self._firsts[-1] + 1

    @property
    def keys(self) -> tuple[Key, ...]:
        """The keys of every known fact, and one for unknown facts."""
        return (*(key for code in self._codes for key in code.keys), ("unknown",))

    @property
    def codes(self) -> tuple[FactCode, ...]:
        """The code of each known fact, in order of their bits."""
        return self._codes

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the known facts, in order of their bits."""
        return tuple(self._indices)

    def index(self, name: str) -> int | None:
        """Return the index of a fact among the names; None for an unknown fact."""
        return self._indices.get(name)

    def bit(self, name: str, value: Fact) -> int:
        """Return the bit that a fact sets."""
        index = self._indices.get(name)
        return self._firsts[-1] if index is None else self._firsts[index] + self._codes[index].bit(value)

    def bits(self, view: TurnView) -> Collection[int]:
        """Return the bits of the turn's facts."""
        return {self.bit(name, value) for name, value in view.facts.items()} if view.facts else ()

    def label(self, bit: int) -> str:
        """Return the fact and the value that a bit stands for."""
        for first, code in zip(self._firsts, self._codes, strict=False):
            if bit < first + code.width:
                return code.label(bit - first)
        return "(unknown fact)"

    def extend(self, newer: Facts) -> Facts:
        """Return this block with the facts, and the values of facts, that only `newer` has added."""
        added = {code.name: code for code in newer._codes}
        codes = [code.extend(added.pop(code.name, code)) for code in self._codes]
        return Facts([*codes, *added.values()])

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
        """Return the block that `to_json` described."""
        return cls(
            [
                FactCode(fact["name"], edges=tuple(fact["edges"]))
                if "edges" in fact
                else FactCode(fact["name"], Vocabulary(fact["values"]))
                for fact in record["facts"]
            ]
        )


def learn_facts(counts: Mapping[str, Mapping[Fact, int]], config: EncoderConfig) -> Facts:
    """Return the code of each fact, learned from the counts of its values.

    A fact whose values are all numbers has buckets of about equal count; any other fact is a category.

    >>> facts = learn_facts({"results": {0: 5, 1: 5, 7: 5}, "area": {"north": 3, "moon": 1}}, EncoderConfig())
    >>> [facts.label(bit) for bit in range(facts.width)]
    ['area=north', 'area is unknown', '-inf <= results < 0.5', '0.5 <= results < 4', '4 <= results < inf',
     'results is unknown', '(unknown fact)']
    """
    codes = []
    for name in sorted(counts):
        values = counts[name]
        if sum(values.values()) < config.min_count:
            continue
        if all(is_number(value) for value in values):
            codes.append(FactCode(name, edges=_edges(values, config.buckets)))
        else:
            categories = Counter[str]()
            for value, count in values.items():
                categories[value_name(value)] += count
            vocabulary = Vocabulary.from_counts(categories, config.min_count, config.max_values)
            codes.append(FactCode(name, vocabulary))
    return Facts(codes)


def _edges(counts: Mapping[Any, int], buckets: int) -> tuple[float, ...]:
    """Return edges midway between neighbouring values, at about equal counts."""
    values = sorted(counts)
    if len(values) <= buckets:
        return tuple((low + high) / 2 for low, high in itertools.pairwise(values))
    edges: list[float] = []
    below, share = 0, sum(counts.values()) / buckets
    for low, high in itertools.pairwise(values):
        below += counts[low]
        if below >= share * (len(edges) + 1):
            edges.append((low + high) / 2)
    return tuple(edges[: buckets - 1])
