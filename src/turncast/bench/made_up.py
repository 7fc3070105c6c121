"""Dialogues and a policy of a usual size, made up in a moment; nothing is learned, and no Keras is needed."""

from __future__ import annotations

import itertools

import numpy as np

from turncast.baselines.floors import FloorCounts
from turncast.config import EncoderConfig, NetworkConfig, TrainConfig
from turncast.corpus import Corpus
from turncast.dialogue import Dialogue, Turn
from turncast.features import CorpusStatistics
from turncast.policy import Card, Policy

UNITS, WORDS = 128, 2_200
_SENTENCE, _FACTS = 10, 3  # of a turn


def made_up_corpus(actions: int, generator: np.random.Generator) -> Corpus:
    """Return dialogues of made-up words, in which every word and every action occurs.

    >>> corpus = made_up_corpus(16, np.random.default_rng(0))
    >>> len({action for dialogue in corpus for turn in dialogue for action in turn.actions})
    16
    """
    syllables = [*map("".join, itertools.product("bdfgklmnprst", ("a", "en", "i", "or", "u")))]
    pairs = generator.permutation(len(syllables) ** 2)[:WORDS]
    lexicon = [syllables[pair // len(syllables)] + syllables[pair % len(syllables)] for pair in pairs]
    turns, names = [], [f"action_{number}" for number in range(actions)]
    for number in range(max(2 * WORDS // _SENTENCE, actions)):
        picked = [lexicon[(number * _SENTENCE + place) % WORDS] for place in range(_SENTENCE)]
        facts = {f"fact_{index}": int(generator.integers(9)) for index in generator.choice(12, _FACTS, False)}
        text = f"{' '.join(picked[:5])}, {' '.join(picked[5:])}!"
        turns.append(Turn(text, (names[number % actions],), facts))
    dialogues = [Dialogue(str(at), tuple(turns[at : at + 8])) for at in range(0, len(turns), 8)]
    return Corpus("made up", dialogues)


def random_policy(corpus: Corpus, generator: np.random.Generator) -> Policy:
    """Return a policy that sees what a corpus teaches to see, and whose weights are drawn."""
    config, statistics, floors = (
        NetworkConfig(units=UNITS),
        CorpusStatistics.from_corpus(corpus),
        FloorCounts(),
    )
    for dialogue in corpus:
        floors.add(config.layout_row.example(dialogue))
    encoder, space = statistics.encoder(), statistics.action_space()
    shapes = {
        "hidden_0/kernel": (encoder.width, 4 * UNITS),
        "hidden_0/recurrent_kernel": (UNITS, 4 * UNITS),
        "hidden_0/bias": (4 * UNITS,),
        "actions/kernel": (UNITS, len(space)),
        "actions/bias": (len(space),),
    }
    weights = {name: generator.normal(0, 0.1, shape).astype(np.float32) for name, shape in shapes.items()}
    card = Card(corpus={}, train=TrainConfig(), encoder=EncoderConfig())
    return Policy(encoder, space, config, weights, floors.floors(), {}, card)
