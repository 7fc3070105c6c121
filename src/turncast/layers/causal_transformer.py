"""A transformer block in which each step attends only to itself and to earlier steps."""

from __future__ import annotations

from typing import Any

from turncast.alibi import alibi_slopes
from turncast.backend import keras, ops
from turncast.layers.checks import check_mask, refuse_nan

_EPSILON = 1e-3


@keras.saving.register_keras_serializable("turncast")
class CausalTransformer(keras.layers.Layer):  # type: ignore[misc]
    """One transformer block over time: each step attends to itself and to the steps before it.

        x = x + attention(norm(x));  x = x + feed_forward(norm(x))

    Input (B, T, H), output (B, T, H). Distance lowers a step's score, by a slope for each head (ALiBi). So
    there are no learned positions, and the length is not limited (decision 11).

    Args:
        units: H.
        heads: the number of attention heads; `units` is a multiple of it.
        feed_forward: the width of the inner dense layer; 4 H when not given.
        dropout: the share of the outputs of each of the two parts that training drops.
        seed: of the initial weights and of dropout.

    Sources: Vaswani et al., Attention Is All You Need, 2017; Press et al., Train Short, Test Long, 2022.

    >>> block = CausalTransformer(8, heads=2)
    >>> x = np.ones((2, 5, 8), "float32")
    >>> block(x).shape, bool(np.allclose(block(x)[:, :3], block(x[:, :3]), atol=1e-6))
    ((2, 5, 8), True)
    """

    def __init__(
        self,
        units: int,
        heads: int = 4,
        feed_forward: int | None = None,
        dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if heads < 1:
            raise ValueError(f"CausalTransformer got heads={heads}: expected 1 or more")
        if units % heads:
            raise ValueError(
                f"CausalTransformer got {units} units for {heads} heads: expected a multiple of the heads"
            )
        self.units, self.heads, self.feed_forward = units, heads, feed_forward or 4 * units
        self.dropout, self.seed = dropout, seed
        self.supports_masking = True
        self._dropouts = [
            # With the same seed, both would drop the same positions.
            keras.layers.Dropout(
                dropout, seed=None if seed is None else seed + number, dtype=self.dtype_policy
            )
            for number in range(2)
        ]

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the weights."""
        if len(input_shape) != 3 or input_shape[-1] != self.units:
            raise ValueError(
                f"CausalTransformer got an input of shape {tuple(input_shape)}: expected (B, T, {self.units})"
            )
        units, inner = self.units, self.feed_forward
        for part in ("attention_norm", "feed_norm"):
            self._add(f"{part}_scale", (units,), "ones")
            self._add(f"{part}_offset", (units,), "zeros")
        shapes = {
            "qkv": (units, 3 * units),
            "out": (units, units),
            "in": (units, inner),
            "back": (inner, units),
        }
        for number, (part, shape) in enumerate(shapes.items()):
            seed = None if self.seed is None else self.seed + number
            self._add(f"{part}_kernel", shape, keras.initializers.GlorotUniform(seed=seed))
            self._add(f"{part}_bias", shape[-1:], "zeros")
        self.built = True

    def _add(self, name: str, shape: tuple[int, ...], initializer: Any) -> None:
        setattr(self, name, self.add_weight(shape=shape, initializer=initializer, name=name))

    def __call__(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """Check arrays that come straight from NumPy for NaN, then call the layer."""
        refuse_nan("CausalTransformer", x)
        return super().__call__(x, *args, **kwargs)

    def call(self, x: Any, mask: Any = None, training: bool | None = None) -> Any:
        """Attend and feed forward; only a step itself attends to it where `mask` (B, T) is false."""
        check_mask("CausalTransformer", mask, x.shape)
        attended = self._attend(_norm(x, self.attention_norm_scale, self.attention_norm_offset), mask)
        x = x + self._dropouts[0](attended, training=training)
        inner = _norm(x, self.feed_norm_scale, self.feed_norm_offset)
        inner = ops.relu(_dense(inner, self.in_kernel, self.in_bias))
        return x + self._dropouts[1](_dense(inner, self.back_kernel, self.back_bias), training=training)

    def _attend(self, x: Any, mask: Any) -> Any:
        """Return the values weighted by softmax(query . key / sqrt(size) - slope * distance)."""
        batch, steps = ops.shape(x)[:2]
        size = self.units // self.heads
        qkv = _dense(x, self.qkv_kernel, self.qkv_bias)
        qkv = ops.reshape(qkv, (batch, steps, 3, self.heads, size))
        query, key, value = qkv[:, :, 0], qkv[:, :, 1], qkv[:, :, 2]
        scores = ops.einsum("bqhs,bkhs->bhqk", query, key) / size**0.5
        places = ops.arange(steps, dtype="int32")
        distance = ops.expand_dims(places, 1) - ops.expand_dims(places, 0)  # (query, key)
        slopes = ops.cast(ops.reshape(alibi_slopes(self.heads), (-1, 1, 1)), scores.dtype)
        scores = scores - slopes * ops.cast(distance, scores.dtype)
        visible = ops.expand_dims(distance >= 0, 0)
        if mask is not None:
            unmasked = ops.expand_dims(ops.cast(mask, "bool"), 1)
            unmasked = ops.logical_or(unmasked, ops.expand_dims(distance == 0, 0))
            visible = ops.logical_and(visible, unmasked)
        lowest = -6e4 if keras.backend.standardize_dtype(scores.dtype) == "float16" else -1e9
        scores = ops.where(ops.expand_dims(visible, 1), scores, lowest)
        # Keras warns about a softmax over one step.
        shares = ops.ones_like(scores) if scores.shape[-1] == 1 else ops.softmax(scores, axis=-1)
        attended = ops.einsum("bhqk,bkhs->bqhs", shares, value)
        return _dense(ops.reshape(attended, (batch, steps, self.units)), self.out_kernel, self.out_bias)

    def compute_output_spec(self, x: Any, mask: Any = None, training: bool | None = None) -> Any:  # noqa: ARG002
        """Return the shape and type of the input."""
        return keras.KerasTensor(x.shape, dtype=self.compute_dtype)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the input's shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return the layer's arguments."""
        names = ("units", "heads", "feed_forward", "dropout", "seed")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def _dense(x: Any, kernel: Any, bias: Any) -> Any:
    """Return x @ kernel + bias; `ops.add` casts weights in mixed precision, which + does not."""
    return ops.add(ops.matmul(x, kernel), bias)


def _norm(x: Any, scale: Any, offset: Any) -> Any:
    centred = x - ops.mean(x, axis=-1, keepdims=True)
    variance = ops.mean(centred * centred, axis=-1, keepdims=True)
    return ops.add(ops.multiply(centred * ops.rsqrt(variance + _EPSILON), scale), offset)
