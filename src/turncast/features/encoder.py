"""The turn encoder: turns the input of a turn into the indices of set bits, and into token ids in order."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from turncast.candidates import without_candidates
from turncast.dialogue import Turn
from turncast.errors import ConfigError, ModelError
from turncast.features.block import Block, Key
from turncast.features.blocks.ablated import AblatedBlock
from turncast.features.blocks.facts import Facts
from turncast.features.blocks.last_response import LastResponse
from turncast.features.blocks.past_actions import PastActions
from turncast.features.blocks.persistent_facts import PersistentFacts
from turncast.features.blocks.position import Position
from turncast.features.blocks.previous_actions import PreviousActions
from turncast.features.blocks.remaining_results import RemainingResults
from turncast.features.blocks.slots import Slots
from turncast.features.blocks.user_ngrams import UserCharacterTrigrams, UserWordBigrams
from turncast.features.blocks.user_vectors import UserVectors
from turncast.features.blocks.user_words import UserWords
from turncast.features.responses.responder import Responder
from turncast.features.text.slot_values import SlotValues
from turncast.features.text.tokens import Tokens, tokens_from_json
from turncast.features.turn_view import Memory, TurnView
from turncast.vocabulary import Vocabulary

BLOCKS: dict[str, Any] = {
    kind.name: kind
    for kind in (
        UserWords,
        UserWordBigrams,
        UserCharacterTrigrams,
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


@dataclass(frozen=True, slots=True)
class EncodedTurn:
    """What a network reads of one turn.

    Attributes:
        bits: the indices of the set bits, each once, ascending.
        tokens: the ids of the user's words, in order; empty where words are read as bits.
    """

    bits: list[int]
    tokens: list[int]


class TurnEncoder:
    """Encodes one turn at a time; training and live use call the same code.

    Args:
        blocks: the parts of the input that are bits.
        tokens: turns the user's words into ids, where the network reads them in order.
        slot_values: the values that are replaced by the name of their slot.
        responder: fills the actions that are templates; with templates, memories carry slot sources.

    Attributes:
        offset_blocks: the first bit of each block, and the block.

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
        blocks: Iterable[Block[Any]],
        tokens: Tokens | None = None,
        slot_values: SlotValues | None = None,
        responder: Responder | None = None,
    ) -> None:
        self.blocks, self.tokenizer = tuple(blocks), tokens
        self.slot_values, self.responder = slot_values or SlotValues(), responder or Responder()
        *offsets, width = itertools.accumulate((block.width for block in self.blocks), initial=0)
        self.offset_blocks: tuple[tuple[int, Block[Any]], ...] = tuple(zip(offsets, self.blocks, strict=True))
        self._width = width
        actions = (block.actions for block in self.blocks if isinstance(block, PreviousActions))
        self._actions = next(actions, Vocabulary([]))

    @property
    def width(self) -> int:
        """F, the number of bits: the sum of the blocks' widths."""
        return self._width

    @property
    def num_tokens(self) -> int:
        """V, the number of token ids, padding and the unknown included; 0 where there are no tokens."""
        return 0 if self.tokenizer is None else self.tokenizer.num_tokens

    @property
    def actions(self) -> Vocabulary:
        """The known previous actions."""
        return self._actions

    def start(self) -> Memory:
        """Return the memory before the first turn of a dialogue."""
        return Memory(block_states=tuple(block.start() for block in self.blocks))

    def encode(self, turn: Turn, memory: Memory) -> tuple[EncodedTurn, Memory]:
        """Return what a network reads of a turn, and the memory after it.

        Args:
            turn: its actions and its response do not change the encoding; they are those of the last turn in
                the returned memory. Live, they are not known yet: `Memory.committed` sets them later.
            memory: the memory after the turn before.
        """
        user = self.slot_values.parse(turn.user) if turn.user else None
        response, slot_sources = memory.previous_response, memory.slot_sources
        if self.responder:
            if response is None:
                response = self._filled_response(memory)
            mentions = user.mentions if user else ()
            slot_sources = slot_sources.after(memory.previous_actions or (), response, mentions, turn.facts)
        view = TurnView(
            user,
            without_candidates(turn.facts) if turn.facts else turn.facts,
            memory.previous_actions,
            self.slot_values.parse(response) if response else None,
        )
        bits: list[int] = []
        states = []
        for (offset, block), state in zip(self.offset_blocks, memory.block_states, strict=True):
            block_bits, state = block.read(view, state)
            bits += [offset + bit for bit in block_bits]
            states.append(state)
        bits.sort()
        tokens = self.tokenizer.ids(user.words) if self.tokenizer and user else []
        return EncodedTurn(bits, tokens), Memory(turn.actions, turn.response, tuple(states), slot_sources)

    def _filled_response(self, memory: Memory) -> str | None:
        """Return the filled templates of the previous actions; None where no action is a template."""
        filled = (
            self.responder.text(action, memory.slot_sources) for action in memory.previous_actions or ()
        )
        return " ".join(text for text in filled if text is not None) or None

    def block_bits(self, name: str) -> range:
        """Return the bits of the block with this name; none where there is no such block."""
        for offset, block in self.offset_blocks:
            if block.name == name:
                return range(offset, offset + block.width)
        return range(0)

    @property
    def input_names(self) -> tuple[str, ...]:
        """The names of the blocks, and of the tokens where there are any."""
        names = tuple(block.name for block in self.blocks)
        return names if self.tokenizer is None else (*names, self.tokenizer.name)

    def ablate(self, name: str) -> TurnEncoder:
        """Return the encoder in which this block sets no bit, or without tokens if it is their name.

        Its memories are those of this encoder, so one turn of a dialogue can be encoded without the block.

        >>> encoder = TurnEncoder([PreviousActions(Vocabulary(["greet"])), Facts([])])
        >>> ablated = encoder.ablate("previous_actions")
        >>> ablated.encode(Turn(), encoder.start())[0].bits, ablated.width == encoder.width
        ([], True)

        Raises:
            ConfigError: for a name that is not among `input_names`.
        """
        if name not in self.input_names:
            raise ConfigError(f"the encoder has no {name!r}; it has {', '.join(self.input_names)}")
        blocks = [AblatedBlock(block) if block.name == name else block for block in self.blocks]
        tokenizer = self.tokenizer if self.tokenizer and self.tokenizer.name != name else None
        return TurnEncoder(blocks, tokenizer, self.slot_values, self.responder)

    def label(self, bit: int) -> str:
        """Return a text for people that says what a bit means.

        >>> TurnEncoder([Facts([])]).label(0)
        '(unknown fact)'
        """
        for offset, block in self.offset_blocks:
            if bit < offset + block.width:
                return block.label(bit - offset)
        raise IndexError(f"bit {bit} of {self.width}")

    @property
    def keys(self) -> list[tuple[str, Key]]:
        """The identity of each bit: the name of its block, and its key there."""
        return [(block.name, key) for block in self.blocks for key in block.keys]

    def extend(self, newer: TurnEncoder) -> TurnEncoder:
        """Return this encoder with the words, actions, facts, slots and slot values that only `newer` has.

        Each block says how it extends. Buckets of numbers, centroids of vectors and byte-pair pieces stay;
        so do the sources of templates that both encoders have.

        >>> old, newer = (TurnEncoder([UserWords(Vocabulary(words))]) for words in (["tea", "big"], ["cake"]))
        >>> encoder = old.extend(newer)
        >>> [encoder.label(bit) for bit in range(encoder.width)]
        ['tea', 'big', 'cake', '(unknown word)', '(no word)']
        >>> encoder.origins(old).tolist()
        [0, 1, -1, 2, 3]
        """
        added = {block.name: block for block in newer.blocks}
        blocks = [block.extend(added.pop(block.name, block)) for block in self.blocks]
        tokens = self.tokenizer
        if tokens and newer.tokenizer and tokens.name == newer.tokenizer.name:
            tokens = tokens.extend(newer.tokenizer)
        return TurnEncoder(
            [*blocks, *added.values()],
            tokens,
            self.slot_values.extend(newer.slot_values),
            self.responder.extend(newer.responder),
        )

    def origins(self, old: TurnEncoder) -> NDArray[np.intp]:
        """Return the bit of `old` that has the same key as each bit, -1 where there is none: (F,)."""
        indices = {key: index for index, key in enumerate(old.keys)}
        return np.array([indices.get(key, -1) for key in self.keys], np.intp)

    def to_json(self) -> dict[str, Any]:
        """Return the JSON from which `from_json` makes an equal encoder."""
        tokens = self.tokenizer
        return {
            "blocks": [{"block": block.name, **block.to_json()} for block in self.blocks],
            "tokens": None if tokens is None else {"kind": tokens.name, **tokens.to_json()},
            "slot_values": self.slot_values.to_json(),
            "responder": self.responder.to_json(),
        }

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> TurnEncoder:
        """Return the encoder that `to_json` described.

        Raises:
            ModelError: for an unknown kind of block or tokens, or vectors that are not found.
            MissingExtra: for tokens or vectors that need a library which is not installed.
        """
        for block in record["blocks"]:
            if block["block"] not in BLOCKS:
                raise ModelError(f"unknown block {block['block']!r}; a newer turncast may know it")
        blocks = [BLOCKS[block["block"]].from_json(block) for block in record["blocks"]]
        tokens = None if record["tokens"] is None else tokens_from_json(record["tokens"])
        slot_values, responder = SlotValues(record["slot_values"]), Responder.from_json(record["responder"])
        return cls(blocks, tokens, slot_values, responder)
