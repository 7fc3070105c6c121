"""Checkpoints: the state of a training after an epoch, in one file, to resume from."""

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
    """The state of a training between two epochs.

    Attributes:
        identity: all that must be the same for the training to be resumed: settings, and the fingerprint of
            the corpus.
        metrics: one record for each finished epoch.
        variables: weights, dropout seeds and optimiser slots, in the order of `TrainingLoop.variables`.
        best: the best weights so far.
        members: of several networks, those trained before.
    """

    identity: Mapping[str, Any]
    metrics: tuple[dict[str, Any], ...]
    variables: tuple[NDArray[Any], ...]
    best: Arrays
    members: tuple[Member, ...] = ()

    def save(self, path: Path) -> None:
        """Write the file; an older one stays whole until the new one is complete."""
        arrays = {f"best/{name}": array for name, array in self.best.items()}
        arrays |= {f"variable/{n}": array for n, array in enumerate(self.variables)}
        for n, member in enumerate(self.members):
            arrays |= {f"member_{n}/{name}": array for name, array in member.weights.items()}
        metadata = {
            "identity": json.dumps(self.identity),
            "metrics": json.dumps(self.metrics),
            "members": json.dumps([member.metrics for member in self.members]),
        }
        # safetensors writes the memory as it lies, whatever the strides.
        contiguous = {name: np.asarray(array, order="C") for name, array in arrays.items()}
        replace_file(path, safetensors.numpy.save(contiguous, metadata))

    @classmethod
    def load(cls, path: Path, identity: Mapping[str, Any]) -> Checkpoint:
        """Read a checkpoint of the same training.

        Raises:
            ModelError: for a missing or damaged file, and one of other settings or another corpus.
        """
        if not path.is_file():
            raise ModelError(f"{path}: there is no checkpoint to resume from; train without resuming")
        try:
            with safe_open(path, framework="np") as file:
                metadata = file.metadata()
                arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # not a mapping
            before, metrics, members = (
                json.loads(metadata[name]) for name in ("identity", "metrics", "members")
            )
        except (SafetensorError, TypeError, KeyError, ValueError) as error:
            raise ModelError(f"{path}: the checkpoint is damaged ({error}); train without resuming") from None
        now = json.loads(json.dumps(identity))
        changed = sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
        if changed:
            names = ", ".join(_change(name, before.get(name), now.get(name)) for name in changed)
            raise ModelError(f"{path}: the checkpoint differs in {names}; give the same, or do not resume")
        count = sum(name.startswith("variable/") for name in arrays)
        variables = tuple(arrays[f"variable/{n}"] for n in range(count))
        return cls(
            identity=before,
            metrics=tuple(metrics),
            variables=variables,
            best=_arrays_under("best", arrays),
            members=tuple(
                Member(_arrays_under(f"member_{n}", arrays), tuple(records))
                for n, records in enumerate(members)
            ),
        )


def _change(name: str, before: Any, now: Any) -> str:
    """Return the name of what is different; with both values where they are short."""
    return f"{name} ({before}, now {now})" if isinstance(before, str) and isinstance(now, str) else name


def _arrays_under(prefix: str, arrays: Arrays) -> Arrays:
    """Return the arrays whose name begins with `prefix/`, without it."""
    return {
        name.removeprefix(f"{prefix}/"): array
        for name, array in arrays.items()
        if name.startswith(f"{prefix}/")
    }
