"""A dev part out of a corpus, by dialogue."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from turnwise.dialogue import Corpus
from turnwise.errors import CorpusError


def split_dev(corpus: Corpus, share: float, seed: int) -> tuple[Corpus, Corpus]:
    """Return (training part, dev part): a fixed share of the dialogues, chosen by a hash of seed and id.

    A dialogue added later moves few others. Both parts are read as lazily as the corpus.

    >>> from turnwise.dialogue import Dialogue, Turn
    >>> corpus = Corpus("ten", [Dialogue(str(n), [Turn("hi", ["greet"])]) for n in range(10)])
    >>> train, dev = split_dev(corpus, share=0.2, seed=1)
    >>> len(list(train)), len(list(dev))
    (8, 2)

    Raises:
        CorpusError: for a corpus of one dialogue, which cannot be split.
    """
    order = sorted((_draw(seed, dialogue.id), position) for position, dialogue in enumerate(corpus))
    if len(order) < 2:
        cure = "give more dialogues, or a dev part with --dev"
        raise CorpusError(corpus.name, "a dev part cannot be split off one dialogue", cure)
    count = min(max(1, round(share * len(order))), len(order) - 1)
    held_out = frozenset(position for _, position in order[:count])
    return (
        corpus.filter(lambda position, _: position not in held_out),
        replace(corpus.filter(lambda position, _: position in held_out), name=f"{corpus.name}, dev part"),
    )


def _draw(seed: int, name: str) -> bytes:
    return hashlib.blake2b(f"{seed} {name}".encode(), digest_size=16).digest()
