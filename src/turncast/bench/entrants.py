"""The table of contenders: who takes part in which contest, and what must be installed for it."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass

from turncast.bench.problem import Kind
from turncast.errors import ConfigError, did_you_mean

EXTRA = "bench"
"""What brings all contenders' libraries."""


@dataclass(frozen=True, slots=True)
class Entrant:
    """One that may take part.

    Attributes:
        name: for the command line.
        title: for the page.
        needs: modules that must be there.
        places: its class for each kind of problem, `module:Class` in `turncast.bench.contenders`.
        backend: what Keras runs on in its process.
    """

    name: str
    title: str
    needs: tuple[str, ...]
    places: dict[Kind, str]
    backend: str = "jax"

    @property
    def installed(self) -> bool:
        """Whether all that it needs is there."""
        return all(importlib.util.find_spec(name) is not None for name in self.needs)

    @property
    def environment(self) -> dict[str, str]:
        """The variables of its process."""
        return {"KERAS_BACKEND": self.backend, "TF_CPP_MIN_LOG_LEVEL": "3"}


_KERAS: dict[Kind, str] = {
    "flat": "keras_training:KerasTraining",
    "bits": "keras_training:KerasTraining",
    "hierarchy": "keras_training:KerasTraining",
    "corpus": "keras_training:KerasTraining",
    "turn": "keras_turn:KerasTurn",
    "start": "program:KerasProgram",
}
_TORCH: dict[Kind, str] = {
    "flat": "torch_training:TorchTraining",
    "bits": "torch_training:TorchTraining",
    "hierarchy": "torch_training:TorchTraining",
    "corpus": "torch_training:TorchTraining",
    "step": "torch_step:TorchStep",
    "batch": "torch_step:TorchStep",
    "start": "program:TorchProgram",
}
_TRAINS: dict[Kind, str] = {
    "flat": "turncast_training:TurncastTraining",
    "bits": "turncast_training:TurncastTraining",
    "hierarchy": "turncast_training:TurncastTraining",
    "corpus": "turncast_corpus:TurncastCorpus",
}
_TURNCAST: dict[Kind, str] = {
    "turn": "turncast_turn:TurncastTurn",
    "step": "turncast_step:TurncastStep",
    "start": "program:TurncastProgram",
}
_BAGS: dict[Kind, str] = {"bits": "torch_training:TorchBags", "corpus": "torch_training:TorchBags"}
_STEPS: dict[Kind, str] = {"step": "onnx_step:OnnxStep", "batch": "onnx_step:OnnxStep"}
_JITTED: dict[Kind, str] = {"step": "keras_step:KerasStep", "batch": "keras_step:KerasStep"}
_NUMPY: dict[Kind, str] = {"step": "numpy_step:NumpyStep", "batch": "numpy_step:NumpyStep"}

# The first of those that take part is the one that the others are compared with.
ENTRANTS = (
    Entrant("turncast", "turncast", ("keras", "jax"), _TRAINS),
    Entrant("turncast", "turncast", (), _TURNCAST),
    Entrant("turncast", "turncast (ONNX Runtime)", ("onnx", "onnxruntime"), {"batch": _STEPS["batch"]}),
    Entrant("onnx", "turncast, ONNX Runtime", ("onnx", "onnxruntime"), {"step": _STEPS["step"]}),
    Entrant("keras-jax", "Keras on JAX", ("keras", "jax"), _KERAS),
    Entrant("keras-tensorflow", "Keras on TensorFlow", ("keras", "tensorflow"), _KERAS, "tensorflow"),
    Entrant("keras-jitted", "Keras's LSTMCell, jitted on JAX", ("keras", "jax"), _JITTED),
    Entrant("torch", "PyTorch", ("torch",), _TORCH),
    Entrant("torch-bags", "PyTorch, EmbeddingBag", ("torch",), _BAGS),
    Entrant("numpy", "NumPy by hand", (), _NUMPY),
)
PEAK = Entrant("sgemm", "product of matrices", (), {"sgemm": "sgemm:Sgemm"})
"""Measures the peak of the machine; it is no contender."""
NAMES = tuple(dict.fromkeys(entrant.name for entrant in ENTRANTS))


def entrants(kind: Kind, names: Sequence[str] = ()) -> list[Entrant]:
    """Return who takes part in a kind of contest; of those, the named ones where names are given.

    >>> [entrant.name for entrant in entrants("step", ["numpy", "turncast"])]
    ['turncast', 'numpy']
    """
    return [e for e in ENTRANTS if kind in e.places and (not names or e.name in names)]


def check_names(names: Sequence[str]) -> None:
    """Refuse names of nobody.

    Raises:
        ConfigError: with the nearest name.
    """
    for name in names:
        if name not in NAMES:
            raise ConfigError(
                f"--contenders {name!r} is unknown; they are {', '.join(NAMES)}{did_you_mean(name, NAMES)}"
            )
