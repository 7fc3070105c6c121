"""Learns from recorded dialogues what the system should do next, turn by turn, and then does it live.

>>> import turnwise
>>> corpus = turnwise.simulate(dialogues=100, seed=1)
>>> policy = turnwise.train(corpus, config=turnwise.TrainConfig(epochs=1))
>>> turnwise.evaluate(policy, turnwise.simulate(dialogues=20, seed=2)).dialogues.whole
20
"""

import importlib
from typing import TYPE_CHECKING, Any

from turnwise.config import EncoderConfig, NetworkConfig, TrainConfig
from turnwise.dialogue import Corpus, Dialogue, Turn
from turnwise.errors import TurnwiseError
from turnwise.policy import Policy, Prediction
from turnwise.sessions import Session
from turnwise.version import __version__
from turnwise.vocabulary import ActionSpace, Vocabulary

if TYPE_CHECKING:
    from turnwise.evaluation import Report, evaluate
    from turnwise.readers import read
    from turnwise.simulator import simulate
    from turnwise.training import train

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

# What live use does not need is imported when it is asked for: a process that serves starts sooner.
_WHERE = {
    "Report": "turnwise.evaluation",
    "evaluate": "turnwise.evaluation",
    "read": "turnwise.readers",
    "simulate": "turnwise.simulator",
    "train": "turnwise.training",
}

if not TYPE_CHECKING:  # a type checker knows the names from above, and no others

    def __getattr__(name: str) -> Any:
        if name not in _WHERE:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = value = getattr(importlib.import_module(_WHERE[name]), name)
        return value
