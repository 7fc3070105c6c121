"""The dev part: dialogues of a corpus that are held out."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from turncast.corpus import Corpus
from turncast.errors import CorpusError


def split_dev(corpus: Corpus, share: float, seed: int) -> tuple[Corpus, Corpus]:
    """Return (training part, dev part); the dev part has about this share of the dialogues.

    Groups of dialogues are ordered by a hash of the seed and their name, and the first ones are held out. So
    a dialogue that is added later moves few others. Both parts are as lazy as the corpus.

    >>> from turncast.dialogue import Dialogue, Turn
    >>> corpus = Corpus("ten", [Dialogue(str(n), [Turn("hi", ["greet"])]) for n in range(10)])
    >>> train, dev = split_dev(corpus, share=0.2, seed=1)
    >>> len(list(train)), len(list(dev))
    (8, 2)

    Raises:
        CorpusError: for a corpus of one dialogue, or one group.
    """
    groups = dict[tuple[str, bool], list[int]]()
    total = 0
    for position, dialogue in enumerate(corpus):
        alone = dialogue.group is None
        groups.setdefault((dialogue.id if alone else str(dialogue.group), alone), []).append(position)
        total += 1
    if len(groups) < 2:
        what = "one dialogue" if total < 2 else "one group of dialogues"
        cure = "give more dialogues, or a dev part"
        raise CorpusError(corpus.name, f"a dev part cannot be split off {what}", cure)
    wanted, chosen = max(1, round(share * total)), list[int]()
    ordered = sorted((sort_key(seed, name), members) for (name, _), members in groups.items())
    for _, members in ordered[:-1]:  # one group must be left to learn from
        if len(chosen) >= wanted:
            break
        chosen += members
    held_out = frozenset(chosen)
    return (
        corpus.filter(lambda position, _: position not in held_out),
        replace(corpus.filter(lambda position, _: position in held_out), name=f"{corpus.name}, dev part"),
    )


def sort_key(seed: int, name: str) -> bytes:
    """Return a key that sorts names in a random order, which depends on the seed alone."""
    return hashlib.blake2b(f"{seed} {name}".encode(), digest_size=16).digest()
