"""Explaining: the shapes of a network on real dialogues, layer by layer, in tables and in a picture."""

from turnwise.explain.compare import Step, compare_return_sequences
from turnwise.explain.picture import picture
from turnwise.explain.shapes import LayerShape, Shapes, shapes
from turnwise.explain.subject import Subject, subject

__all__ = [
    "LayerShape",
    "Shapes",
    "Step",
    "Subject",
    "compare_return_sequences",
    "picture",
    "shapes",
    "subject",
]
