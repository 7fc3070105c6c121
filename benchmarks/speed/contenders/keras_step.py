"""Keras's own LSTM cell, compiled by JAX; the state is passed by hand."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from benchmarks.speed.contenders.stepping import SteppingRunner
from turncast.backend import keras


class KerasStep(SteppingRunner):
    """Steps with a jitted model of one turn."""

    def build(self) -> None:
        """Build the network and compile it."""
        task, layers = self.task, keras.layers
        inputs = [keras.Input((width,)) for width in (task.features, task.units, task.units)]
        projected = layers.Dense(task.bit_units, name="bit_dense")(inputs[0])
        output, states = layers.LSTMCell(task.units, name="hidden_0")(projected, inputs[1:])
        probabilities = layers.Dense(task.actions, activation="softmax", name="actions")(output)
        model = keras.Model(inputs, [probabilities, *states])
        for layer in model.layers:
            for weight in layer.trainable_weights:
                weight.assign(self.weights[f"{layer.name}/{weight.name}"])
        values = [variable.value for variable in model.trainable_variables]
        others = [variable.value for variable in model.non_trainable_variables]
        self._call = jax.jit(lambda *arguments: model.stateless_call(values, others, list(arguments))[0])

    def start(self) -> Any:
        """Return the initial output and cell state."""
        return (np.zeros((self.task.batch, self.task.units), np.float32),) * 2

    def step(self, state: Any, bits: Any) -> tuple[NDArray[np.float32], Any]:
        """Return the probabilities and the new state."""
        probabilities, *new = self._call(self.dense(bits), *state)
        return np.asarray(probabilities), new
