"""Visible histories: hashes of all that a policy can read before a decision."""

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


def turn_histories(turns: Iterable[Turn], *, said: bool = False) -> Iterator[int]:
    """Yield for each turn a hash of 64 bits of all that is visible before its actions.

    Visible are the users' texts as they are written, the facts, and the actions of earlier turns. The
    probability that any two of a million histories share a hash is 3 in 100 million.

    Args:
        turns: of one dialogue.
        said: whether the system's responses are visible too.

    >>> first, second = turn_histories([Turn("tea", ["ask_size"]), Turn("large", ["serve"])])
    >>> first == next(turn_histories([Turn("tea", ["serve"])]))
    True
    >>> second == next(turn_histories([Turn("large")]))
    False
    """
    history = hashlib.blake2b(digest_size=8)
    for turn in turns:
        history.update(_input(turn))
        yield int.from_bytes(history.digest(), "big")
        history.update(_output(turn, said))


def example_histories(
    layout: Layout, example: Example, *, said: bool = False, input_has_memory: bool = False
) -> Iterator[int]:
    """Yield for each decision of an example the hash of all that a network of this layout can read.

    Without memory that is the turn and the actions before it; where only the first turn is read, that turn
    and the index of the decision.

    Args:
        layout: of the network.
        example: what it reads, and should answer.
        said: whether the system's responses are visible too.
        input_has_memory: whether the input of a turn has something of earlier turns, whatever the layout.
    """
    turns, decisions = example.turns, len(example.targets)
    if layout.first_turn_only:
        yield from (_hash(_input(turns[0]) + b"%d" % index) for index in range(decisions))
    elif not layout.memory and not input_has_memory:
        for before, turn in zip((None, *turns[:-1]), turns, strict=True):
            yield _hash((_output(before, said) if before else b"") + _input(turn))
    else:
        yield from list(turn_histories(turns, said=said))[-decisions:]


def _input(turn: Turn) -> bytes:
    return repr((turn.user, sorted(without_candidates(turn.facts).items()))).encode(errors="surrogatepass")


def _output(turn: Turn, said: bool) -> bytes:
    visible = sorted(turn.actions), turn.response if said else None
    return repr(visible).encode(errors="surrogatepass")


def _hash(visible: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(visible, digest_size=8).digest(), "big")


@dataclass(frozen=True, slots=True, eq=False)
class Histories:
    """The visible histories of a training part. Only hashes are stored, no texts and no actions.

    Attributes:
        keys: (N,), the hashes in ascending order, each once.

    >>> known = Histories.from_hashes(turn_histories([Turn("tea", ["ask_size"]), Turn("large", ["serve"])]))
    >>> len(known.keys), next(turn_histories([Turn("tea")])) in known
    (2, True)
    """

    keys: NDArray[np.uint64]

    @classmethod
    def from_hashes(cls, keys: Iterable[int]) -> Histories:
        """Return the set of these hashes."""
        return cls(np.unique(np.frombuffer(array("Q", keys), np.uint64)))

    def __contains__(self, key: int) -> bool:
        index = int(np.searchsorted(self.keys, np.uint64(key)))
        return index < len(self.keys) and int(self.keys[index]) == key

    def to_arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return the hashes as named arrays."""
        return {"keys": self.keys}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Histories:
        """Return the histories that `to_arrays` described."""
        return cls(arrays["keys"].astype(np.uint64))
