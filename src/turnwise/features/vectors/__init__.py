"""Vectors: a text as a vector of numbers, read from a local folder or file; and vectors as bits."""

from turnwise.features.vectors.place import Vectors, open_vectors
from turnwise.features.vectors.quantiser import ProductQuantiser
from turnwise.features.vectors.reader import Reader
from turnwise.features.vectors.sentences import SentenceVectors
from turnwise.features.vectors.static import StaticVectors
from turnwise.features.vectors.word_file import WordVectors

__all__ = [
    "ProductQuantiser",
    "Reader",
    "SentenceVectors",
    "StaticVectors",
    "Vectors",
    "WordVectors",
    "open_vectors",
]
