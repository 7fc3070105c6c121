"""Vectors of whole texts, computed by a network of the library sentence-transformers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError

from turncast.errors import ConfigError, MissingExtra

_PACKAGE = "sentence_transformers."


@dataclass(frozen=True, slots=True, eq=False)
class SentenceVectors:
    """The vectors that a model of sentence-transformers computes, one text at a time, on the CPU.

    One at a time, also in training: in a batch the last bits of a vector depend on the other texts.

    Args:
        model: a `SentenceTransformer`.
    """

    model: Any

    @property
    def width(self) -> int:
        """D, the number of numbers in a vector."""
        return int(self.model.get_embedding_dimension())

    def vector(self, text: str) -> NDArray[np.float32]:
        """Return the vector of a text, (D,)."""
        return np.asarray(self.model.encode(text, show_progress_bar=False), np.float32)

    @classmethod
    def read(cls, folder: Path, modules: Iterable[Mapping[str, Any]]) -> SentenceVectors:
        """Read a folder; this downloads nothing, runs no code in it, and loads no pickle.

        Args:
            folder: holds `modules.json` and a folder for each module.
            modules: the entries of `modules.json`.

        Raises:
            ConfigError: where the folder cannot be read, or its weights or modules are not safe to read.
            MissingExtra: where the library is not installed.
        """
        for module in modules:
            if not str(module.get("type", "")).startswith(_PACKAGE):
                problem = f"modules.json names {module.get('type')!r}, which is not of sentence-transformers"
                raise ConfigError(f"{folder}: {problem}; give a folder without code of its own")
        for weights in sorted(folder.rglob("pytorch_model*.bin")):
            if not any(weights.parent.glob("*.safetensors")):
                raise ConfigError(
                    f"{weights}: a pickle, which is never loaded; save the model as safetensors"
                )
        library = _library()
        try:
            model = library.SentenceTransformer(
                str(folder),
                device="cpu",
                local_files_only=True,
                trust_remote_code=False,
                model_kwargs={"use_safetensors": True},
            )
        except (
            OSError,
            ValueError,
            KeyError,
            TypeError,
            RuntimeError,
            ImportError,
            SafetensorError,
        ) as error:
            message = " ".join(str(error).split())
            raise ConfigError(
                f"{folder}: the vectors cannot be read ({message}); fetch the folder again"
            ) from None
        return cls(model)


def _library() -> Any:
    try:
        import sentence_transformers
    except ImportError:
        raise MissingExtra("reading vectors of sentence-transformers", "sentence-vectors") from None
    return sentence_transformers
