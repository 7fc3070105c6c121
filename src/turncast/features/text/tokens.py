"""Tokens: the user's words in order, as ids; whole words, or byte-pair pieces of words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

from turncast.config import EncoderConfig
from turncast.errors import MissingExtra, ModelError
from turncast.vocabulary import Vocabulary

PADDING, UNKNOWN = 0, 1
"""The ids of padding, and of every unknown token."""

_FIRST = 2
_WORD_START = "\N{LOWER ONE EIGHTH BLOCK}"  # marks where a word begins
_SPECIAL = ["<padding>", "<unknown>"]  # no word of a text has a "<" and a letter
_CHUNK = 1000


class Tokens(Protocol):
    """Turns the words of a text into ids: 0 is padding, 1 is the unknown."""

    @property
    def name(self) -> str:
        """The name of this kind of tokens."""
        ...

    @property
    def num_tokens(self) -> int:
        """V, the number of ids, padding and the unknown included."""
        ...

    def ids(self, words: Sequence[str]) -> list[int]:
        """Return the ids of the first tokens of a text, in order."""
        ...

    def extend(self, newer: Self) -> Self:
        """Return these tokens with those that only `newer` has, at the end."""
        ...

    def to_json(self) -> dict[str, Any]:
        """Return the JSON from which `from_json` makes equal tokens."""
        ...


@dataclass(frozen=True, slots=True)
class WordTokens:
    """An id for each known word.

    Args:
        vocabulary: the known words.
        max_tokens: W, the number of words of a text that are read.

    >>> tokens = WordTokens(Vocabulary(["hello", "table"]), max_tokens=3)
    >>> tokens.ids(["hello", ",", "a", "table"]), tokens.ids([]), tokens.num_tokens
    ([2, 1, 1], [], 4)
    """

    vocabulary: Vocabulary
    max_tokens: int
    name = "words"

    @property
    def num_tokens(self) -> int:
        """Known words, padding and the unknown."""
        return len(self.vocabulary) + _FIRST

    def ids(self, words: Sequence[str]) -> list[int]:
        """Return the ids of the first words, in order."""
        unknown, indices = self.vocabulary.unknown, self.vocabulary.indices(words[: self.max_tokens])
        return [UNKNOWN if index == unknown else index + _FIRST for index in indices]

    def extend(self, newer: WordTokens) -> WordTokens:
        """Return these tokens with the words of `newer` added."""
        return WordTokens(self.vocabulary.extend(newer.vocabulary), self.max_tokens)

    def to_json(self) -> dict[str, Any]:
        """Return the known words."""
        return {"words": list(self.vocabulary), "max_tokens": self.max_tokens}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> WordTokens:
        """Return the tokens that `to_json` described."""
        return cls(Vocabulary(record["words"]), record["max_tokens"])


@dataclass(frozen=True, slots=True)
class PieceTokens:
    """An id for each known piece of a word, so that an unknown word is read as its pieces.

    Args:
        definition: the byte-pair merges, as the JSON of the library `tokenizers`.
        max_tokens: W, the number of pieces of a text that are read.

    >>> tokens = PieceTokens.learn({"slow": 4, "lower": 4, "higher": 4}, EncoderConfig(tokenizer="bpe"))
    >>> [tokens.label(id) for id in tokens.ids(["slower"])]
    ['▁slow', 'er']

    Raises:
        MissingExtra: where that library is not installed.
    """

    definition: str
    max_tokens: int
    name = "bpe"
    _tokenizer: Any = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_tokenizer", _library().Tokenizer.from_str(self.definition))

    @classmethod
    def learn(cls, counts: Mapping[str, int], config: EncoderConfig) -> PieceTokens:
        """Learn at most `max_words` pieces, each seen `min_count` times, from the counts of words."""
        library = _library()
        model = library.models.BPE(unk_token=_SPECIAL[1], fuse_unk=True)
        tokenizer = library.Tokenizer(model)
        tokenizer.pre_tokenizer = library.pre_tokenizers.WhitespaceSplit()
        trainer = library.trainers.BpeTrainer(
            vocab_size=config.max_words + _FIRST,
            min_frequency=config.min_count,
            special_tokens=_SPECIAL,
            show_progress=False,
        )
        tokenizer.train_from_iterator(_repeated(counts), trainer)
        return cls(tokenizer.to_str(), config.max_tokens)

    @property
    def num_tokens(self) -> int:
        """Known pieces, padding and the unknown."""
        return int(self._tokenizer.get_vocab_size())

    def ids(self, words: Sequence[str]) -> list[int]:
        """Return the ids of the first pieces of the words, in order; a run of unknown characters is one."""
        # A word has at least one piece, so only the first W words can have one of the first W pieces.
        marked = [_WORD_START + word for word in words[: self.max_tokens]]
        encoded = self._tokenizer.encode(marked, is_pretokenized=True, add_special_tokens=False)
        return list(encoded.ids[: self.max_tokens])

    def label(self, id: int) -> str:
        """Return the piece with this id; a mark shows that it begins a word."""
        return str(self._tokenizer.id_to_token(id))

    def extend(self, newer: PieceTokens) -> PieceTokens:  # noqa: ARG002
        """Return these tokens: the merges stay."""
        return self

    def to_json(self) -> dict[str, Any]:
        """Return the merges."""
        return {"definition": self.definition, "max_tokens": self.max_tokens}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> PieceTokens:
        """Return the tokens that `to_json` described."""
        return cls(record["definition"], record["max_tokens"])


_KINDS: Mapping[str, type[WordTokens] | type[PieceTokens]] = {
    kind.name: kind for kind in (WordTokens, PieceTokens)
}


def learn_tokens(counts: Mapping[str, int], config: EncoderConfig) -> Tokens:
    """Return the kind of tokens that `config` asks for, learned from the counts of words.

    >>> learn_tokens({"hello": 5, "table": 3, "once": 1}, EncoderConfig()).ids(["once", "hello"])
    [1, 2]
    """
    if config.tokenizer == "bpe":
        return PieceTokens.learn(counts, config)
    vocabulary = Vocabulary.from_counts(counts, config.min_count, config.max_words)
    return WordTokens(vocabulary, config.max_tokens)


def tokens_from_json(record: dict[str, Any]) -> Tokens:
    """Return the tokens of a saved encoder.

    Raises:
        ModelError: for an unknown kind.
    """
    if record["kind"] not in _KINDS:
        raise ModelError(f"unknown kind of tokens {record['kind']!r}; a newer turncast may know it")
    return _KINDS[record["kind"]].from_json(record)


def _repeated(counts: Mapping[str, int]) -> Iterator[str]:
    """Yield each word as often as it was counted: the library takes texts, not counts."""
    for word in sorted(counts):
        for start in range(0, counts[word], _CHUNK):
            yield " ".join([_WORD_START + word] * min(_CHUNK, counts[word] - start))


def _library() -> Any:
    try:
        import tokenizers
    except ImportError:
        raise MissingExtra("reading words in byte-pair pieces", "bpe") from None
    return tokenizers
