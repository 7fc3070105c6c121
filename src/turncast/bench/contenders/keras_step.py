"""Keras's own LSTM cell, compiled by JAX, its state carried by hand."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from turncast.backend import keras
from turncast.bench.contenders.stepping import Stepping


class KerasStep(Stepping):
    """Steps with a jitted model of one turn."""

    def build(self) -> None:
        """Make the network."""
        problem, layers = self.problem, keras.layers
        inputs = [keras.Input((width,)) for width in (problem.features, problem.units, problem.units)]
        below = layers.Dense(problem.bit_units, name="bit_dense")(inputs[0])
        output, states = layers.LSTMCell(problem.units, name="hidden_0")(below, inputs[1:])
        answer = layers.Dense(problem.actions, activation="softmax", name="actions")(output)
        model = keras.Model(inputs, [answer, *states])
        for layer in model.layers:
            for weight in layer.trainable_weights:
                weight.assign(self.weights[f"{layer.name}/{weight.name}"])
        values = [variable.value for variable in model.trainable_variables]
        others = [variable.value for variable in model.non_trainable_variables]
        self._call = jax.jit(lambda *given: model.stateless_call(values, others, list(given))[0])

    def start(self) -> Any:
        """Return output and memory before the first turn."""
        return (np.zeros((self.problem.batch, self.problem.units), np.float32),) * 2

    def step(self, state: Any, bits: Any) -> tuple[NDArray[np.float32], Any]:
        """Return the probabilities and the new state."""
        probabilities, *new = self._call(self.dense(bits), *state)
        return np.asarray(probabilities), new
