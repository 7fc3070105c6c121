"""Where vectors lie: a folder or a file, known again by a hash of what is in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from turncast.errors import ConfigError
from turncast.features.text.vectors.protocol import Reader
from turncast.features.text.vectors.sentences import SentenceVectors
from turncast.features.text.vectors.static import StaticVectors, module_kind
from turncast.features.text.vectors.word_file import WordVectors

CACHED = 16_384
"""The vectors of so many texts are kept, those used last."""

# What a vector depends on; a model card, or the same weights in another form, may come and go.
_READ = (".json", ".txt", ".model", ".safetensors")
_STATIC = [["StaticEmbedding"], ["StaticEmbedding", "Normalize"]]


@dataclass(frozen=True, slots=True, eq=False)
class Vectors:
    """Opened vectors; those of the texts that came last are kept.

    Args:
        place: the folder or file.
        sha256: of what is in it, as hex digits.
        reader: what turns a text into a vector.
    """

    place: Path
    sha256: str
    reader: Reader
    vector: Callable[[str], NDArray[np.float32] | None] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "vector", lru_cache(CACHED)(self.reader.vector))


def open_vectors(place: str | Path) -> Vectors:
    """Open a model2vec folder, one of sentence-transformers, or a text file of words and their vectors.

    Raises:
        ConfigError: where there is none, or it cannot be read.
        MissingExtra: where the library that reads it is not installed.
    """
    place = full_path(place)
    try:
        reader = reader_of(place)  # first, so that only a folder that holds vectors is gone through
        return Vectors(place, hash_of(place), reader)
    except OSError as error:
        raise ConfigError(f"vectors {place}: cannot be read ({error}); see who may read it") from None


def reader_of(place: Path) -> Reader:
    """Return what reads the vectors in a folder or file; what they are is known by what lies there."""
    if place.is_file():
        return WordVectors.read(place)
    if not place.is_dir():
        raise ConfigError(
            f"vectors {place}: there is no such folder; give one of model2vec or sentence-transformers"
        )
    modules = _modules(place)
    if [module_kind(module) for module in modules] in _STATIC or (
        not modules and (place / "model.safetensors").is_file() and (place / "tokenizer.json").is_file()
    ):
        return StaticVectors.read(place, modules)
    if modules:
        return SentenceVectors.read(place, modules)
    raise ConfigError(
        f"vectors {place}: neither a model2vec folder (model.safetensors, tokenizer.json, config.json) nor "
        f"one of sentence-transformers (modules.json); give one of these, or a text file of word vectors"
    )


def full_path(place: str | Path) -> Path:
    """Return a path that means the same in every current folder."""
    return Path(place).expanduser().absolute()


def hash_of(place: Path) -> str:
    """Return the SHA-256 of what the vectors in a folder or file depend on, as hex digits."""
    found = hashlib.sha256()
    for path in _files(place):
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        name = path.relative_to(place).as_posix() if place.is_dir() else ""
        found.update(f"{name}\n{content}\n".encode())
    return found.hexdigest()


def _files(place: Path) -> Iterator[Path]:
    if place.is_file():
        yield place
        return
    for path in sorted(place.rglob("*")):
        inside = path.relative_to(place).parts
        if path.suffix in _READ and path.is_file() and not any(part.startswith(".") for part in inside):
            yield path


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
