"""Apply one layer to every step of a sequence.

Time is folded into the batch: (B, T, ...) becomes (B * T, ...), the layer runs once, and time is unfolded
again. Keras's own layer (3.15) loops over the steps in Python, so that long sequences do not compile in
reasonable time, and a mask of the parts of each step, such as the words of each turn, fails (decision 7).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from turncast.backend import keras, ops
from turncast.layers.checks import refuse_nan


@keras.saving.register_keras_serializable("turncast")
class TimeDistributed(keras.layers.TimeDistributed):  # type: ignore[misc]
    """Apply one layer, with one set of weights, to every time step independently.

    Input (B, T, ...), or a list or dictionary of such; output (B, T, ...), for each output of the layer.

    A mask (B, T, W) marks the real parts of every step, such as the words of every turn: the layer gets it as
    (B * T, W). A mask (B, T) marks the real steps: the layer gets it as (B * T,), or as (B * T, W) if its
    input is a sequence. Masks are arguments of the call; Keras's implicit masks work too, but nothing depends
    on them.

    Args:
        layer: a layer or a model; its input has no time axis.

    >>> x = np.ones((2, 5, 3), "float32")
    >>> dense = keras.layers.Dense(4)
    >>> bool((TimeDistributed(dense)(x)[:, 2] == dense(x[:, 2])).all())
    True
    >>> words = np.ones((2, 5, 7, 3), "float32")  # 7 words in each of 5 turns
    >>> TimeDistributed(keras.layers.LSTM(4))(words, mask=np.ones((2, 5, 7), bool)).shape
    (2, 5, 4)
    """

    def __call__(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Check arrays that come straight from NumPy for NaN, then call the layer."""
        refuse_nan("TimeDistributed", inputs)
        return super().__call__(inputs, *args, **kwargs)

    def build(self, input_shape: Any) -> None:
        """Build the layer for the shape of one step."""
        if not self.layer.built:
            self.layer.build(_map_shapes(_step_shape, input_shape))
            self.layer.built = True
        self.built = True

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Fold time into the batch, apply the layer, unfold.

        Raises:
            ValueError: where the first axes of the mask are not those of the input, or the layer's output has
                no batch axis.
        """
        batch, steps = ops.shape(_first(inputs))[:2]
        folded = keras.tree.map_structure(_fold, inputs)
        outputs = self.layer(folded, **self._arguments(inputs, training, mask))

        def unfold(output: Any) -> Any:
            self._check_batch(folded, output)
            return ops.reshape(output, (batch, steps, *ops.shape(output)[1:]))

        return keras.tree.map_structure(unfold, outputs)

    def compute_output_spec(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Return the shape and type of every output, for every step."""
        first = _first(inputs)
        folded = keras.tree.map_structure(_fold_spec, inputs)
        outputs = self.layer.compute_output_spec(folded, **self._arguments(inputs, training, mask))
        return keras.tree.map_structure(
            lambda output: keras.KerasTensor((*first.shape[:2], *output.shape[1:]), dtype=output.dtype),
            outputs,
        )

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the layer's output shape with the time axis put back, for each output."""
        batch, steps = _first_shape(input_shape)[:2]
        inner = self.layer.compute_output_shape(_map_shapes(_step_shape, input_shape))
        return _map_shapes(lambda shape: (batch, steps, *shape[1:]), inner)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Return which steps are real, (B, T), or (B, T, W) where the layer returns a mask of their parts."""
        return _mask_after(self, inputs, keras.tree.flatten(previous_mask), 1)

    def _arguments(self, inputs: Any, training: bool | None, mask: Any) -> dict[str, Any]:
        """Return the keyword arguments of the layer's call."""
        arguments: dict[str, Any] = {}
        if self.layer._call_has_training_arg:
            arguments["training"] = training
        xs, masks = keras.tree.flatten(inputs), keras.tree.flatten(mask)
        if all(part is None for part in masks):
            return arguments
        parts = [_folded_mask(part, x) for part, x in zip(masks, xs, strict=False)]
        if self.layer._call_has_mask_arg:
            arguments["mask"] = parts[0] if len(masks) == 1 else keras.tree.pack_sequence_as(inputs, parts)
        return arguments

    def _check_batch(self, folded: Any, output: Any) -> None:
        rows, shape = _first(folded).shape[0], tuple(output.shape)
        if not shape or (isinstance(rows, int) and isinstance(shape[0], int) and shape[0] != rows):
            raise ValueError(
                f"TimeDistributed needs a layer that keeps the batch axis: {type(self.layer).__name__} gave "
                f"{shape} for {tuple(_first(folded).shape)}, expected ({rows}, ...)"
            )


def _first(nested: Any) -> Any:
    """Return the first of nested tensors that is not None; None without any."""
    return next((part for part in keras.tree.flatten(nested) if part is not None), None)


def _fold(x: Any) -> Any:
    """(B, T, ...) -> (B * T, ...)."""
    if isinstance(x, keras.KerasTensor):
        return _fold_spec(x)
    shape = ops.shape(x)
    return ops.reshape(x, (shape[0] * shape[1], *shape[2:]))


