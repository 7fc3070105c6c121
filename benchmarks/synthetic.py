"""A corpus of invented words and a policy with random weights: usual sizes, quickly made, no Keras."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from turncast.baselines import BaselineCounts, Histories
from turncast.config import EncoderConfig, NetworkConfig, TrainConfig
from turncast.corpus import Corpus
from turncast.dialogue import Dialogue, Turn
from turncast.features import CorpusStatistics
from turncast.policy import Card, Policy

UNITS, WORDS = 128, 2_200
_WORDS_PER_TURN, _FACTS_PER_TURN, _TURNS_PER_DIALOGUE = 10, 3, 8


def synthetic_corpus(actions: int, generator: np.random.Generator) -> Corpus:
    """Return dialogues in which every invented word and every action occurs.

    >>> corpus = synthetic_corpus(16, np.random.default_rng(0))
    >>> len({action for dialogue in corpus for turn in dialogue for action in turn.actions})
    16
    """
    syllables = [*map("".join, itertools.product("bdfgklmnprst", ("a", "en", "i", "or", "u")))]
    pairs = generator.permutation(len(syllables) ** 2)[:WORDS]
    lexicon = [syllables[pair // len(syllables)] + syllables[pair % len(syllables)] for pair in pairs]
    turns, names = [], [f"action_{number}" for number in range(actions)]
    for number in range(max(2 * WORDS // _WORDS_PER_TURN, actions)):
        first = number * _WORDS_PER_TURN
        words = [lexicon[(first + offset) % WORDS] for offset in range(_WORDS_PER_TURN)]
        chosen = generator.choice(12, _FACTS_PER_TURN, False)
        facts = {f"fact_{index}": int(generator.integers(9)) for index in chosen}
        text = f"{' '.join(words[:5])}, {' '.join(words[5:])}!"
        turns.append(Turn(text, (names[number % actions],), facts))
    starts = range(0, len(turns), _TURNS_PER_DIALOGUE)
    dialogues = [Dialogue(str(at), tuple(turns[at : at + _TURNS_PER_DIALOGUE])) for at in starts]
    return Corpus("synthetic", dialogues)


def random_weights(
    generator: np.random.Generator, features: int, units: int, actions: int
) -> dict[str, NDArray[np.float32]]:
    """Return random weights of an LSTM of H units, from F bits to A actions."""
    shapes = {
        "hidden_0/kernel": (features, 4 * units),
        "hidden_0/recurrent_kernel": (units, 4 * units),
        "hidden_0/bias": (4 * units,),
        "actions/kernel": (units, actions),
        "actions/bias": (actions,),
    }
    return {name: generator.normal(0, 0.1, shape).astype(np.float32) for name, shape in shapes.items()}


def random_policy(corpus: Corpus, generator: np.random.Generator) -> Policy:
    """Return a policy with the encoder and the actions of a corpus, and random weights."""
    config, counts = NetworkConfig(units=UNITS), BaselineCounts()
    statistics = CorpusStatistics.from_corpus(corpus)
    for dialogue in corpus:
        counts.add(config.layout_row.example(dialogue))
    encoder, space = statistics.encoder(), statistics.action_space()
    card = Card(corpus={}, train=TrainConfig(), encoder=EncoderConfig())
    return Policy(
        encoder=encoder,
        space=space,
        config=config,
        weights=random_weights(generator, encoder.width, UNITS, len(space)),
        baselines=counts.baselines(),
        responses={},
        card=card,
        histories=Histories.from_hashes([]),
    )
