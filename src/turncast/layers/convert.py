"""Convert models between Keras's layers and ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from turncast.backend import keras

# Our layers with these names take the same arguments and have the same weights as Keras's.
_COUNTERPARTS = ("Bidirectional", "GRU", "LSTM", "RepeatVector", "SimpleRNN", "TimeDistributed")
_REGISTERED = "turncast>"


def from_keras(model: Any) -> Any:
    """Return a copy of a Keras model that uses our layers.

    LSTM, GRU, SimpleRNN, Bidirectional, TimeDistributed and RepeatVector are replaced, also inside wrappers
    and nested models; all other layers stay as they are. The copy has the same weights, names and
    predictions. It is not compiled, and the optimizer's state is not copied. To continue with a model that
    Keras saved:

        model = from_keras(keras.saving.load_model("model.keras"))

    Files of weights, `.weights.h5`, need no conversion: either model loads what the other has saved.

    Args:
        model: a functional or Sequential model, or one layer.

    Raises:
        ValueError: for a subclass of `keras.Model`, which creates its layers in its own code.

    >>> memory = keras.layers.LSTM(4, return_sequences=True)
    >>> answer = keras.layers.TimeDistributed(keras.layers.Dense(2))
    >>> model = keras.Sequential([keras.Input((None, 3)), memory, answer])
    >>> ours = from_keras(model)
    >>> [type(layer).__module__ for layer in ours.layers]
    ['turncast.layers.lstm', 'turncast.layers.time_distributed']
    >>> x = np.ones((1, 5, 3), "float32")
    >>> bool(np.allclose(ours(x), model(x), atol=1e-6))
    True
    """
    return _rebuild(model, _to_our_name, "from_keras")


def to_keras(model: Any) -> Any:
    """Return a copy of a model that uses Keras's layers, so that what it saves loads without turncast.

    The inverse of `from_keras`; see there what is copied.

        to_keras(model).save("model.keras")

    Raises:
        ValueError: for a subclass of `keras.Model`, or for a layer that Keras does not have.

    >>> from turncast.layers.gru import GRU
    >>> model = to_keras(keras.Sequential([keras.Input((None, 3)), GRU(4)]))
    >>> type(model.layers[0]) is keras.layers.GRU
    True
    """
    return _rebuild(model, _to_keras_name, "to_keras")


def _rebuild(model: Any, rename: Callable[[dict[str, Any]], dict[str, Any]], name: str) -> Any:
    config = keras.saving.serialize_keras_object(model)
    if isinstance(model, keras.Model) and "layers" not in config["config"]:
        raise ValueError(
            f"{name} got a {type(model).__name__}, a subclass of keras.Model: expected a functional or "
            "Sequential model; name the layers in its class instead, and exchange `.weights.h5` files"
        )
    # safe_mode=False: the object comes from this process, so its lambdas are trusted.
    copy = keras.saving.deserialize_keras_object(_rename_layers(config, rename), safe_mode=False)
    for weight, value in zip(copy.weights, model.weights, strict=True):
        # Copy the array: a training step may reuse the memory of its weights.
        weight.assign(np.array(keras.ops.convert_to_numpy(value.value)))
    return copy


def _rename_layers(config: Any, rename: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    """Return a serialized object with every layer renamed, and without what `compile` set."""
    if isinstance(config, list | tuple):
        return type(config)(_rename_layers(part, rename) for part in config)
    if not isinstance(config, dict):
        return config
    config = {key: _rename_layers(part, rename) for key, part in config.items() if key != "compile_config"}
    return rename(config) if "registered_name" in config else config


def _to_our_name(config: dict[str, Any]) -> dict[str, Any]:
    name = config["class_name"]
    if config["registered_name"] is None and config["module"] == "keras.layers" and name in _COUNTERPARTS:
        return {**config, "module": "turncast.layers", "registered_name": f"{_REGISTERED}{name}"}
    return config


def _to_keras_name(config: dict[str, Any]) -> dict[str, Any]:
    registered = config["registered_name"] or ""
    if not registered.startswith(_REGISTERED):
        return config
    name = registered.removeprefix(_REGISTERED)
    if name not in _COUNTERPARTS:
        raise ValueError(
            f"to_keras cannot convert the layer {config['config'].get('name')!r}: Keras has no {name}; "
            f"expected one of {', '.join(_COUNTERPARTS)}"
        )
    return {**config, "module": "keras.layers", "registered_name": None}
