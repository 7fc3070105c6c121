"""The turn encoder: what the system sees of a turn, as the indices of set bits and as tokens in order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from turncast.candidates import without_candidates
from turncast.dialogue import Turn
from turncast.errors import ConfigError, ModelError
from turncast.features.block import Block
from turncast.features.blocks.ablated import AblatedBlock
from turncast.features.blocks.facts import Facts
from turncast.features.blocks.last_response import LastResponse
from turncast.features.blocks.past_actions import PastActions
from turncast.features.blocks.persistent_facts import PersistentFacts
from turncast.features.blocks.position import Position
from turncast.features.blocks.previous_actions import PreviousActions
from turncast.features.blocks.remaining_results import RemainingResults
from turncast.features.blocks.slots import Slots
from turncast.features.blocks.user_ngrams import UserCharacters, UserPairs
from turncast.features.blocks.user_vectors import UserVectors
from turncast.features.blocks.user_words import UserWords
from turncast.features.responses.responder import Responder
from turncast.features.text.slot_values import SlotValues
from turncast.features.text.tokens import Tokens, tokens_from_json
from turncast.features.turn_view import Memory, Seen
from turncast.vocabulary import Vocabulary

BLOCKS: dict[str, Any] = {
    kind.name: kind
    for kind in (
        UserWords,
        UserPairs,
        UserCharacters,
        UserVectors,
        PreviousActions,
        PastActions,
        LastResponse,
        Position,
        Facts,
        PersistentFacts,
        Slots,
        RemainingResults,
    )
}

_OF_THE_TURN_BEFORE = (PreviousActions, LastResponse)


@dataclass(frozen=True, slots=True)
class EncodedTurn:
    """What a network is given of one turn.

    Attributes:
        bits: the indices of the set bits, each once, ascending.
        tokens: the numbers of the user's words in order; none where they are read as bits, or in silence.
    """

    bits: list[int]
    tokens: list[int]


class TurnEncoder:
    """Encodes one turn; training and live use call the same code, one turn at a time.

    Args:
        blocks: the pieces of the input that are bits.
        tokens: what turns the user's words into numbers, where the network reads them in order.
        slot_values: the values whose slots' names stand in their place.
        responder: fills the actions that are templates; where it fills any, memories hold what with.

    >>> encoder = TurnEncoder([UserWords(Vocabulary(["hello"])), PreviousActions(Vocabulary(["greet"]))])
    >>> first, memory = encoder.encode(Turn("hello"), encoder.start())
    >>> second, _ = encoder.encode(Turn("hello"), memory.committed(("greet",)))
    >>> encoder.width, first.bits, second.bits
    (6, [0, 5], [0, 3])
    >>> from turncast.features.text.tokens import WordTokens
    >>> ordered = TurnEncoder([PreviousActions(Vocabulary(["greet"]))], WordTokens(Vocabulary(["hello"]), 64))
    >>> ordered.encode(Turn("hello you"), ordered.start())[0], ordered.num_tokens
    (EncodedTurn(bits=[2], tokens=[2, 1]), 3)
    """

    def __init__(
        self,
        blocks: Iterable[Block],
        tokens: Tokens | None = None,
        slot_values: SlotValues | None = None,
        responder: Responder | None = None,
    ) -> None:
        self.blocks, self.tokenizer, self.slot_values = tuple(blocks), tokens, slot_values or SlotValues()
        self.responder = responder or Responder()
        firsts, width = [], 0
        for block in self.blocks:
            firsts.append(width)
            width += block.width
        self._placed = tuple(zip(firsts, self.blocks, strict=True))
        self._width = width
        known = (block.actions for block in self.blocks if isinstance(block, PreviousActions))
        self._actions = next(known, Vocabulary([]))

    @property
    def width(self) -> int:
        """F, the number of bits: the sum of the blocks' widths."""
        return self._width

    @property
    def num_tokens(self) -> int:
        """V, the count of token numbers, padding and the unknown included; 0 where there are no tokens."""
        return 0 if self.tokenizer is None else self.tokenizer.num_tokens

    @property
    def actions(self) -> Vocabulary:
        """The actions that the next turn can be told of."""
        return self._actions

    def start(self) -> Memory:
        """Return the memory before the first turn of a dialogue."""
        return Memory(kept=tuple(block.start() for block in self.blocks))

    def encode(self, turn: Turn, memory: Memory) -> tuple[EncodedTurn, Memory]:
        """Return what a network is given of a turn, and the memory after it.

        Args:
            turn: what the system sees. Its actions and its response do not change what is given: they are
                what the new memory takes as committed. Live, they are not known yet: `Memory.committed` says
                them.
            memory: what was kept of the turns before.
        """
        user = self.slot_values.read(turn.user) if turn.user else None
        response, slot_sources = memory.response, memory.slot_sources
        if self.responder:
            if response is None:
                response = self._own_words(memory)
            mentions = user.mentions if user else ()
            slot_sources = slot_sources.after(memory.previous or (), response, mentions, turn.facts)
        facts = without_candidates(turn.facts) if turn.facts else turn.facts
        said = self.slot_values.read(response) if response else None
        seen = Seen(user, facts, memory.previous, said)
        bits: list[int] = []
        kept = []
        for (first, block), own in zip(self._placed, memory.kept, strict=True):
            found, own = block.read(seen, own)
            bits += [first + bit for bit in found]
            kept.append(own)
        bits.sort()
        tokens = self.tokenizer.ids(seen.user.words) if self.tokenizer and seen.user else []
        return EncodedTurn(bits, tokens), Memory(turn.actions, turn.response, tuple(kept), slot_sources)

    def _own_words(self, memory: Memory) -> str | None:
        """Return what was said at the turn before where nobody told: its template, filled."""
        said = (self.responder.text(action, memory.slot_sources) for action in memory.previous or ())
        return " ".join(text for text in said if text is not None) or None

    def without_words(self) -> NDArray[np.int32]:
        """Return what each bit, and the padding F, becomes where the words of users are unknown: (F + 1,)."""
        become = np.arange(self.width + 1, dtype=np.int32)
        for first, block in self._placed:
            if isinstance(block, UserWords | UserPairs | UserCharacters):
                become[first : first + len(block.vocabulary)] = first + block.vocabulary.unknown
            elif isinstance(block, UserVectors):
                become[first : first + block.unknown] = first + block.unknown
        return become

    def bits_of(self, name: str) -> range:
        """Return the bits of the block of that name; none where there is no such block."""
        places = (range(first, first + block.width) for first, block in self._placed if block.name == name)
        return next(places, range(0))

    def of_the_turn_before(self) -> NDArray[np.bool_]:
        """Return which bits, the padding F among them, tell of the turn before and no other: (F + 1,)."""
        found = np.zeros(self.width + 1, np.bool_)
        for block in _OF_THE_TURN_BEFORE:
            bits = self.bits_of(block.name)
            found[bits.start : bits.stop] = True
        return found

    def told(self, names: Iterable[str]) -> NDArray[np.int32]:
        """Return the bits by which a turn is told that an action was taken before it, for each name and none.

        Returns:
            (A + 1, M) bits, the one of the action first, then the words that it usually says; F fills up.
        """
        blocks = [(first, block) for first, block in self._placed if isinstance(block, _OF_THE_TURN_BEFORE)]
        lists = [
            [first + bit for first, block in blocks for bit in sorted(block.bits(Seen(previous=(name,))))]
            for name in names
        ]
        table = np.full((len(lists) + 1, max(map(len, lists), default=0)), self.width, np.int32)
        for row, bits in zip(table, lists, strict=False):
            row[: len(bits)] = bits
        return table

    @property
    def pieces(self) -> tuple[str, ...]:
        """The names of the blocks, and of the tokens where there are any."""
        names = tuple(block.name for block in self.blocks)
        return names if self.tokenizer is None else (*names, self.tokenizer.name)

    def without(self, piece: str) -> TurnEncoder:
        """Return the encoder in which this block sets no bit, or there are no tokens.

        Its memories are those of this encoder: a dialogue can be gone on with, one turn without the piece.

        >>> encoder = TurnEncoder([PreviousActions(Vocabulary(["greet"])), Facts([])])
        >>> silent = encoder.without("previous_actions")
        >>> silent.encode(Turn(), encoder.start())[0].bits, silent.width == encoder.width
        ([], True)

        Raises:
            ConfigError: where there is no such piece.
        """
        if piece not in self.pieces:
            raise ConfigError(f"the encoder has no {piece!r}; it has {', '.join(self.pieces)}")
        blocks = [AblatedBlock(block) if block.name == piece else block for block in self.blocks]
        tokenizer = self.tokenizer if self.tokenizer and self.tokenizer.name != piece else None
        return TurnEncoder(blocks, tokenizer, self.slot_values, self.responder)

    def label(self, bit: int) -> str:
        """Say what a bit means.

        >>> TurnEncoder([Facts([])]).label(0)
        '(unknown fact)'
        """
        first, block = next((first, block) for first, block in reversed(self._placed) if first <= bit)
        return block.label(bit - first)

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` needs to make the encoder again."""
        tokens = self.tokenizer
        return {
            "blocks": [{"block": block.name, **block.to_json()} for block in self.blocks],
            "tokens": None if tokens is None else {"kind": tokens.name, **tokens.to_json()},
            "slot_values": self.slot_values.to_json(),
            "responder": self.responder.to_json(),
        }

    @classmethod
    def from_json(cls, record: dict[str, Any] | list[dict[str, Any]]) -> TurnEncoder:
        """Make the encoder that `to_json` described; a list, of before there were tokens, holds the blocks.

        Raises:
            ModelError: for a block or tokens of an unknown kind.
            MissingExtra: for tokens that need a library which is not installed.
        """
        if isinstance(record, list):
            record = {"blocks": record, "tokens": None}
        for block in record["blocks"]:
            if block["block"] not in BLOCKS:
                raise ModelError(f"unknown block {block['block']!r}; a newer turncast may know it")
        blocks = [BLOCKS[block["block"]].from_json(block) for block in record["blocks"]]
        tokens = None if record["tokens"] is None else tokens_from_json(record["tokens"])
        responder = Responder.from_json(record.get("responder", {}))
        return cls(blocks, tokens, SlotValues(record.get("slot_values", {})), responder)
