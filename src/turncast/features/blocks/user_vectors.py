"""A vector of the user's text, as bits."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from turncast.config import EncoderConfig
from turncast.errors import ConfigError, ModelError
from turncast.features.block import Key, StatelessBlock
from turncast.features.text.vectors import ProductQuantiser, Vectors
from turncast.features.text.vectors.load import full_path, hash_files, load_model
from turncast.features.turn_view import TurnView

PATH_VARIABLE = "TURNCAST_VECTORS"
"""The environment variable with the paths where the vectors of a saved model may be, separated as in PATH."""

# Not the seed of the training: the same corpus gives the same bits to networks of all seeds.
_SEED = 1


@dataclass(frozen=True, slots=True)
class UserVectors(StatelessBlock):
    """One bit for each part of the vector of the user's text; one single bit where the text has no vector.

    Args:
        quantiser: turns a vector into one of C bits for each of its M parts.
        vectors: of texts.

    >>> from turncast.features.text.slot_values import ParsedText
    >>> from turncast.features.text.vectors import WordVectors
    >>> embeddings = np.array([[0, 1], [1, 0]], np.float32)
    >>> quantiser = ProductQuantiser.learn(embeddings, parts=1, centroids=2, seed=1)
    >>> vectors = Vectors(Path("words.txt"), "", WordVectors({"tea": 0, "coffee": 1}, embeddings))
    >>> block = UserVectors(quantiser, vectors)
    >>> words = ("tea", "coffee", "water")
    >>> tea, coffee, water = (block.bits(TurnView(ParsedText((word,), raw=word))) for word in words)
    >>> sorted([*tea, *coffee]), water, block.bits(TurnView()), block.width
    ([0, 1], (2,), (), 3)
    """

    quantiser: ProductQuantiser
    vectors: Vectors
    name = "user_vectors"

    @property
    def width(self) -> int:
        """M * C, and the unknown."""
        return self.unknown + 1

    @property
    def keys(self) -> tuple[Key, ...]:
        """A key for each centroid of each part, and one for the unknown."""
        parts, centroids = range(self.quantiser.num_parts), range(self.quantiser.num_centroids)
        return (*((part, centroid) for part in parts for centroid in centroids), ("unknown",))

    @property
    def unknown(self) -> int:
        """The bit of a text that has no vector."""
        return self.quantiser.num_parts * self.quantiser.num_centroids

    def bits(self, view: TurnView) -> Collection[int]:
        """Return the bits of the user's text; none where the user said nothing."""
        if view.user is None or not view.user.words:
            return ()
        vector = self.vectors.vector(view.user.raw)
        if vector is None:
            return (self.unknown,)
        codes = enumerate(self.quantiser.codes(vector).tolist())
        return [part * self.quantiser.num_centroids + code for part, code in codes]

    def label(self, bit: int) -> str:
        """Return the part of the vector, and its centroid, that a bit stands for."""
        if bit == self.unknown:
            return "vector: (unknown text)"
        part, code = divmod(bit, self.quantiser.num_centroids)
        return f"vector: part {part + 1} is {code + 1}"

    def extend(self, newer: UserVectors) -> UserVectors:  # noqa: ARG002
        """Return this block: its centroids stay."""
        return self

    def to_json(self) -> dict[str, Any]:
        """Return the centroids, and the path and hash of the vectors."""
        return {
            "path": str(self.vectors.path),
            "sha256": self.vectors.sha256,
            **self.quantiser.to_json(),
        }

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> UserVectors:
        """Return the block that `to_json` described, with vectors that have the recorded hash.

        The paths in `TURNCAST_VECTORS` are tried first, then the path that was used in training.

        Raises:
            ModelError: where none of these paths holds the vectors.
        """
        given = [path for path in os.environ.get(PATH_VARIABLE, "").split(os.pathsep) if path]
        problems = []
        for path in map(full_path, (*given, record["path"])):
            if not path.exists():
                problems.append(f"{path} is not there")
            elif hash_files(path) != record["sha256"]:
                problems.append(f"{path} holds other ones")
            else:
                vectors = Vectors(path, record["sha256"], load_model(path))
                return cls(ProductQuantiser.from_json(record), vectors)
        raise ModelError(
            f"the vectors that the model was trained with are not found ({', '.join(problems)}); say where "
            f"they are, by {PATH_VARIABLE}=FOLDER or Policy.load(..., vectors=FOLDER)"
        )


def with_vectors_at(record: dict[str, Any], path: str | Path) -> dict[str, Any]:
    """Return the JSON of an encoder with another path of its vectors.

    Raises:
        ModelError: for an encoder without vectors.
    """
    names = [block["block"] for block in record["blocks"]]
    if UserVectors.name not in names:
        raise ModelError(f"vectors={str(path)!r}: the model needs no vectors; leave them out")
    changed = {"path": str(full_path(path))}
    blocks = [block | changed if block["block"] == UserVectors.name else block for block in record["blocks"]]
    return record | {"blocks": blocks}


def learn_user_vectors(texts: Iterable[str], vectors: Vectors, config: EncoderConfig) -> UserVectors | None:
    """Return the block whose centroids are learned from texts; None where no text has a vector.

    Raises:
        ConfigError: for more parts than a vector has numbers.
    """
    if config.vector_parts > vectors.model.width:
        problem = f"the vectors of {vectors.path} have {vectors.model.width} numbers"
        raise ConfigError(
            f"setting 'vector_parts' is {config.vector_parts}, and {problem}; give at most that number"
        )
    learned = [vector for text in texts if (vector := vectors.vector(text)) is not None]
    if not learned:
        return None
    quantiser = ProductQuantiser.learn(np.stack(learned), config.vector_parts, config.vector_centroids, _SEED)
    return UserVectors(quantiser, vectors)
