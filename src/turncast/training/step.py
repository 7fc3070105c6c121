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
from turncast.config import NetworkConfig, TrainConfig
from turncast.features import Batch, Batches
from turncast.training.losses import mean_loss, turn_losses


class Step(Protocol):
    """Changes the weights by one batch, and predicts with them."""

    def prepare(self, train: Batches, dev: Batches) -> None:
        """Compile for the shapes of these batches."""
        ...

    def place(self, batch: Batch) -> Any:
        """Return a batch in the form that the step takes; another thread may call this during a step."""
        ...

    def __call__(self, placed: Any) -> Any:
        """Change the weights; return the mean loss, a scalar of the backend that may not be computed yet."""
        ...

    def probabilities(self, batch: Batch) -> NDArray[np.float32]:
        """Return the network's probabilities for a batch; with EMA, those of the averaged weights."""
        ...

    def finish(self) -> None:
        """Write the weights into the model's variables."""
        ...


def make_step(
    model: Any,
    optimizer: Any,
    config: TrainConfig,
    multi: bool,
    has_rules: bool = False,
    network: NetworkConfig | None = None,
) -> Step:
    """Return the step for the backend in use.

    Args:
        model: the Keras model.
        optimizer: what `make_optimizer` returned.
        config: clipping, smoothing and devices.
        multi: whether several actions may be taken at once.
        has_rules: whether the targets hold refused actions.
        network: the configuration that the model was built with; on JAX, equal networks then share what is
            compiled.
    """
    optimizer.build(model.trainable_variables)
    backend = keras.backend.backend()
    if backend == "jax":
        from turncast.training.jax_step import JaxStep

        return JaxStep(model, optimizer, config, multi, has_rules, network)
    if backend == "torch":
        return _TorchStep(model, optimizer, _losses(config, multi, has_rules))
    return _TensorFlowStep(model, optimizer, _losses(config, multi, has_rules))


def make_optimizer(config: TrainConfig) -> Any:
    """Return Adam, with gradients clipped by their norm over all weights; with EMA where it is set."""
    return keras.optimizers.Adam(
        config.learning_rate,
        global_clipnorm=config.clip_norm,
        use_ema=config.ema > 0,
        ema_momentum=config.ema,
    )


def _losses(config: TrainConfig, multi: bool, has_rules: bool) -> Callable[[Any, Any], Any]:
    return partial(turn_losses, multi=multi, smoothing=config.label_smoothing, has_rules=has_rules)


class _InPlaceStep:
    """The common part of the steps whose backend changes the variables in place."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def prepare(self, train: Batches, dev: Batches) -> None:
        """Do nothing: shapes are compiled when they first come, or not at all."""

    def place(self, batch: Batch) -> Any:
        inputs = {name: ops.convert_to_tensor(array) for name, array in batch.inputs.items()}
        return inputs, ops.convert_to_tensor(batch.targets), ops.convert_to_tensor(batch.weights)

    def probabilities(self, batch: Batch) -> NDArray[np.float32]:
        probabilities: NDArray[np.float32] = self._model.predict_on_batch(batch.inputs)[1]
        return probabilities

    def finish(self) -> None:
        """Do nothing: the variables hold the weights."""


class _TorchStep(_InPlaceStep):
    """An eager step on PyTorch."""

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


class _TensorFlowStep(_InPlaceStep):
    """A step on TensorFlow, in a graph."""

    def __init__(self, model: Any, optimizer: Any, losses: Callable[[Any, Any], Any]) -> None:
        super().__init__(model)
        import tensorflow as tf

        # Each shape is traced by itself. A trace for several shapes would depend on which shape came first,
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
        self._forward = tf.function(lambda inputs: model(inputs, training=False)[1])

    def probabilities(self, batch: Batch) -> NDArray[np.float32]:
        """Return the network's probabilities for a batch."""
        inputs, _, _ = self.place(batch)
        return np.asarray(self._forward(inputs))

    def __call__(self, placed: Any) -> Any:
        return self._step(*placed)