def _fold_spec(x: Any) -> Any:
    batch, steps = x.shape[:2]
    return keras.KerasTensor((None if None in (batch, steps) else batch * steps, *x.shape[2:]), dtype=x.dtype)


def _folded_mask(mask: Any, inputs: Any) -> Any:
    """Return the mask (B, T, ...) for a layer that is applied to each step of `inputs` (B, T, ...)."""
    if mask is None:
        return None
    _check_mask(mask, inputs)
    mask = _fold(mask)
    axes = len(inputs.shape) - 2  # the axes of the mask for one step: without time and features
    if "int" in keras.backend.standardize_dtype(inputs.dtype):
        axes += 1  # integers, such as tokens, have no feature axis
    if len(mask.shape) > max(axes, 1):
        return ops.any(mask, axis=tuple(range(max(axes, 1), len(mask.shape))))
    if len(mask.shape) == 1 and axes > 1:
        if isinstance(mask, keras.KerasTensor):
            return keras.KerasTensor((mask.shape[0], inputs.shape[2]), dtype=mask.dtype)
        parts = inputs.shape[2] if inputs.shape[2] is not None else ops.shape(inputs)[2]
        return ops.repeat(ops.expand_dims(mask, 1), parts, axis=1)
    return mask


def _mask_after(layer: Any, inputs: Any, masks: list[Any], axes: int) -> Any:
    """Return the mask of a layer's outputs, with at least `axes` axes: those that no layer has reduced.

    Nothing is folded here, because layers that create or pass on a mask treat each of its elements alone.
    """
    if isinstance(layer, TimeDistributed):
        return _mask_after(layer.layer, inputs, masks, axes + 1)
    mask = _first(masks)
    if layer.supports_masking and not isinstance(layer, keras.Model):
        if isinstance(inputs, list | tuple):
            return None if mask is None else _joined_mask(layer, inputs, masks, axes)
        inner = _first(layer.compute_mask(inputs, mask))
        if inner is not None:
            return inner
    if mask is None or len(mask.shape) <= axes:
        return mask
    # The layer has reduced the parts: a step is real where any of them was.
    return ops.any(mask, axis=tuple(range(axes, len(mask.shape))))


def _joined_mask(layer: Any, inputs: Any, masks: list[Any], axes: int) -> Any:
    """Return the mask of a layer with several inputs; a single mask applies to all of them."""
    masks = masks * len(inputs) if len(masks) == 1 else masks
    widened = [None if mask is None else _widen(mask, x) for mask, x in zip(masks, inputs, strict=True)]
    if isinstance(layer, keras.layers.Concatenate) and layer.axis > 0:
        layer = keras.layers.Concatenate(axis=layer.axis + axes - 1)
    return _first(layer.compute_mask(list(inputs), widened))


def _widen(mask: Any, inputs: Any) -> Any:
    """Repeat a mask (B, T) for all parts of each step: it gets all axes of the inputs except the features."""
    if len(mask.shape) >= len(inputs.shape) - 1:
        return mask
    for _ in range(len(inputs.shape) - 1 - len(mask.shape)):
        mask = ops.expand_dims(mask, -1)
    return ops.logical_or(mask, ops.zeros_like(inputs[..., 0], dtype="bool"))


def _check_mask(mask: Any, inputs: Any) -> None:
    if len(mask.shape) < 2:
        raise ValueError(
            "The `mask` passed to the `TimeDistributed` layer must be at least 2D (e.g., `(batch_size, "
            f"timesteps)`), but it has {len(mask.shape)} dimension(s) with shape {tuple(mask.shape)}."
        )
    pairs = zip(mask.shape[:2], inputs.shape[:2], strict=True)
    if any(isinstance(a, int) and isinstance(b, int) and a != b for a, b in pairs):
        raise ValueError(
            f"The `mask` passed to the `TimeDistributed` layer has a shape {tuple(mask.shape)} that does not "
            f"fit the input of shape {tuple(inputs.shape)}: expected one that begins with "
            f"{tuple(inputs.shape[:2])}."
        )


def _step_shape(shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
    if len(shape) < 3:
        raise ValueError(
            "`TimeDistributed` Layer should be passed an `input_shape` with at least 3 dimensions, "
            f"(B, T, ...), received: {tuple(shape)}; put it after a layer with return_sequences=True"
        )
    batch, steps = shape[:2]
    return (None if None in (batch, steps) else batch * steps, *shape[2:])  # type: ignore[operator]


def _is_shape(value: Any) -> bool:
    return isinstance(value, tuple | list) and all(size is None or isinstance(size, int) for size in value)


def _map_shapes(function: Callable[[Any], Any], shapes: Any) -> Any:
    """Apply a function to every shape in nested shapes."""
    if _is_shape(shapes):
        return function(tuple(shapes))
    if isinstance(shapes, dict):
        return {name: _map_shapes(function, shape) for name, shape in shapes.items()}
    return type(shapes)(_map_shapes(function, shape) for shape in shapes)


def _first_shape(shapes: Any) -> Any:
    while not _is_shape(shapes):
        shapes = next(iter(shapes.values() if isinstance(shapes, dict) else shapes))
    return shapes
