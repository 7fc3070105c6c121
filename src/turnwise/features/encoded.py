"""A corpus as compact arrays: the indices of set bits, turn after turn."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from turnwise.dialogue import Dialogue
from turnwise.features.block import Previous
from turnwise.features.encoder import TurnEncoder
from turnwise.vocabulary import ActionSpace


@dataclass(frozen=True, slots=True)
class Ragged:
    """Lists of indices, one after the other: list n is values[offsets[n]:offsets[n + 1]]."""

    values: NDArray[np.int32]
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def lengths(self) -> NDArray[np.int64]:
        """How long each list is."""
        return np.diff(self.offsets)

    def padded(self, lists: NDArray[np.int64], width: int, fill: int) -> NDArray[np.int32]:
        """Return some lists as rows of (len(lists), width), filled up with `fill`.

        >>> ragged = Ragged(np.array([5, 6, 7], np.int32), np.array([0, 1, 3]))
        >>> ragged.padded(np.array([1, 0]), 2, fill=9).tolist()
        [[6, 7], [5, 9]]
        """
        starts, lengths = self.offsets[lists], self.lengths[lists]
        columns = np.arange(width)
        inside = columns < lengths[:, None]
        rows = np.full((len(lists), width), fill, np.int32)
        rows[inside] = self.values[(starts[:, None] + columns)[inside]]
        return rows


@dataclass(frozen=True, slots=True)
class EncodedCorpus:
    """The turns of all dialogues, one after the other.

    Attributes:
        lengths: turns of each dialogue, (D,).
        bits: the input bits of each turn.
        actions: the action indices of each turn; A, the index after the last action, is an unknown action.
        without_words: what each bit, and the padding F, becomes where users' words are unknown, (F + 1,).
    """

    lengths: NDArray[np.int64]
    bits: Ragged
    actions: Ragged
    num_actions: int
    without_words: NDArray[np.int32]

    @property
    def num_features(self) -> int:
        """F, the width of the input."""
        return len(self.without_words) - 1

    @property
    def first_turns(self) -> NDArray[np.int64]:
        """The number of each dialogue's first turn, (D,)."""
        return np.concatenate([[0], np.cumsum(self.lengths)[:-1]])


def encode(dialogues: Iterable[Dialogue], encoder: TurnEncoder, space: ActionSpace) -> EncodedCorpus:
    """Encode each turn of each dialogue, its previous actions being those that the corpus says were taken."""
    lengths, bits, actions = array("q"), _Lists(), _Lists()
    for dialogue in dialogues:
        lengths.append(len(dialogue))
        previous: Previous = None
        for turn in dialogue:
            bits.append(encoder.bits(turn, previous))
            actions.append(sorted(set(space.indices(turn.actions))))
            previous = turn.actions
    return EncodedCorpus(
        np.array(lengths, np.int64), bits.ragged(), actions.ragged(), len(space), encoder.without_words()
    )


class _Lists:
    """Lists on their way to a `Ragged`, four bytes an index."""

    def __init__(self) -> None:
        self._values, self._offsets = array("i"), array("q", [0])

    def append(self, indices: list[int]) -> None:
        self._values.extend(indices)
        self._offsets.append(len(self._values))

    def ragged(self) -> Ragged:
        return Ragged(np.array(self._values, np.int32), np.array(self._offsets, np.int64))
