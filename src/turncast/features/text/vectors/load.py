"""Load vectors from a folder or file; a hash of its content identifies them later."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from turncast.errors import ConfigError
from turncast.features.text.vectors.sentences import SentenceVectors
from turncast.features.text.vectors.static import StaticVectors, module_kind
from turncast.features.text.vectors.word_file import WordVectors

CACHED = 16_384
"""The number of texts whose vectors are cached, those used last."""

# The files that a vector depends on; a model card, or the same weights in another form, may change.
_HASHED = (".json", ".txt", ".model", ".safetensors")
_STATIC_MODULES = [["StaticEmbedding"], ["StaticEmbedding", "Normalize"]]


class VectorModel(Protocol):
    """What every kind of vectors offers: it turns a text into a vector."""

    @property
    def width(self) -> int:
        """D, the number of numbers in a vector."""
        ...

    def vector(self, text: str) -> NDArray[np.float32] | None:
        """Return the vector of a text, (D,); None where the model knows nothing in the text."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Vectors:
    """An open model of vectors, with a cache of the vectors of the last texts.

    Args:
        path: the folder or file.
        sha256: the hash of its content, as hex digits.
        model: what turns a text into a vector.
    """

    path: Path
    sha256: str
    model: VectorModel
    vector: Callable[[str], NDArray[np.float32] | None] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "vector", lru_cache(CACHED)(self.model.vector))


def open_vectors(path: str | Path) -> Vectors:
    """Open a folder of model2vec or sentence-transformers, or a text file of words and their vectors.

    Raises:
        ConfigError: where the path holds no vectors, or they cannot be read.
        MissingExtra: where the library that reads them is not installed.
    """
    path = full_path(path)
    try:
        model = load_model(path)  # before the hash, which reads every file below the path
        return Vectors(path, hash_files(path), model)
    except OSError as error:
        raise ConfigError(f"vectors {path}: cannot be read ({error}); check its permissions") from None


def load_model(path: Path) -> VectorModel:
    """Return the vectors in a folder or file; their kind follows from the files.

    Raises:
        ConfigError: where the path holds no vectors, or they cannot be read.
        MissingExtra: where the library that reads them is not installed.
    """
    if path.is_file():
        return WordVectors.read(path)
    if not path.is_dir():
        raise ConfigError(
            f"vectors {path}: there is no such folder; give one of model2vec or sentence-transformers"
        )
    modules = _modules(path)
    if [module_kind(module) for module in modules] in _STATIC_MODULES or (
        not modules and (path / "model.safetensors").is_file() and (path / "tokenizer.json").is_file()
    ):
        return StaticVectors.read(path, modules)
    if modules:
        return SentenceVectors.read(path, modules)
    raise ConfigError(
        f"vectors {path}: neither a model2vec folder (model.safetensors, tokenizer.json, config.json) nor "
        f"one of sentence-transformers (modules.json); give one of these, or a text file of word vectors"
    )


def full_path(path: str | Path) -> Path:
    """Return the absolute path, with `~` replaced."""
    return Path(path).expanduser().absolute()


def hash_files(path: Path) -> str:
    """Return the SHA-256, as hex digits, of the files that the vectors in a folder or file depend on."""
    digest = hashlib.sha256()
    for name in _files(path):
        with name.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        relative = name.relative_to(path).as_posix() if path.is_dir() else ""
        digest.update(f"{relative}\n{content}\n".encode())
    return digest.hexdigest()


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    for name in sorted(path.rglob("*")):
        hidden = any(part.startswith(".") for part in name.relative_to(path).parts)
        if name.suffix in _HASHED and name.is_file() and not hidden:
            yield name


def _modules(folder: Path) -> list[Mapping[str, Any]]:
    try:
        modules = json.loads((folder / "modules.json").read_bytes())
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"{folder / 'modules.json'}: cannot be read ({error}); fetch the folder again"
        ) from None
    if not isinstance(modules, list) or not all(isinstance(module, dict) for module in modules):
        raise ConfigError(f"{folder / 'modules.json'}: not a list of modules; fetch the folder again")
    return modules
