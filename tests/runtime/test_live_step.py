"""The live step: laid out for speed, it computes the plain formulas, and writes to nothing it was given."""

import functools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.property_tests import examples
from turncast import NetworkConfig
from turncast.runtime import NumpyNetwork, OnnxNetwork, onnx_model, words
from turncast.runtime import weights as weights_module
from turncast.runtime.cells import CELLS
from turncast.runtime.product import Product

FEATURES, ACTIONS, TOKENS, UNITS, DENSE, WORDS = 11, 5, 9, 6, 3, 4
GATES = {"lstm": 4, "gru": 3, "simple-rnn": 1, "transformer": 1}
bits = st.lists(st.integers(0, FEATURES - 1), max_size=5, unique=True)
tokens = st.lists(st.integers(1, TOKENS - 1), max_size=4)
dialogues = st.lists(st.tuples(bits, tokens), min_size=1, max_size=5)
seeds = st.integers(0, 2**32 - 1)


def random(generator, *shape):
    return generator.normal(0, 0.7, shape).astype(np.float32)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def plain_step(cell, weights, x, state):
    """One step as the papers write it, in 64 bits."""
    kernel, recurrent, bias = (weights[f"h/{name}"].astype(float) for name in NAMES)
    if cell == "gru":
        update, reset, new = np.split(x @ kernel + bias[0], 3)
        held = np.split(state[0] @ recurrent + bias[1], 3)
        update, reset = sigmoid(update + held[0]), sigmoid(reset + held[1])
        output = update * state[0] + (1 - update) * np.tanh(new + reset * held[2])
        return output, (output,)
    gates = x @ kernel + state[0] @ recurrent + bias
    if cell == "simple-rnn":
        return np.tanh(gates), (np.tanh(gates),)
    entry, forget, candidate, way_out = np.split(gates, 4)
    memory = sigmoid(forget) * state[1] + sigmoid(entry) * np.tanh(candidate)
    output = sigmoid(way_out) * np.tanh(memory)
    return output, (output, memory)


NAMES = ("kernel", "recurrent_kernel", "bias")


@pytest.mark.quick
@pytest.mark.parametrize("cell", CELLS)
@examples(40)
@given(seed=seeds, units=st.integers(1, 150), steps=st.integers(1, 4), large=st.booleans())
def test_a_cell_computes_the_plain_formulas(cell, seed, units, steps, large):
    generator, width = np.random.default_rng(seed), GATES[cell] * units
    shapes = ((3, width), (units, width), (2, width) if cell == "gru" else (width,))
    weights = {f"h/{name}": random(generator, *shape) for name, shape in zip(NAMES, shapes, strict=True)}
    weights["h/recurrent_kernel"] /= np.float32(np.sqrt(units))
    if large:  # gates so far open or shut that exp would overflow
        weights["h/kernel"] *= 1000
    ours = CELLS[cell].from_weights(weights, "h")
    state, plain = ours.start(), ours.start()
    for _ in range(steps):
        x = random(generator, 3)
        bias = weights["h/bias"][0] if cell == "gru" else weights["h/bias"]
        output, state = ours.step(x @ weights["h/kernel"] + bias, state)
        with np.errstate(over="ignore"):
            expected, plain = plain_step(cell, weights, x.astype(float), plain)
        assert output.dtype == np.float32
        np.testing.assert_allclose(output, expected, rtol=0, atol=1e-3 if large else 1e-5)


@examples(60)
@given(seed=seeds, rows=st.integers(1, 300), width=st.integers(1, 700))
def test_a_product_in_blocks_is_the_product(seed, rows, width):
    generator = np.random.default_rng(seed)
    kernel, x = generator.normal(size=(2, rows, width))[0], generator.normal(size=rows)
    product = Product.from_kernel(kernel)
    np.testing.assert_allclose(product(x), x @ kernel, atol=1e-10)
    assert product(x).base is not x


@pytest.mark.parametrize("shape", [(128, 512), (128, 189), (128, 16), (600, 2400), (2048, 8192)])
def test_no_block_is_large_enough_for_threads(shape):
    assert Product.from_kernel(np.zeros(shape, np.float32)).blocks[0].size < 9216


DENSE_FIRST = {
    "lstm": {},
    "gru, 2 layers": {"cell": "gru", "layers": 2},
    "simple-rnn": {"cell": "simple-rnn"},
    "one-to-one": {"layout": "one-to-one"},
    "one-to-many": {"layout": "one-to-many"},
    "transformer": {"cell": "transformer", "heads": 2},
    "words mean": {"words": "mean", "word_units": WORDS},
    "words lstm, gru": {"words": "lstm", "word_units": WORDS, "cell": "gru"},
    "words max, transformer": {"words": "max", "word_units": WORDS, "cell": "transformer", "heads": 2},
}
WRITTEN = ("lstm", "gru, 2 layers", "one-to-one", "one-to-many")  # as ONNX as well


