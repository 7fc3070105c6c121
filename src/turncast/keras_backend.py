"""Which backend Keras runs on: decided before Keras is imported, without importing anything."""

from __future__ import annotations

import importlib.util
import os
import sys

BACKENDS = ("jax", "tensorflow", "torch")
"""The libraries that Keras can run on, the preferred one first."""


def is_installed(name: str) -> bool:
    """Return whether a library can be imported."""
    try:
        return importlib.util.find_spec(name) is not None
    except ValueError:  # a module without a specification, or None in its place
        return sys.modules.get(name) is not None


def find_backend() -> str:
    """Return the backend of the Keras that is loaded, or that of `KERAS_BACKEND`, or the first installed."""
    loaded = sys.modules.get("keras")
    if loaded is not None and hasattr(loaded, "backend"):
        return str(loaded.backend.backend())
    return os.environ.get("KERAS_BACKEND") or next(filter(is_installed, BACKENDS), BACKENDS[0])


def set_default_backend() -> None:
    """Let `import keras` after `import turncast` find its backend, where Keras's default is not installed."""
    if "KERAS_BACKEND" not in os.environ and "keras" not in sys.modules and not is_installed("tensorflow"):
        os.environ["KERAS_BACKEND"] = find_backend()


def forget_failed_import() -> None:
    """Remove what an `import keras` left that found no backend, so that Keras can be imported again."""
    if "keras" not in sys.modules:
        for name in [name for name in sys.modules if name.startswith("keras.")]:
            del sys.modules[name]
