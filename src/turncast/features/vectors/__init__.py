"""Vectors: a text as a vector of numbers, read from a local folder or file; and vectors as bits."""

from turncast.features.vectors.place import Vectors, open_vectors
from turncast.features.vectors.quantiser import ProductQuantiser
from turncast.features.vectors.reader import Reader
from turncast.features.vectors.sentences import SentenceVectors
from turncast.features.vectors.static import StaticVectors
from turncast.features.vectors.word_file import WordVectors

__all__ = [
    "ProductQuantiser",
    "Reader",
    "SentenceVectors",
    "StaticVectors",
    "Vectors",
    "WordVectors",
    "open_vectors",
]
