"""Learns from recorded dialogues what the system should do next, turn by turn, and then does it live.

>>> import turncast
>>> corpus = turncast.simulate(dialogues=100, seed=1)
>>> policy = turncast.train(corpus, config=turncast.TrainConfig(epochs=1))
>>> turncast.evaluate(policy, turncast.simulate(dialogues=20, seed=2)).dialogues.whole
20
"""

import importlib
from typing import TYPE_CHECKING, Any

from turncast.errors import TurncastError
from turncast.keras_backend import set_default_backend
from turncast.version import __version__

if TYPE_CHECKING:
    from turncast.config import EncoderConfig, NetworkConfig, TrainConfig
    from turncast.corpus import Corpus
    from turncast.dialogue import Dialogue, Turn
    from turncast.evaluation import Report, evaluate
    from turncast.features.arrays import to_arrays
    from turncast.policy import Policy, Prediction
    from turncast.readers import read
    from turncast.sessions import Session
    from turncast.simulator import simulate
    from turncast.training import train
    from turncast.vocabulary import ActionSpace, Vocabulary

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
    "TurncastError",
    "Vocabulary",
    "__version__",
    "evaluate",
    "read",
    "simulate",
    "to_arrays",
    "train",
]

set_default_backend()

# Imported at first use: a server and `turncast --help` start sooner.
_LAZY = {
    "ActionSpace": "turncast.vocabulary",
    "Corpus": "turncast.corpus",
    "Dialogue": "turncast.dialogue",
    "EncoderConfig": "turncast.config",
    "NetworkConfig": "turncast.config",
    "Policy": "turncast.policy",
    "Prediction": "turncast.policy",
    "Session": "turncast.sessions",
    "TrainConfig": "turncast.config",
    "Turn": "turncast.dialogue",
    "Vocabulary": "turncast.vocabulary",
    "Report": "turncast.evaluation",
    "evaluate": "turncast.evaluation",
    "read": "turncast.readers",
    "simulate": "turncast.simulator",
    "to_arrays": "turncast.features.arrays",
    "train": "turncast.training",
}

_MODULES = (
    *("backend", "client", "config", "corpus", "data", "dialogue", "dialogue_sources", "errors"),
    *("evaluation", "explain", "features", "layers", "layouts", "metrics", "network", "policy"),
    *("readers", "rules", "runtime", "search", "server", "sessions", "simulator", "training"),
    *("vocabulary", "web"),
)

if not TYPE_CHECKING:  # else a type checker would accept any name

    def __getattr__(name: str) -> Any:
        if name in _MODULES:  # `import turncast` makes all documented modules reachable
            try:
                return importlib.import_module(f"turncast.{name}")
            except ImportError as error:  # an extra that is not installed
                cure = (
                    "" if isinstance(error, TurncastError) else "; pip install 'turncast[all]' installs all"
                )
                raise AttributeError(f"turncast.{name}: {error}{cure}") from error
        if name not in _LAZY:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = value = getattr(importlib.import_module(_LAZY[name]), name)
        return value

    def __dir__() -> list[str]:
        return sorted({*__all__, *_MODULES, *globals()})
