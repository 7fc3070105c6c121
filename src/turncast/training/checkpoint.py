"""A training as it stands after an epoch, in one file, to be resumed from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from turncast.atomic_files import replace_file
from turncast.errors import ModelError

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Member:
    """A trained network: its best weights, and one record for each epoch."""

    weights: Arrays
    metrics: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state between two epochs.

    Attributes:
        state: what must be the same for the training to go on: settings and the corpus's fingerprint.
        metrics: one record for each epoch done.
        variables: weights, optimiser slots and dropout seeds, in the trainer's order.
        best: the best weights so far.
        members: where there are several networks, those trained before.
    """

    state: Mapping[str, Any]
    metrics: tuple[dict[str, Any], ...]
    variables: tuple[NDArray[Any], ...]
    best: Arrays
    members: tuple[Member, ...] = ()

    def save(self, path: Path) -> None:
        """Write the file beside the old one, then put it in its place."""
        arrays = {f"best/{name}": array for name, array in self.best.items()}
        arrays |= {f"variable/{n}": array for n, array in enumerate(self.variables)}
        for n, member in enumerate(self.members):
            arrays |= {f"member_{n}/{name}": array for name, array in member.weights.items()}
        metadata = {
            "state": json.dumps(self.state),
            "metrics": json.dumps(self.metrics),
            "members": json.dumps([member.metrics for member in self.members]),
        }
        # safetensors writes the memory as it lies, whatever the strides.
        whole = {name: np.asarray(array, order="C") for name, array in arrays.items()}
        replace_file(path, safetensors.numpy.save(whole, metadata))

    @classmethod
    def load(cls, path: Path, state: Mapping[str, Any]) -> Checkpoint:
        """Read a checkpoint of the same training.

        Raises:
            ModelError: where there is none, it is damaged, or it is of other settings or another corpus.
        """
        if not path.is_file():
            raise ModelError(f"{path}: there is no checkpoint to resume from; train without --resume")
        try:
            with safe_open(path, framework="np") as file:
                metadata = file.metadata()
                arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # not a mapping
            before, metrics, members = (
                json.loads(metadata[name]) for name in ("state", "metrics", "members")
            )
        except (SafetensorError, TypeError, KeyError, ValueError) as error:
            raise ModelError(f"{path}: the checkpoint is damaged ({error}); train without --resume") from None
        now = json.loads(json.dumps(state))
        changed = sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
        if changed:
            names = ", ".join(changed)
            raise ModelError(
                f"{path}: the checkpoint is of another {names}; give the same, or leave out --resume"
            )
        count = sum(name.startswith("variable/") for name in arrays)
        variables = tuple(arrays[f"variable/{n}"] for n in range(count))
        whole = tuple(Member(_under(f"member_{n}", arrays), tuple(m)) for n, m in enumerate(members))
        return cls(before, tuple(metrics), variables, _under("best", arrays), whole)


def _under(prefix: str, arrays: Arrays) -> Arrays:
    return {
        name.removeprefix(f"{prefix}/"): array
        for name, array in arrays.items()
        if name.startswith(f"{prefix}/")
    }
