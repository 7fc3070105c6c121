"""The user's text as the bits of a vector."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from turncast.config import EncoderConfig
from turncast.errors import ConfigError, ModelError
from turncast.features.block import Momentary
from turncast.features.text.vectors import ProductQuantiser, Vectors
from turncast.features.text.vectors.load import full_path, hash_of, reader_of
from turncast.features.turn_view import Seen

VARIABLE = "TURNCAST_VECTORS"
"""The environment variable that says where vectors lie now; several places stand as in PATH."""

# Not the seed of the training: the same corpus gives the same bits to networks of all seeds.
_SEED = 1


@dataclass(frozen=True, slots=True)
class UserVectors(Momentary):
    """A bit for each part of the vector of the user's text; one alone where nothing in the text is known.

    Args:
        quantiser: turns a vector into one of C bits for each of its M parts.
        vectors: of texts.

    >>> from turncast.features.turn_view import Text
    >>> from turncast.features.text.vectors import WordVectors
    >>> embeddings = np.array([[0, 1], [1, 0]], np.float32)
    >>> quantiser = ProductQuantiser.learn(embeddings, parts=1, centroids=2, seed=1)
    >>> vectors = Vectors(Path("words.txt"), "", WordVectors({"tea": 0, "coffee": 1}, embeddings))
    >>> block = UserVectors(quantiser, vectors)
    >>> words = ("tea", "coffee", "water")
    >>> tea, coffee, water = (block.bits(Seen(Text((word,), written=word))) for word in words)
    >>> sorted([*tea, *coffee]), water, block.bits(Seen()), block.width
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
    def unknown(self) -> int:
        """The bit of a text in which nothing is known."""
        return self.quantiser.parts * self.quantiser.each

    def bits(self, seen: Seen) -> Collection[int]:
        """Return the bits of the user's text; none in silence."""
        if seen.user is None or not seen.user.words:
            return ()
        vector = self.vectors.vector(seen.user.written)
        if vector is None:
            return (self.unknown,)
        each = self.quantiser.each
        return [part * each + code for part, code in enumerate(self.quantiser.codes(vector).tolist())]

    def label(self, bit: int) -> str:
        """Say which part of the vector a bit stands for."""
        if bit == self.unknown:
            return "vector: (unknown text)"
        part, code = divmod(bit, self.quantiser.each)
        return f"vector: part {part + 1} is {code + 1}"

    def to_json(self) -> dict[str, Any]:
        """Return the known parts, and what vectors they are of."""
        return {
            "place": str(self.vectors.place),
            "sha256": self.vectors.sha256,
            **self.quantiser.to_json(),
        }

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> UserVectors:
        """Make the block that `to_json` described, of the vectors of that hash.

        They are looked for where `TURNCAST_VECTORS` says, then where they lay in training.

        Raises:
            ModelError: where they are not there.
        """
        named = [place for place in os.environ.get(VARIABLE, "").split(os.pathsep) if place]
        tried = []
        for place in map(full_path, (*named, record["place"])):
            if not place.exists():
                tried.append(f"{place} is not there")
            elif hash_of(place) != record["sha256"]:
                tried.append(f"{place} holds other ones")
            else:
                vectors = Vectors(place, record["sha256"], reader_of(place))
                return cls(ProductQuantiser.from_json(record), vectors)
        raise ModelError(
            f"the vectors that the model was trained with are not found ({', '.join(tried)}); say where they "
            f"lie, by {VARIABLE}=FOLDER or Policy.load(..., vectors=FOLDER)"
        )


def moved(record: dict[str, Any], place: str | Path) -> dict[str, Any]:
    """Return what describes an encoder, with its vectors looked for in another place.

    Raises:
        ModelError: for an encoder without vectors.
    """
    names = [block["block"] for block in record["blocks"]]
    if UserVectors.name not in names:
        raise ModelError(f"vectors={str(place)!r}: the model needs no vectors; leave them out")
    there = {"place": str(full_path(place))}
    blocks = [block | there if block["block"] == UserVectors.name else block for block in record["blocks"]]
    return record | {"blocks": blocks}


def learn_user_vectors(texts: Iterable[str], vectors: Vectors, config: EncoderConfig) -> UserVectors | None:
    """Learn the parts of the vectors of different texts; None where no text has a vector.

    Raises:
        ConfigError: for more parts than a vector has numbers.
    """
    if config.vector_parts > vectors.reader.width:
        problem = f"the vectors of {vectors.place} have {vectors.reader.width} numbers"
        raise ConfigError(
            f"setting 'vector_parts' is {config.vector_parts}, and {problem}; give at most so many"
        )
    found = [vector for text in texts if (vector := vectors.vector(text)) is not None]
    if not found:
        return None
    quantiser = ProductQuantiser.learn(np.stack(found), config.vector_parts, config.vector_centroids, _SEED)
    return UserVectors(quantiser, vectors)
