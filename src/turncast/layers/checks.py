"""Checks that layers make before they compute."""

from __future__ import annotations

from typing import Any

import numpy as np


def refuse_nan(name: str, inputs: Any) -> None:
    """Raise for NaN in a NumPy array, or in one of a list or dictionary of arrays.

    Arrays on a device and traced arrays are not checked: every call would have to wait for them.

    >>> refuse_nan("LSTM", np.array([[1.0, np.nan]]))
    Traceback (most recent call last):
    ValueError: LSTM got NaN in its input of shape (1, 2), first at [0, 1]: every number must be finite;
    give padding any finite number, and exclude it by `mask`
    """
    if isinstance(inputs, list | tuple | dict):
        for part in inputs.values() if isinstance(inputs, dict) else inputs:
            refuse_nan(name, part)
    if isinstance(inputs, np.ndarray) and inputs.dtype.kind == "f" and np.isnan(inputs).any():
        index = ", ".join(map(str, np.argwhere(np.isnan(inputs))[0]))
        raise ValueError(
            f"{name} got NaN in its input of shape {inputs.shape}, first at [{index}]: every number must be "
            "finite; give padding any finite number, and exclude it by `mask`"
        )


def check_mask(name: str, mask: Any, shape: tuple[int | None, ...]) -> None:
    """Raise for a mask whose shape is not (B, T) for an input of shape (B, T, ...).

    >>> check_mask("LSTM", np.ones((2, 4)), (2, 3, 5))
    Traceback (most recent call last):
    ValueError: LSTM got a mask of shape (2, 4) for an input of shape (2, 3, 5): expected (2, 3),
    a truth value for every step
    """
    if mask is None:
        return
    mask_shape = tuple(mask.shape)
    if len(mask_shape) != 2 or any(
        a is not None and b is not None and a != b for a, b in zip(mask_shape, shape[:2], strict=True)
    ):
        raise ValueError(
            f"{name} got a mask of shape {mask_shape} for an input of shape {tuple(shape)}: "
            f"expected {tuple(shape[:2])}, a truth value for every step"
        )
