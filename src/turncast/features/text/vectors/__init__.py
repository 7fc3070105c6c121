"""Vectors of texts, read from a local folder or file, and their product quantisation into bits."""

from turncast.features.text.vectors.load import VectorModel, Vectors, open_vectors
from turncast.features.text.vectors.quantiser import ProductQuantiser
from turncast.features.text.vectors.sentences import SentenceVectors
from turncast.features.text.vectors.static import StaticVectors
from turncast.features.text.vectors.word_file import WordVectors

__all__ = [
    "ProductQuantiser",
    "SentenceVectors",
    "StaticVectors",
    "VectorModel",
    "Vectors",
    "WordVectors",
    "open_vectors",
]
