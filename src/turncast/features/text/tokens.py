"""Tokens: the user's words in order, as numbers; whole words, or byte-pair pieces of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from turncast.config import EncoderConfig
from turncast.errors import MissingExtra, ModelError
from turncast.vocabulary import Vocabulary

PADDING, UNKNOWN = 0, 1
"""The numbers that fill a row up, and that stand for every token that is not known."""

_FIRST = 2
_START = "\N{LOWER ONE EIGHTH BLOCK}"  # stands before each word, so that pieces say where words begin
_SPECIAL = ["<padding>", "<unknown>"]  # no word of a text holds a "<" and a letter
_AT_ONCE = 1000


class Tokens(Protocol):
    """What turns a text into numbers: 0 is padding, 1 is the unknown."""

    @property
    def name(self) -> str:
        """The kind's name."""
        ...

    @property
    def num_tokens(self) -> int:
        """V, the count of all numbers, padding and the unknown included."""
        ...

    def ids(self, words: Sequence[str]) -> list[int]:
        """Return the numbers of the first tokens of a text's words in order."""
        ...

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` needs to make the same again."""
        ...


@dataclass(frozen=True, slots=True)
class WordTokens:
    """A number for each known word.

    Args:
        vocabulary: the known words.
        max_tokens: W, how many words of a text are read.

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
        """Return the numbers of the first words in order."""
        unknown, found = self.vocabulary.unknown, self.vocabulary.indices(words[: self.max_tokens])
        return [UNKNOWN if number == unknown else number + _FIRST for number in found]

    def to_json(self) -> dict[str, Any]:
        """Return the known words."""
        return {"words": list(self.vocabulary), "max_tokens": self.max_tokens}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> WordTokens:
        """Make the tokens that `to_json` described."""
        return cls(Vocabulary(record["words"]), record["max_tokens"])


@dataclass(frozen=True, slots=True)
class PieceTokens:
    """A number for each known piece of a word, so that a word never seen is read by its pieces.

    Args:
        definition: the byte-pair merges, as the JSON of the library `tokenizers`.
        max_tokens: W, how many pieces of a text are read.

    >>> tokens = PieceTokens.learn({"slow": 4, "lower": 4, "higher": 4}, EncoderConfig(tokenizer="bpe"))
    >>> [tokens.label(number) for number in tokens.ids(["slower"])]
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
        """Learn the pieces from how often each word was seen: at most `max_words`, each `min_count` times."""
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
        """Return the numbers of the first pieces of the words in order; a run of unknown signs is one."""
        # No piece is shorter than a sign, so that no word beyond W can have one among the first W.
        found = [_START + word for word in words[: self.max_tokens]]
        encoded = self._tokenizer.encode(found, is_pretokenized=True, add_special_tokens=False)
        return list(encoded.ids[: self.max_tokens])

    def label(self, number: int) -> str:
        """Return a piece; one that begins a word says so."""
        return str(self._tokenizer.id_to_token(number))

    def to_json(self) -> dict[str, Any]:
        """Return the merges."""
        return {"definition": self.definition, "max_tokens": self.max_tokens}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> PieceTokens:
        """Make the tokens that `to_json` described."""
        return cls(record["definition"], record["max_tokens"])


_KINDS: Mapping[str, type[WordTokens] | type[PieceTokens]] = {
    kind.name: kind for kind in (WordTokens, PieceTokens)
}


def learn_tokens(counts: Mapping[str, int], config: EncoderConfig) -> Tokens:
    """Learn the tokens that `config` asks for from how often each word was seen.

    >>> learn_tokens({"hello": 5, "table": 3, "once": 1}, EncoderConfig()).ids(["once", "hello"])
    [1, 2]
    """
    if config.tokenizer == "bpe":
        return PieceTokens.learn(counts, config)
    vocabulary = Vocabulary.from_counts(counts, config.min_count, config.max_words)
    return WordTokens(vocabulary, config.max_tokens)


def tokens_from_json(record: dict[str, Any]) -> Tokens:
    """Make the tokens of a saved encoder.

    Raises:
        ModelError: for a kind that is not known.
    """
    if record["kind"] not in _KINDS:
        raise ModelError(f"unknown kind of tokens {record['kind']!r}; a newer turncast may know it")
    return _KINDS[record["kind"]].from_json(record)


def _repeated(counts: Mapping[str, int]) -> Iterator[str]:
    """Yield each word as often as it was seen: the library counts words itself."""
    for word in sorted(counts):
        for start in range(0, counts[word], _AT_ONCE):
            yield " ".join([_START + word] * min(_AT_ONCE, counts[word] - start))


def _library() -> Any:
    try:
        import tokenizers
    except ImportError:
        raise MissingExtra("reading words in byte-pair pieces", "bpe") from None
    return tokenizers
