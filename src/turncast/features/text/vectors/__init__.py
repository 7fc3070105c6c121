"""Vectors: a text as a vector of numbers, read from a local folder or file; and vectors as bits."""

from turncast.features.text.vectors.load import Vectors, open_vectors
from turncast.features.text.vectors.protocol import Reader
from turncast.features.text.vectors.quantiser import ProductQuantiser
from turncast.features.text.vectors.sentences import SentenceVectors
from turncast.features.text.vectors.static import StaticVectors
from turncast.features.text.vectors.word_file import WordVectors

__all__ = [
    "ProductQuantiser",
    "Reader",
    "SentenceVectors",
    "StaticVectors",
    "Vectors",
    "WordVectors",
    "open_vectors",
]
