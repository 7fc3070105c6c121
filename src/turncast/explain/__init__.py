"""Explanations: what changes a prediction most, and the shapes of a network layer by layer."""

import importlib
from typing import TYPE_CHECKING, Any

from turncast.explain.prediction import Explanation, Removal, explain_prediction

if TYPE_CHECKING:
    from turncast.explain.compare import SequencesComparison, compare_return_sequences
    from turncast.explain.drawing import draw_svg
    from turncast.explain.layer_shapes import LayerShape, Shapes, measure_shapes
    from turncast.explain.subject import Subject, build_subject

__all__ = [
    "Explanation",
    "LayerShape",
    "Removal",
    "SequencesComparison",
    "Shapes",
    "Subject",
    "build_subject",
    "compare_return_sequences",
    "draw_svg",
    "explain_prediction",
    "measure_shapes",
]

# Explaining a prediction needs no Keras; the modules that show a network are imported on first use.
_MODULE_OF = {
    "LayerShape": "layer_shapes",
    "Shapes": "layer_shapes",
    "SequencesComparison": "compare",
    "Subject": "subject",
    "build_subject": "subject",
    "compare_return_sequences": "compare",
    "draw_svg": "drawing",
    "measure_shapes": "layer_shapes",
}

if not TYPE_CHECKING:  # a type checker knows only the names above

    def __getattr__(name: str) -> Any:
        if name not in _MODULE_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = value = getattr(importlib.import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
        return value