def network_weights(config, generator, first_rows):
    """Weights of the names and shapes that a trained network has; the first kernel has so many rows."""
    gates = 1 if config.layout == "one-to-one" else GATES[config.cell]
    read = 0 if config.words == "bits" else WORDS
    shapes = {"actions/kernel": (UNITS, ACTIONS), "actions/bias": (ACTIONS,)}
    if read:
        shapes["embedding/embeddings"] = (TOKENS, WORDS)
    layers = [("words", WORDS, WORDS, 4, "lstm")] if config.words == "lstm" else []
    if config.cell == "transformer":
        shapes |= {"projection/kernel": (first_rows + read, UNITS), "projection/bias": (UNITS,)}
        shapes |= {f"norm_last/{name}": (UNITS,) for name in ("gamma", "beta")}
        for name, width in (("qkv", 3 * UNITS), ("out", UNITS), ("in", 4 * UNITS), ("back", UNITS)):
            rows = 4 * UNITS if name == "back" else UNITS
            shapes |= {f"hidden_0/{name}_kernel": (rows, width), f"hidden_0/{name}_bias": (width,)}
        for name in ("attention", "feed"):
            shapes |= {f"hidden_0/{name}_norm_{part}": (UNITS,) for part in ("scale", "offset")}
    else:
        layers += [
            (f"hidden_{index}", UNITS if index else first_rows + read, UNITS, gates, config.cell)
            for index in range(config.layers)
        ]
    for name, rows, units, its_gates, cell in layers:
        width = its_gates * units
        shapes[f"{name}/kernel"] = (rows, width)
        shapes[f"{name}/recurrent_kernel"] = (units, width)
        shapes[f"{name}/bias"] = (2, width) if cell == "gru" else (width,)
    return {name: random(generator, *shape) for name, shape in shapes.items()}


@functools.cache
def dense_first(name):
    """A network whose bits go through a linear layer, and what the same network has without that layer."""
    config, generator = NetworkConfig(units=UNITS, **DENSE_FIRST[name]), np.random.default_rng(3)
    weights = network_weights(config, generator, DENSE)
    weights["bit_dense/kernel"] = random(generator, FEATURES, DENSE)
    weights["bit_dense/bias"] = random(generator, DENSE)
    first = "projection" if config.cell == "transformer" else "hidden_0"
    kernel, plain = weights[f"{first}/kernel"].astype(float), dict(weights)
    made = weights["bit_dense/kernel"] @ kernel[:DENSE]
    plain[f"{first}/kernel"] = np.concatenate([made, kernel[DENSE:]]).astype(np.float32)
    bias = plain[f"{first}/bias"].astype(float)
    bias[(0,) if config.cell == "gru" else ()] += weights["bit_dense/bias"] @ kernel[:DENSE]
    plain[f"{first}/bias"] = bias.astype(np.float32)
    del plain["bit_dense/kernel"], plain["bit_dense/bias"]
    for array in weights.values():
        array.flags.writeable = False
    return config, weights, plain


@pytest.mark.parametrize("folded", [True, False], ids=["folded", "apart"])
@pytest.mark.parametrize("name", DENSE_FIRST)
@examples(15)
@given(dialogue=dialogues)
def test_a_linear_layer_of_the_bits_is_folded_or_not(name, folded, dialogue):
    config, weights, plain = dense_first(name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(weights_module, "MOST_BYTES", 2**26 if folded else 0)
        network = NumpyNetwork(config, weights, multi=False)
        onnx = onnx_model(config, weights, multi=False) if name in WRITTEN else None
        assert ("bit_dense/kernel" in weights_module.fold_bit_dense(weights)) is not folded
    assert (network.num_features, network.num_actions) == (FEATURES, ACTIONS)
    answers = NumpyNetwork(config, plain, multi=False).run(dialogue)
    np.testing.assert_allclose(network.run(dialogue), answers, rtol=0, atol=1e-5)
    if onnx is not None:
        engine = OnnxNetwork(onnx.SerializeToString())
        assert engine.num_features == FEATURES
        states = engine.start(1)
        for (its_bits, _), answer in zip(dialogue, answers, strict=True):
            probabilities, states = engine.step(states, [its_bits])
            np.testing.assert_allclose(probabilities[0], answer, rtol=0, atol=1e-5)


@examples(20)
@given(dialogue=dialogues)
def test_words_multiplied_beforehand_or_each_time(dialogue):
    config, weights, _ = dense_first("words lstm, gru")
    beforehand = NumpyNetwork(config, weights, multi=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(words, "MOST_BYTES", 0)
        each_time = NumpyNetwork(config, weights, multi=False)
    np.testing.assert_allclose(beforehand.run(dialogue), each_time.run(dialogue), rtol=0, atol=1e-6)


def arrays_of(state):
    if isinstance(state, np.ndarray):
        return [state]
    return [array for part in state for array in arrays_of(part)]


@pytest.mark.parametrize("name", DENSE_FIRST)
@examples(15)
@given(dialogue=dialogues, others=dialogues)
def test_inputs_and_outputs_are_never_written_to(name, dialogue, others):
    config, weights, _ = dense_first(name)
    network, before = NumpyNetwork(config, weights, multi=True), []
    state = network.start()
    for turn in dialogue:
        answer, after = network.step(state, *turn)
        before.append((state, turn, answer, [array.copy() for array in (answer, *arrays_of(after))], after))
        state = after
        for array in (answer, *arrays_of(after)):
            array.flags.writeable = False  # so that writing would be an error
        for other in others:
            network.step(state, *other)
    for old, turn, answer, copies, after in before:
        for array, copy in zip((answer, *arrays_of(after)), copies, strict=True):
            np.testing.assert_array_equal(array, copy)
        np.testing.assert_array_equal(network.step(old, *turn)[0], answer)
