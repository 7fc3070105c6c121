"""Visible histories: what a policy can have seen before a decision, as hashes."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from turncast.candidates import without_candidates
from turncast.dialogue import Turn
from turncast.layouts import Example, Layout


def histories(turns: Iterable[Turn], *, said: bool = False) -> Iterator[int]:
    """Yield for each turn a hash, of 64 bits, of all that was seen before its actions.

    Seen are the users' texts as they are written, the facts, and the actions of the turns before. That any
    two of a million histories share a hash has a probability of 3 in 100 million.

    Args:
        turns: of one dialogue.
        said: whether what the system said with its actions is seen as well.

    >>> first, second = histories([Turn("tea", ["ask_size"]), Turn("large", ["serve"])])
    >>> first == next(histories([Turn("tea", ["serve"])])), second == next(histories([Turn("large")]))
    (True, False)
    """
    seen = hashlib.blake2b(digest_size=8)
    for turn in turns:
        seen.update(_input(turn))
        yield int.from_bytes(seen.digest(), "big")
        seen.update(_output(turn, said))


def histories_of(
    layout: Layout, example: Example, *, said: bool = False, kept: bool = False
) -> Iterator[int]:
    """Yield for each decision of an example the hash of what a network of this layout can have seen.

    Without memory that is only the turn and what was done before it; where only the first turn is read, that
    turn and the place of the decision in the dialogue.

    Args:
        layout: of the network.
        example: what it reads, and should answer.
        said: whether what the system said with its actions is seen as well.
        kept: whether the input itself keeps something of earlier turns, whatever the layout.
    """
    turns, decisions = example.turns, len(example.targets)
    if layout.first_turn_only:
        yield from (_hash(_input(turns[0]) + b"%d" % place) for place in range(decisions))
    elif not layout.memory and not kept:
        for before, turn in zip((None, *turns[:-1]), turns, strict=True):
            yield _hash((_output(before, said) if before else b"") + _input(turn))
    else:
        yield from list(histories(turns, said=said))[-decisions:]


def _input(turn: Turn) -> bytes:
    return repr((turn.user, sorted(without_candidates(turn.facts).items()))).encode(errors="surrogatepass")


def _output(turn: Turn, said: bool) -> bytes:
    seen = sorted(turn.actions), turn.response if said else None
    return repr(seen).encode(errors="surrogatepass")


def _hash(seen: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(seen, digest_size=8).digest(), "big")


@dataclass(frozen=True, slots=True, eq=False)
class Histories:
    """The visible histories of a training part. Neither texts nor actions are kept, only hashes.

    Attributes:
        keys: (N,), the hashes in ascending order, each once.

    >>> known = Histories.of(histories([Turn("tea", ["ask_size"]), Turn("large", ["serve"])]))
    >>> len(known.keys), next(histories([Turn("tea")])) in known, next(histories([Turn("milk")])) in known
    (2, True, False)
    """

    keys: NDArray[np.uint64]

    @classmethod
    def of(cls, keys: Iterable[int]) -> Histories:
        """Return these histories."""
        return cls(np.unique(np.frombuffer(array("Q", keys), np.uint64)))

    def __contains__(self, key: int) -> bool:
        place = int(np.searchsorted(self.keys, np.uint64(key)))
        return place < len(self.keys) and int(self.keys[place]) == key

    def to_arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return what `from_arrays` needs to make them again."""
        return {"keys": self.keys}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Histories:
        """Return the histories that `to_arrays` described."""
        return cls(arrays["keys"].astype(np.uint64))
