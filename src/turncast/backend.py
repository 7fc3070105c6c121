"""Import Keras with the JAX backend, or the one in `KERAS_BACKEND`. All other modules import Keras from here.

Raises:
    MissingExtra: on import, where Keras or its backend is not installed.
"""

import os

from turncast.errors import MissingExtra

os.environ.setdefault("KERAS_BACKEND", "jax")
try:
    import keras
    from keras import ops
except ImportError:
    raise MissingExtra(f"training on {os.environ['KERAS_BACKEND']}", "train") from None

__all__ = ["keras", "ops"]
