"""The choice of Keras's backend: JAX, unless `KERAS_BACKEND` says otherwise."""

from __future__ import annotations

import importlib.util
import os

from turnwise.errors import MissingExtra


def choose_backend() -> None:
    """Set the default backend; to be called before Keras is imported.

    Raises:
        MissingExtra: where Keras, or the backend, is not installed.
    """
    backend = os.environ.setdefault("KERAS_BACKEND", "jax")
    if any(importlib.util.find_spec(name) is None for name in ("keras", backend)):
        raise MissingExtra(f"training on {backend}", "train")
