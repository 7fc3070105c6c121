"""What the tests of recurrent layers share: our layers beside Keras's, and gradients on every backend."""

from functools import cache

import numpy as np

from turncast.backend import keras, ops
from turncast.layers import GRU, LSTM, SimpleRNN

BACKEND = keras.backend.backend()
PAIRS = {
    "lstm": (LSTM, keras.layers.LSTM),
    "gru": (GRU, keras.layers.GRU),
    "simple_rnn": (SimpleRNN, keras.layers.SimpleRNN),
}
BATCH, FEATURES, UNITS = 4, 3, 5


def numbers(*shape, seed=1):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def shake(layer, seed=2):
    """Give every weight a value other than its first, so that no bias is zero."""
    generator = np.random.default_rng(seed)
    for weight in layer.weights:
        weight.assign(generator.normal(0, 0.5, weight.shape))


def pair(name, features=FEATURES, units=UNITS, **arguments):
    """Ours and Keras's with the same weights, built."""
    ours, stock = (kind(units, **arguments) for kind in PAIRS[name])
    for layer in (ours, stock):
        layer.build((BATCH, None, features))
        shake(layer)
    return ours, stock


def states_of(layer, batch=BATCH, seed=3):
    return [numbers(batch, size, seed=seed + number) for number, size in enumerate(layer.state_size)]


def masks(length, batch=BATCH, seed=4):
    """Rows of any pattern; the first is false throughout, the second begins with false."""
    mask = np.random.default_rng(seed).random((batch, length)) < 0.6
    mask[0], mask[1, 0] = False, False
    return mask


def arrays(results):
    """Each result of a layer as an array."""
    results = results if isinstance(results, list | tuple) else [results]
    return [ops.convert_to_numpy(result) for result in results]


def assert_same(ours, expected, atol=2e-6):
    ours, expected = arrays(ours), arrays(expected)
    assert [array.shape for array in ours] == [array.shape for array in expected]
    for one, other in zip(ours, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=atol)


def run(layer, x, **arguments):
    """Call a layer; on JAX compiled once for each kind of call, as is done in training."""
    if BACKEND != "jax":
        return layer(x, **arguments)
    trainable, fixed = ([variable.value for variable in group] for group in _variables(layer))
    return _compiled(layer)(trainable, fixed, x, arguments)


def build_and_run(layer, x, **arguments):
    """Build a layer, run it, and return its results as arrays."""
    if not layer.built:
        layer.build(x.shape)
    return arrays(run(layer, x, **arguments))


def _variables(layer):
    return layer.trainable_variables, layer.non_trainable_variables


@cache
def _compiled(layer):
    import jax

    def call(trainable, fixed, x, arguments):
        return layer.stateless_call(trainable, fixed, x, **arguments)[0]

    return jax.jit(call)


def gradients(layer, x, states, mask=None):
    """Gradients of a weighted sum of all that the layer returns: for weights, inputs and each state."""
    return {"jax": _in_jax, "torch": _in_torch, "tensorflow": _in_tensorflow}[BACKEND](layer, x, states, mask)


def _loss(results):
    weights = [numbers(*result.shape, seed=20 + number) for number, result in enumerate(results)]
    weights = [ops.convert_to_tensor(weight) for weight in weights]
    return sum(ops.sum(result * weight) for result, weight in zip(results, weights, strict=True))


def _in_jax(layer, x, states, mask):
    import jax

    def loss(trainable, x, states):
        fixed = [variable.value for variable in layer.non_trainable_variables]
        return _loss(layer.stateless_call(trainable, fixed, x, initial_state=states, mask=mask)[0])

    trainable = [variable.value for variable in layer.trainable_variables]
    gradients = jax.jit(jax.grad(loss, argnums=(0, 1, 2)))(trainable, ops.convert_to_tensor(x), states)
    return arrays([*gradients[0], gradients[1], *gradients[2]])


def _in_torch(layer, x, states, mask):
    import torch

    leaves = [torch.tensor(array, requires_grad=True) for array in (x, *states)]
    trainable = [variable.value for variable in layer.trainable_variables]
    loss = _loss(layer(leaves[0], initial_state=leaves[1:], mask=mask))
    return arrays(list(torch.autograd.grad(loss, [*trainable, *leaves])))


def _in_tensorflow(layer, x, states, mask):
    import tensorflow as tf

    leaves = [tf.constant(array) for array in (x, *states)]
    trainable = [variable.value for variable in layer.trainable_variables]
    with tf.GradientTape() as tape:
        tape.watch(leaves)
        loss = _loss(layer(leaves[0], initial_state=leaves[1:], mask=mask))
    return arrays(tape.gradient(loss, [*trainable, *leaves]))
