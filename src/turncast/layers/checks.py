"""What layers refuse before they compute."""

from __future__ import annotations

from typing import Any

import numpy as np


def refuse_nan(name: str, inputs: Any) -> None:
    """Refuse NaN in an array that comes straight from NumPy.

    What is on a device already, or being compiled, is not looked at: that would cost a wait at every call.
    Of lists and dictionaries each part is looked at.

    >>> refuse_nan("LSTM", np.array([[1.0, np.nan]]))
    Traceback (most recent call last):
    ValueError: LSTM got NaN in its input of shape (1, 2), first at [0, 1]: every number must be finite;
    give padding any number, and leave it out by `mask`
    """
    if isinstance(inputs, list | tuple | dict):
        for part in inputs.values() if isinstance(inputs, dict) else inputs:
            refuse_nan(name, part)
    if isinstance(inputs, np.ndarray) and inputs.dtype.kind == "f" and np.isnan(inputs).any():
        place = ", ".join(map(str, np.argwhere(np.isnan(inputs))[0]))
        raise ValueError(
            f"{name} got NaN in its input of shape {inputs.shape}, first at [{place}]: every number must be "
            "finite; give padding any number, and leave it out by `mask`"
        )


def check_mask(name: str, mask: Any, shape: tuple[int | None, ...]) -> None:
    """Refuse a mask that does not say of every step of (B, T, ...) whether it counts.

    >>> check_mask("LSTM", np.ones((2, 4)), (2, 3, 5))
    Traceback (most recent call last):
    ValueError: LSTM got a mask of shape (2, 4) for an input of shape (2, 3, 5): expected (2, 3),
    a truth value for every step
    """
    if mask is None:
        return
    came = tuple(mask.shape)
    if len(came) != 2 or any(
        a is not None and b is not None and a != b for a, b in zip(came, shape[:2], strict=True)
    ):
        raise ValueError(
            f"{name} got a mask of shape {came} for an input of shape {tuple(shape)}: "
            f"expected {tuple(shape[:2])}, a truth value for every step"
        )
