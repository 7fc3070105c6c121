"""One step of training on the backend that Keras runs on.

On every backend the loss is the same: sum(weight * loss of the answer) / sum(weight).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from turncast.backend import keras, ops
from turncast.config import TrainConfig
from turncast.features import Batch, Batches
from turncast.training.losses import mean_loss, turn_losses


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


def make_step(model: Any, optimizer: Any, config: TrainConfig, multi: bool, refuses: bool = False) -> Step:
    """Return the step for the backend in use.

    Args:
        model: the Keras model.
        optimizer: what `make_optimizer` gave.
        config: how it is trained.
        multi: whether several actions may be taken at once.
        refuses: whether rules refuse actions in the targets.
    """
    optimizer.build(model.trainable_variables)
    backend = keras.backend.backend()
    if backend == "jax":
        from turncast.training.jax_step import JaxStep

        return JaxStep(model, optimizer, config, multi, refuses)
    if backend == "torch":
        return _TorchStep(model, optimizer, _losses(config, multi, refuses))
    return _TensorFlowStep(model, optimizer, _losses(config, multi, refuses))


def make_optimizer(config: TrainConfig) -> Any:
    """Return Adam: gradients clipped to a norm over all weights, and averages of the weights if wished."""
    return keras.optimizers.Adam(
        config.learning_rate,
        global_clipnorm=config.clip_norm,
        use_ema=config.ema > 0,
        ema_momentum=config.ema,
    )


def _losses(config: TrainConfig, multi: bool, refuses: bool) -> Callable[[Any, Any], Any]:
    return partial(turn_losses, multi=multi, smoothing=config.label_smoothing, refuses=refuses)


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

    def __init__(self, model: Any, optimizer: Any, losses: Callable[[Any, Any], Any]) -> None:
        super().__init__(model)
        self._optimizer, self._losses = optimizer, losses

    def __call__(self, placed: Any) -> Any:
        inputs, targets, weights = placed
        self._model.zero_grad()
        logits, _ = self._model(inputs, training=True)
        loss = mean_loss(self._losses(targets, logits), weights)
        loss.backward()
        variables = self._model.trainable_variables
        self._optimizer.apply([variable.value.grad for variable in variables], variables)
        return loss.detach()


class _TensorFlowStep(_InPlace):
    """A step in a graph."""

    def __init__(self, model: Any, optimizer: Any, losses: Callable[[Any, Any], Any]) -> None:
        super().__init__(model)
        import tensorflow as tf

        # Each shape is traced as it is: where one trace serves several, which ones depends on what came first
        # and a resumed training would end with other last bits.
        @tf.function  # type: ignore[untyped-decorator]
        def step(inputs: Any, targets: Any, weights: Any) -> Any:
            with tf.GradientTape() as tape:
                logits, _ = model(inputs, training=True)
                loss = mean_loss(losses(targets, logits), weights)
            variables = model.trainable_variables
            optimizer.apply(tape.gradient(loss, [v.value for v in variables]), variables)
            return loss

        self._step = step
        self._answer = tf.function(lambda inputs: model(inputs, training=False)[1])

    def probabilities(self, batch: Batch) -> NDArray[np.float32]:
        """Return what the network answers to a batch as it stands."""
        inputs, _, _ = self.place(batch)
        return np.asarray(self._answer(inputs))

    def __call__(self, placed: Any) -> Any:
        return self._step(*placed)
