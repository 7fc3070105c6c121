"""Learns from recorded dialogues what the system should do next, turn by turn, and then does it live.

>>> import turnwise
>>> corpus = turnwise.simulate(dialogues=100, seed=1)
>>> policy = turnwise.train(corpus, config=turnwise.TrainConfig(epochs=1))
>>> turnwise.evaluate(policy, turnwise.simulate(dialogues=20, seed=2)).dialogues.whole
20
"""

from turnwise.config import EncoderConfig, NetworkConfig, TrainConfig
from turnwise.dialogue import Corpus, Dialogue, Turn
from turnwise.errors import TurnwiseError
from turnwise.evaluation import Report, evaluate
from turnwise.policy import Policy, Prediction
from turnwise.readers import read
from turnwise.sessions import Session
from turnwise.simulator import simulate
from turnwise.training import train
from turnwise.version import __version__
from turnwise.vocabulary import ActionSpace, Vocabulary

__all__ = [
    "ActionSpace",
    "Corpus",
    "Dialogue",
    "EncoderConfig",
    "NetworkConfig",
    "Policy",
    "Prediction",
    "Report",
    "Session",
    "TrainConfig",
    "Turn",
    "TurnwiseError",
    "Vocabulary",
    "__version__",
    "evaluate",
    "read",
    "simulate",
    "train",
]
