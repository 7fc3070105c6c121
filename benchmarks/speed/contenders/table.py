"""The table of contenders: who takes part in which kind of task, and which libraries each needs."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.speed.task import TaskKind
from turncast.errors import ConfigError, did_you_mean


@dataclass(frozen=True, slots=True)
class Contender:
    """A framework that may take part.

    Attributes:
        name: for the command line.
        title: for the results page.
        needs: the modules that must be installed.
        runners: its class for each kind of task, `module:Class` in `benchmarks.speed.contenders`.
        backend: Keras's backend in its process.
    """

    name: str
    title: str
    needs: tuple[str, ...]
    runners: dict[TaskKind, str]
    backend: str = "jax"

    @property
    def missing_modules(self) -> list[str]:
        """The modules that it needs and that are not installed."""
        return [name for name in self.needs if importlib.util.find_spec(name) is None]

    @property
    def installed(self) -> bool:
        """Whether all modules that it needs are installed."""
        return not self.missing_modules

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables of its process."""
        return {"KERAS_BACKEND": self.backend, "TF_CPP_MIN_LOG_LEVEL": "3"}


_KERAS: dict[TaskKind, str] = {
    "flat": "keras_training:KerasTraining",
    "bits": "keras_training:KerasTraining",
    "hierarchy": "keras_training:KerasTraining",
    "corpus": "keras_training:KerasTraining",
    "turn": "keras_turn:KerasTurn",
    "start": "start:KerasStart",
}
_TORCH: dict[TaskKind, str] = {
    "flat": "torch_training:TorchTraining",
    "bits": "torch_training:TorchTraining",
    "hierarchy": "torch_training:TorchTraining",
    "corpus": "torch_training:TorchTraining",
    "step": "torch_step:TorchStep",
    "batch": "torch_step:TorchStep",
    "start": "start:TorchStart",
}
_TURNCAST_TRAINING: dict[TaskKind, str] = {
    "flat": "turncast_training:TurncastTraining",
    "bits": "turncast_training:TurncastTraining",
    "hierarchy": "turncast_training:TurncastTraining",
    "corpus": "turncast_corpus:TurncastCorpus",
}
_TURNCAST_LIVE: dict[TaskKind, str] = {
    "turn": "turncast_turn:TurncastTurn",
    "step": "turncast_step:TurncastStep",
    "start": "start:TurncastStart",
}
_TORCH_BAGS: dict[TaskKind, str] = {"bits": "torch_training:TorchBags", "corpus": "torch_training:TorchBags"}
_ONNX = "onnx_step:OnnxStep"
_KERAS_JITTED: dict[TaskKind, str] = {"step": "keras_step:KerasStep", "batch": "keras_step:KerasStep"}
_NUMPY: dict[TaskKind, str] = {"step": "numpy_step:NumpyStep", "batch": "numpy_step:NumpyStep"}

# The first contender that takes part is the reference: the others are compared with it.
CONTENDERS = (
    Contender("turncast", "turncast", ("keras", "jax"), _TURNCAST_TRAINING),
    Contender("turncast", "turncast", (), _TURNCAST_LIVE),
    Contender("turncast", "turncast (ONNX Runtime)", ("onnx", "onnxruntime"), {"batch": _ONNX}),
    Contender("onnx", "turncast, ONNX Runtime", ("onnx", "onnxruntime"), {"step": _ONNX}),
    Contender("keras-jax", "Keras on JAX", ("keras", "jax"), _KERAS),
    Contender("keras-tensorflow", "Keras on TensorFlow", ("keras", "tensorflow"), _KERAS, "tensorflow"),
    Contender("keras-jitted", "Keras's LSTMCell, jitted on JAX", ("keras", "jax"), _KERAS_JITTED),
    Contender("torch", "PyTorch", ("torch",), _TORCH),
    Contender("torch-bags", "PyTorch, EmbeddingBag", ("torch",), _TORCH_BAGS),
    Contender("numpy", "NumPy by hand", (), _NUMPY),
)
PEAK = Contender("peak", "matrix product", (), {"matrix-product": "matrix_product:MatrixProduct"})
"""Measures the peak of the machine; it competes with nobody."""
NAMES = tuple(dict.fromkeys(contender.name for contender in CONTENDERS))


def contenders_for(kind: TaskKind, names: Sequence[str] = ()) -> list[Contender]:
    """Return the contenders of a kind of task; only the named ones where names are given.

    >>> [contender.name for contender in contenders_for("step", ["numpy", "turncast"])]
    ['turncast', 'numpy']
    """
    return [one for one in CONTENDERS if kind in one.runners and (not names or one.name in names)]


def check_names(names: Sequence[str]) -> None:
    """Refuse unknown names.

    Raises:
        ConfigError: with the nearest known name.
    """
    for name in names:
        if name not in NAMES:
            raise ConfigError(
                f"--contenders {name!r} is unknown; they are {', '.join(NAMES)}{did_you_mean(name, NAMES)}"
            )
