"""Models of Keras's layers become models of ours, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from turncast.backend import keras

# Ours of these names take the same arguments and have the same weights as Keras's.
_TWINS = ("Bidirectional", "GRU", "LSTM", "RepeatVector", "SimpleRNN", "TimeDistributed")
_OURS = "turncast>"


def from_keras(model: Any) -> Any:
    """Return a model like a Keras model, with our layers where it has LSTM, GRU, SimpleRNN and the like.

    Its LSTM, GRU, SimpleRNN, Bidirectional, TimeDistributed and RepeatVector become ours, also inside
    wrappers and nested models; all other layers stay what they are. The new model has the same weights, names
    and predictions. It is not compiled: what the old one had learned beside its weights (the optimizer's
    state) stays with the old one. So a model that Keras saved goes on with our layers:

        model = from_keras(keras.saving.load_model("model.keras"))

    Files of weights alone, `.weights.h5`, need no conversion: `model.load_weights` of either model reads what
    `model.save_weights` of the other has written.

    Args:
        model: functional, Sequential, or one layer; a model that is a class of its own makes its layers
            itself, and must name ours there.

    Raises:
        ValueError: for a model that is a class of its own.

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
    return _rebuilt(model, _to_ours, "from_keras")


def to_keras(model: Any) -> Any:
    """Return a model like one of ours, with Keras's own layers: what it saves loads where turncast is not.

    The opposite of `from_keras`, which says what is kept.

        to_keras(model).save("model.keras")

    Raises:
        ValueError: for a model that is a class of its own, and where a layer of ours has no twin in Keras.

    >>> from turncast.layers.gru import GRU
    >>> model = to_keras(keras.Sequential([keras.Input((None, 3)), GRU(4)]))
    >>> type(model.layers[0]) is keras.layers.GRU
    True
    """
    return _rebuilt(model, _to_theirs, "to_keras")


def _rebuilt(model: Any, rename: Callable[[dict[str, Any]], dict[str, Any]], name: str) -> Any:
    config = keras.saving.serialize_keras_object(model)
    if isinstance(model, keras.Model) and "layers" not in config["config"]:
        raise ValueError(
            f"{name} got a {type(model).__name__}, a model that is a class of its own: expected one that is "
            "functional or Sequential; name the layers in its class instead, and exchange `.weights.h5` files"
        )
    # What is deserialized was an object of this very process, its lambdas included.
    rebuilt = keras.saving.deserialize_keras_object(_renamed(config, rename), safe_mode=False)
    for weight, value in zip(rebuilt.weights, model.weights, strict=True):
        # A copy: a training step gives its weights' memory away, and the old model must keep its own.
        weight.assign(np.array(keras.ops.convert_to_numpy(value.value)))
    return rebuilt


def _renamed(config: Any, rename: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    """Return a serialized object with every layer in it renamed, and nothing compiled."""
    if isinstance(config, list | tuple):
        return type(config)(_renamed(part, rename) for part in config)
    if not isinstance(config, dict):
        return config
    config = {key: _renamed(part, rename) for key, part in config.items() if key != "compile_config"}
    return rename(config) if "registered_name" in config else config


def _to_ours(config: dict[str, Any]) -> dict[str, Any]:
    name = config["class_name"]
    if config["registered_name"] is None and config["module"] == "keras.layers" and name in _TWINS:
        return {**config, "module": "turncast.layers", "registered_name": f"{_OURS}{name}"}
    return config


def _to_theirs(config: dict[str, Any]) -> dict[str, Any]:
    registered = config["registered_name"] or ""
    if not registered.startswith(_OURS):
        return config
    name = registered.removeprefix(_OURS)
    if name not in _TWINS:
        raise ValueError(
            f"to_keras cannot turn the layer {config['config'].get('name')!r} into one of Keras's: "
            f"{name} has no twin there; those that have one are {', '.join(_TWINS)}"
        )
    return {**config, "module": "keras.layers", "registered_name": None}
