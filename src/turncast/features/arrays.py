"""A corpus as padded arrays for your own Keras code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from turncast.config import EncoderConfig
from turncast.corpus import Corpus
from turncast.dialogue import Dialogue
from turncast.errors import ArgumentError, CorpusError, check_argument, with_article
from turncast.features.corpus_statistics import CorpusStatistics
from turncast.features.encoder import TurnEncoder
from turncast.vocabulary import ActionSpace

_MAX_BYTES = 16 << 30


class EncoderAndSpace(Protocol):
    """A `Policy` or `TurnArrays`: anything with an encoder and an action space."""

    @property
    def encoder(self) -> TurnEncoder:
        """What turns a turn into bits."""
        ...

    @property
    def space(self) -> ActionSpace:
        """The actions."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class TurnArrays:
    """The arrays of N dialogues of at most T turns; `x, y, weights = arrays` takes the three.

    Attributes:
        x: the bits of each turn, (N, T, F), as float32.
        y: the bits of its actions, (N, T, A), as float32.
        weights: 1 for a turn, 0 for padding, which stands after the turns: (N, T), as float32.
        encoder: what made the bits; use it for further dialogues and for live turns.
        space: the actions in the order of y.
    """

    x: NDArray[np.float32]
    y: NDArray[np.float32]
    weights: NDArray[np.float32]
    encoder: TurnEncoder
    space: ActionSpace

    def __iter__(self) -> Iterator[NDArray[np.float32]]:
        return iter((self.x, self.y, self.weights))

    def __repr__(self) -> str:
        return f"TurnArrays(x={self.x.shape}, y={self.y.shape}, weights={self.weights.shape})"

    @property
    def feature_names(self) -> tuple[str, ...]:
        """What each of the F bits means."""
        return tuple(self.encoder.label(bit) for bit in range(self.encoder.width))

    @property
    def action_names(self) -> tuple[str, ...]:
        """The name of each of the A actions."""
        return tuple(self.space)


def to_arrays(
    corpus: Corpus,
    encoder: EncoderConfig | TurnEncoder | EncoderAndSpace | None = None,
    action_names: Iterable[str] | None = None,
) -> TurnArrays:
    """Return a corpus as the arrays x, y and weights, for your own Keras code.

    The bits of a turn are those that turncast's own network reads: the user's words, the facts, the actions
    of the turn before, the words of its response, and the position.

    Args:
        corpus: the dialogues.
        encoder: by default one is learned from this corpus, with the settings of an `EncoderConfig` if one
            is given. For further dialogues (a test part, say) give the arrays of the first part, or a policy:
            the bits and actions then have the same indices.
        action_names: the actions in the order of y; by default those of the corpus in order of their names
            (of their numbers, where all are numbers).

    Raises:
        CorpusError: for an action that is not among the action names.
        ArgumentError: for an encoder whose words are no bits, and arrays beyond the memory.

    >>> from turncast.dialogue import Turn
    >>> turns = [Turn("tea", ["2"]), Turn("big", ["10", "2"])]
    >>> arrays = to_arrays(Corpus("drinks", [Dialogue("a", turns), Dialogue("b", [Turn("tea")])]))
    >>> arrays.y.tolist(), arrays.weights.tolist(), arrays.action_names
    ([[[1.0, 0.0], [1.0, 1.0]], [[0.0, 0.0], [0.0, 0.0]]], [[1.0, 1.0], [1.0, 0.0]], ('2', '10'))
    >>> x, y, weights = arrays
    >>> x.shape == (2, 2, len(arrays.feature_names))
    True
    """
    check_argument("corpus", corpus, Corpus, "give a Corpus, as turncast.read(path) returns it")
    used, space = _encoder_and_space(corpus, encoder, action_names)
    if used.num_tokens:
        raise ArgumentError(
            "encoder", "it reads words in order, not as bits", "give an encoder of words='bits'"
        )
    lengths = [len(dialogue) for dialogue in corpus]
    shape = (len(lengths), max(lengths, default=0), used.width)
    if 4 * np.prod(shape, dtype=float) > _MAX_BYTES:
        problem = f"x would have the shape {shape}"
        cure = "give EncoderConfig(max_words=...), or fewer dialogues"
        raise ArgumentError("corpus", f"{problem}, more than {_MAX_BYTES >> 30} GiB", cure)
    x, y = np.zeros(shape, np.float32), np.zeros((*shape[:2], len(space)), np.float32)
    for row, dialogue in enumerate(corpus):
        _fill(x[row], y[row], dialogue, used, space)
    weights = np.arange(shape[1]) < np.array(lengths, np.int64)[:, None]
    return TurnArrays(x, y, weights.astype(np.float32), used, space)


def _fill(
    x: NDArray[np.float32],
    y: NDArray[np.float32],
    dialogue: Dialogue,
    encoder: TurnEncoder,
    space: ActionSpace,
) -> None:
    memory = encoder.start()
    for index, turn in enumerate(dialogue):
        encoded, memory = encoder.encode(turn, memory)
        x[index, encoded.bits] = 1
        for action in turn.actions:
            if action not in space:
                problem = f"turn {index + 1} has the action {action!r}, which has no index"
                cure = "convert all dialogues together, or name all actions by action_names"
                raise CorpusError(f"dialogue {dialogue.id!r}", problem, cure)
            y[index, space.index(action)] = 1


def _encoder_and_space(
    corpus: Corpus,
    given: EncoderConfig | TurnEncoder | EncoderAndSpace | None,
    action_names: Iterable[str] | None,
) -> tuple[TurnEncoder, ActionSpace]:
    is_pair = all(hasattr(given, name) for name in ("encoder", "space"))
    if not (given is None or is_pair or isinstance(given, EncoderConfig | TurnEncoder)):
        cure = "give an EncoderConfig, a TurnEncoder, a Policy, or earlier arrays"
        raise ArgumentError("encoder", f"it is {with_article(type(given).__name__)}", cure)
    encoder = given if isinstance(given, TurnEncoder) else None
    names = None if action_names is None else tuple(action_names)
    if given is not None and not isinstance(given, EncoderConfig | TurnEncoder):
        encoder, names = given.encoder, names or tuple(given.space)
    if encoder is None or names is None:
        config = given if isinstance(given, EncoderConfig) else None
        statistics = CorpusStatistics.from_corpus(corpus, config=config)
        encoder, names = encoder or statistics.encoder(), names or tuple(_in_order(statistics.action_space()))
    return encoder, ActionSpace(names, multi=True)


def _in_order(names: Iterable[str]) -> list[str]:
    """Return names in order: of their numbers where all are numbers."""
    given = sorted(names)
    return sorted(given, key=int) if all(name.isdecimal() for name in given) else given
