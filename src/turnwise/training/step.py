"""One step of training on the backend that Keras runs on.

On every backend the loss is the same: sum(weight * loss of the answer) / sum(weight).
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from turnwise.backend import keras, ops
from turnwise.config import TrainConfig
from turnwise.features import Batch, Batches
from turnwise.training.losses import mean_loss, turn_losses


class Step(Protocol):
    """Changes the weights by one batch, and answers with them."""

    def prepare(self, train: Batches, dev: Batches) -> None:
        """Make ready for the shapes of these batches."""
        ...

    def place(self, batch: Batch) -> Any:
        """Return a batch as the step takes it; another thread may do this while the step is at work."""
        ...

    def __call__(self, placed: Any) -> Any:
        """Return the batch's loss, a scalar of the backend that need not be computed yet."""
        ...

    def probabilities(self, batch: Batch) -> NDArray[np.float32]:
        """Return the probabilities that the network gives as it stands, with its averaged weights if any."""
        ...

    def finish(self) -> None:
        """Put the weights where the model's variables show them."""
        ...


def make_step(model: Any, optimizer: Any, config: TrainConfig, multi: bool) -> Step:
    """Return the step for the backend in use."""
    optimizer.build(model.trainable_variables)
    backend = keras.backend.backend()
    if backend == "jax":
        from turnwise.training.jax_step import JaxStep

        return JaxStep(model, optimizer, config, multi)
    if backend == "torch":
        return _TorchStep(model, optimizer, config, multi)
    return _TensorFlowStep(model, optimizer, config, multi)


def make_optimizer(config: TrainConfig) -> Any:
    """Return Adam: gradients clipped to a norm over all weights, and averages of the weights if wished."""
    return keras.optimizers.Adam(
        config.learning_rate,
        global_clipnorm=config.clip_norm,
        use_ema=config.averaging > 0,
        ema_momentum=config.averaging,
    )


class _InPlace:
    """What the steps share whose backend changes the variables in place."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def prepare(self, train: Batches, dev: Batches) -> None:
        """Nothing to do: shapes are compiled when they come, or not at all."""

    def place(self, batch: Batch) -> Any:
        inputs = {name: ops.convert_to_tensor(array) for name, array in batch.inputs.items()}
        return inputs, ops.convert_to_tensor(batch.targets), ops.convert_to_tensor(batch.weights)

    def probabilities(self, batch: Batch) -> NDArray[np.float32]:
        found: NDArray[np.float32] = self._model.predict_on_batch(batch.inputs)[1]
        return found

    def finish(self) -> None:
        """Nothing to do."""


class _TorchStep(_InPlace):
    """An eager step."""

    def __init__(self, model: Any, optimizer: Any, config: TrainConfig, multi: bool) -> None:
        super().__init__(model)
        self._optimizer, self._multi, self._smoothing = optimizer, multi, config.label_smoothing

    def __call__(self, placed: Any) -> Any:
        inputs, targets, weights = placed
        self._model.zero_grad()
        logits, _ = self._model(inputs, training=True)
        loss = mean_loss(turn_losses(targets, logits, self._multi, self._smoothing), weights)
        loss.backward()
        variables = self._model.trainable_variables
        self._optimizer.apply([variable.value.grad for variable in variables], variables)
        return loss.detach()


class _TensorFlowStep(_InPlace):
    """A step in a graph."""

    def __init__(self, model: Any, optimizer: Any, config: TrainConfig, multi: bool) -> None:
        super().__init__(model)
        import tensorflow as tf

        @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
        def step(inputs: Any, targets: Any, weights: Any) -> Any:
            with tf.GradientTape() as tape:
                logits, _ = model(inputs, training=True)
                loss = mean_loss(turn_losses(targets, logits, multi, config.label_smoothing), weights)
            variables = model.trainable_variables
            optimizer.apply(tape.gradient(loss, [v.value for v in variables]), variables)
            return loss

        self._step = step

    def __call__(self, placed: Any) -> Any:
        return self._step(*placed)
