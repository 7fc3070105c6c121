"""A corpus as compact arrays: the indices of set bits, tokens and answers, turn after turn."""

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
from turncast.features.batches.unknown_values import bits_without_values, tokens_without_values
from turncast.features.blocks.facts import Facts
from turncast.features.encoder import TurnEncoder
from turncast.layouts import Actions
from turncast.vocabulary import ActionSpace

_IN_MEMORY = 2**26
"""So many indices are kept in memory; a corpus of more is mapped from a file."""


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
        starts = self.offsets[lists]
        lengths = self.offsets[lists + 1] - starts  # and not all lengths: a corpus is long, a batch is short
        columns = np.arange(width)
        inside = columns < lengths[:, None]
        rows = np.full((len(lists), width), fill, np.int32)
        rows[inside] = self.values[(starts[:, None] + columns)[inside]]
        return rows


@dataclass(frozen=True, slots=True)
class EncodedCorpus:
    """The turns and the answers of all D dialogues, one after the other.

    Attributes:
        lengths: turns read of each dialogue, (D,).
        bits: the input bits of each turn.
        tokens: the tokens of each turn in order; None where words are read as bits.
        rows: decisions of each dialogue, (D,).
        answers: the action indices of each answer, row by row: of a dialogue rows * k. A, the index after the
            last action, is an unknown action.
        a_row: k, how many answers a row has.
        masked: whether the network needs to know which turns are real.
        num_actions: A.
        without_words: what each bit, and the padding F, becomes where users' words are unknown, (F + 1,).
        bits_without_values: what each becomes where the values of a slot are unknown, (S, F + 1).
        tokens_without_values: and each token, (S, V).
        facts: the bits of facts.
        of_the_turn_before: which bits tell what the system did at the turn before and no other, (F + 1,).
        told: these bits for each action that may be an answer, and for none of them, (A + 1, M); F fills up.
        refused: the actions that rules refuse at each turn, where there is one answer to each; None without.
    """

    lengths: NDArray[np.int64]
    bits: Ragged
    tokens: Ragged | None
    rows: NDArray[np.int64]
    answers: Ragged
    a_row: int
    masked: bool
    num_actions: int
    without_words: NDArray[np.int32]
    bits_without_values: NDArray[np.int32] | None = None
    tokens_without_values: NDArray[np.int32] | None = None
    facts: range = range(0)
    of_the_turn_before: NDArray[np.bool_] | None = None
    told: NDArray[np.int32] | None = None
    refused: Ragged | None = None

    @property
    def num_features(self) -> int:
        """F, the width of the input."""
        return len(self.without_words) - 1

    @property
    def slots(self) -> NDArray[np.int64]:
        """Time steps that the network goes through for each dialogue, (D,): to read all and to answer all."""
        return np.maximum(self.lengths, self.rows)

    @property
    def first_turns(self) -> NDArray[np.int64]:
        """The number of each dialogue's first turn, (D,)."""
        return _starts(self.lengths)

    @property
    def first_answers(self) -> NDArray[np.int64]:
        """The number of each dialogue's first answer, (D,)."""
        return _starts(self.rows * self.a_row)


def encode(
    dialogues: Iterable[Dialogue],
    encoder: TurnEncoder,
    space: ActionSpace,
    config: NetworkConfig | None = None,
) -> EncodedCorpus:
    """Encode what a network of that layout reads of each dialogue and must answer.

    The previous actions of a turn are those that the corpus says were taken.
    """
    layout = (config or NetworkConfig()).layout_row
    lengths, rows, bits, tokens, answers = array("q"), array("q"), Lists(), Lists(), Lists()
    known: dict[Actions, list[int]] = {}  # the answers seen so far: few, and each comes often
    for dialogue in dialogues:
        example = layout.example(dialogue)
        lengths.append(len(example.turns))
        rows.append(len(example.targets))
        memory = encoder.start()
        for turn in example.turns:
            encoded, memory = encoder.encode(turn, memory)
            bits.append(encoded.bits)
            tokens.append(encoded.tokens)
        for row in example.targets:
            for answer in row:
                if answer not in known:
                    known[answer] = sorted(set(space.indices(answer)))
                answers.append(known[answer])
    return EncodedCorpus(
        lengths=np.array(lengths, np.int64),
        bits=bits.ragged(),
        tokens=tokens.ragged() if encoder.num_tokens else None,
        rows=np.array(rows, np.int64),
        answers=answers.ragged(),
        a_row=layout.horizon,
        masked=layout.last_turn_only,
        num_actions=len(space),
        without_words=encoder.without_words(),
        bits_without_values=bits_without_values(encoder),
        tokens_without_values=tokens_without_values(encoder),
        facts=encoder.bits_of(Facts.name),
        of_the_turn_before=encoder.of_the_turn_before(),
        told=encoder.told(space),
    )


def _starts(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(lengths)[:-1]])


class Lists:
    """Lists on their way to a `Ragged`, four bytes an index; many of them go into a file without a name."""

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

    def ragged(self) -> Ragged:
        """Return all lists; nothing can be added any more."""
        offsets = np.array(self._offsets, np.int64)
        if self._file is None:
            return Ragged(np.array(self._values, np.int32), offsets)
        with self._file as file:  # the map outlives the open file
            self._values.tofile(file)
            file.flush()
            return Ragged(np.memmap(file, np.int32, "r"), offsets)
