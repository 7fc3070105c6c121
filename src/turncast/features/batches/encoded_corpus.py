"""A corpus as compact arrays: the set bits, tokens and targets of its turns."""

from __future__ import annotations

import tempfile
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO

import numpy as np
from numpy.typing import NDArray

from turncast.config import NetworkConfig
from turncast.dialogue import Dialogue
from turncast.features.batches.augmentation_tables import AugmentationTables
from turncast.features.encoder import TurnEncoder
from turncast.layouts import Actions
from turncast.vocabulary import ActionSpace

_IN_MEMORY = 2**26
"""The number of indices that stay in memory; more of them are mapped from a file."""


@dataclass(frozen=True, slots=True)
class Ragged:
    """Lists of indices, one after the other: list n is values[offsets[n]:offsets[n + 1]]."""

    values: NDArray[np.int32]
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def lengths(self) -> NDArray[np.int64]:
        """The length of each list."""
        return np.diff(self.offsets)

    def padded(self, lists: NDArray[np.int64], width: int, fill: int) -> NDArray[np.int32]:
        """Return the lists with these numbers as rows of (len(lists), width), filled up with `fill`.

        >>> ragged = Ragged(np.array([5, 6, 7], np.int32), np.array([0, 1, 3]))
        >>> ragged.padded(np.array([1, 0]), 2, fill=9).tolist()
        [[6, 7], [5, 9]]
        """
        starts = self.offsets[lists]
        lengths = self.offsets[lists + 1] - starts  # `self.lengths` computes the whole corpus
        columns = np.arange(width)
        inside = columns < lengths[:, None]
        rows = np.full((len(lists), width), fill, np.int32)
        rows[inside] = self.values[(starts[:, None] + columns)[inside]]
        return rows


@dataclass(frozen=True, slots=True)
class EncodedCorpus:
    """The inputs and targets of all D dialogues, one dialogue after the other.

    Attributes:
        lengths: the number of turns that the network reads of each dialogue, (D,).
        bits: the set bits of each turn.
        tokens: the token ids of each turn, in order; None where words are read as bits.
        decisions: the number of decisions of each dialogue, (D,).
        targets: the action indices of each target; a dialogue has decisions * k targets. A, the index after
            the last action, is an unknown action.
        horizon: k, the number of targets of each decision.
        masked: whether the network needs a mask of the real turns.
        num_actions: A.
        tables: how an augmentation changes bits and tokens.
        refused: the actions that rules refuse at each target; None without rules.
    """

    lengths: NDArray[np.int64]
    bits: Ragged
    tokens: Ragged | None
    decisions: NDArray[np.int64]
    targets: Ragged
    horizon: int
    masked: bool
    num_actions: int
    tables: AugmentationTables
    refused: Ragged | None = None

    @property
    def num_features(self) -> int:
        """F, the width of the input."""
        return self.tables.num_features

    @property
    def time_steps(self) -> NDArray[np.int64]:
        """The time steps that the network takes for each dialogue, to read and to answer all: (D,)."""
        return np.maximum(self.lengths, self.decisions)

    @property
    def first_turns(self) -> NDArray[np.int64]:
        """The index of each dialogue's first turn, (D,)."""
        return _starts(self.lengths)

    @property
    def first_targets(self) -> NDArray[np.int64]:
        """The index of each dialogue's first target, (D,)."""
        return _starts(self.decisions * self.horizon)


def encode(
    dialogues: Iterable[Dialogue],
    encoder: TurnEncoder,
    space: ActionSpace,
    config: NetworkConfig | None = None,
) -> EncodedCorpus:
    """Return the inputs and targets of dialogues, as the network's layout defines them.

    The previous actions of each turn are the recorded ones.
    """
    layout = (config or NetworkConfig()).layout_row
    lengths, decisions = array("q"), array("q")
    bits, tokens, targets = RaggedBuilder(), RaggedBuilder(), RaggedBuilder()
    cache: dict[Actions, list[int]] = {}  # the corpus has few different targets
    for dialogue in dialogues:
        example = layout.example(dialogue)
        lengths.append(len(example.turns))
        decisions.append(len(example.targets))
        memory = encoder.start()
        for turn in example.turns:
            encoded, memory = encoder.encode(turn, memory)
            bits.append(encoded.bits)
            tokens.append(encoded.tokens)
        for row in example.targets:
            for target in row:
                if target not in cache:
                    cache[target] = sorted(set(space.indices(target)))
                targets.append(cache[target])
    return EncodedCorpus(
        lengths=np.array(lengths, np.int64),
        bits=bits.build(),
        tokens=tokens.build() if encoder.num_tokens else None,
        decisions=np.array(decisions, np.int64),
        targets=targets.build(),
        horizon=layout.horizon,
        masked=layout.last_turn_only,
        num_actions=len(space),
        tables=AugmentationTables.from_encoder(encoder, space),
    )


def _starts(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(lengths)[:-1]])


class RaggedBuilder:
    """Collects lists for a `Ragged`, in 4 bytes per index; beyond a limit it uses a temporary file."""

    def __init__(self) -> None:
        self._values, self._offsets = array("i"), array("q", [0])
        self._file: IO[bytes] | None = None

    def append(self, indices: list[int]) -> None:
        """Add a list."""
        self._values.extend(indices)
        self._offsets.append(self._offsets[-1] + len(indices))
        if len(self._values) >= _IN_MEMORY:
            self._file = self._file or tempfile.TemporaryFile(prefix="turncast-")  # noqa: SIM115
            self._values.tofile(self._file)
            self._values = array("i")

    def build(self) -> Ragged:
        """Return all lists; after this no list can be added."""
        offsets = np.array(self._offsets, np.int64)
        if self._file is None:
            return Ragged(np.array(self._values, np.int32), offsets)
        with self._file as file:  # the map outlives the open file
            self._values.tofile(file)
            file.flush()
            return Ragged(np.memmap(file, np.int32, "r"), offsets)
