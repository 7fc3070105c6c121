"""Import Keras on JAX, on the backend in `KERAS_BACKEND`, or on the one that is installed.

All other modules import Keras from here.

Raises:
    MissingExtra: on import, where Keras or its backend is not installed.
"""

import os

from turncast.errors import MissingExtra
from turncast.keras_backend import BACKENDS, find_backend, forget_failed_import, is_installed

os.environ["KERAS_BACKEND"] = _backend = find_backend()
forget_failed_import()
try:
    import keras
    from keras import ops
except ImportError:
    _others = [name for name in BACKENDS if name != _backend and is_installed(name)]
    raise MissingExtra(
        f"training on {_backend}",
        "train" if _backend not in BACKENDS[1:] else _backend,
        f"or set KERAS_BACKEND={_others[0]} before Python starts" if _others else "",
    ) from None

__all__ = ["keras", "ops"]
