"""Explaining: what changed a prediction most; and the shapes of a network, layer by layer."""

import importlib
from typing import TYPE_CHECKING, Any

from turncast.explain.prediction import Explanation, Removal, explain_prediction

if TYPE_CHECKING:
    from turncast.explain.compare import Step, compare_return_sequences
    from turncast.explain.drawing import picture
    from turncast.explain.explained import Subject, subject
    from turncast.explain.layer_shapes import LayerShape, Shapes, shapes

__all__ = [
    "Explanation",
    "LayerShape",
    "Removal",
    "Shapes",
    "Step",
    "Subject",
    "compare_return_sequences",
    "explain_prediction",
    "picture",
    "shapes",
    "subject",
]

# A prediction is explained without Keras; what shows a network is imported when it is asked for.
_WHERE = {
    "LayerShape": "layer_shapes",
    "Shapes": "layer_shapes",
    "Step": "compare",
    "Subject": "explained",
    "compare_return_sequences": "compare",
    "picture": "drawing",
    "shapes": "layer_shapes",
    "subject": "explained",
}

if not TYPE_CHECKING:  # a type checker knows the names from above, and no others

    def __getattr__(name: str) -> Any:
        if name not in _WHERE:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = value = getattr(importlib.import_module(f"{__name__}.{_WHERE[name]}"), name)
        return value
