"""Law 5 for ONNX: many conversations a step with ONNX Runtime give what each gives with NumPy, to 1e-5."""

import functools
import json
import sys

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.corpora import tiny
from support.property_tests import examples
from turncast import NetworkConfig
from turncast.errors import ConfigError, MissingExtra, ModelError
from turncast.runtime import NumpyNetwork, OnnxNetwork, onnx_graph, onnx_model

FEATURES, ACTIONS = 11, 5
CELLS = ("lstm", "gru", "simple-rnn")
GATES = {"lstm": 4, "gru": 3, "simple-rnn": 1}
STACKS = {
    "1 layer": {},
    "2 layers": {"layers": 2},
    "3 layers, residual": {"layers": 3, "residual": True},
    "2 layers, norm": {"layers": 2, "layer_norm": True},
    "2 layers, residual and norm": {"layers": 2, "residual": True, "layer_norm": True},
}
SETTINGS = {f"{cell}, {name}": {"cell": cell, **stack} for cell in CELLS for name, stack in STACKS.items()}
SETTINGS |= {f"one-to-one, {name}": {"layout": "one-to-one", **stack} for name, stack in STACKS.items()}
for layout in ("many-to-many-1", "many-to-one", "one-to-many"):
    SETTINGS |= {f"{layout}, {cell}": {"layout": layout, "cell": cell} for cell in CELLS}
SETTINGS["many-to-many-1, 2 layers, 5 ahead"] = {"layout": "many-to-many-1", "layers": 2, "horizon": 5}
SETTINGS["one-to-many, 2 layers"] = {"layout": "one-to-many", "layers": 2}
bits = st.lists(st.integers(0, FEATURES - 1), max_size=5, unique=True)


def weights_of(config, generator):
    """Random weights of the names and shapes that a trained network has."""
    units, gates = config.units, GATES[config.cell]

    def hidden(name, width, gates):
        yield f"{name}/kernel", (width, gates * units)
        if config.layout != "one-to-one":
            yield f"{name}/recurrent_kernel", (units, gates * units)
        yield f"{name}/bias", (2, gates * units) if config.cell == "gru" else (gates * units,)

    shapes = {}
    for index in range(config.layers):
        width = units if index else FEATURES
        shapes.update(hidden(f"hidden_{index}", width, 1 if config.layout == "one-to-one" else gates))
        if config.layer_norm:
            shapes |= {f"norm_{index}/gamma": (units,), f"norm_{index}/beta": (units,)}
    actions = "actions"
    if config.layout == "many-to-many-1":
        shapes.update(hidden("decoder/hidden", units, gates))
        actions = "decoder/actions"
    shapes |= {f"{actions}/kernel": (units, ACTIONS), f"{actions}/bias": (ACTIONS,)}
    return {
        name: generator.normal(size=shape).astype(np.float32) * np.float32(0.7)
        for name, shape in shapes.items()
    }


@functools.cache
def networks(name, multi, threads=1):
    config = NetworkConfig(units=6, **SETTINGS[name])
    weights = weights_of(config, np.random.default_rng(7))
    model = onnx_model(config, weights, multi)
    onnx.checker.check_model(model, full_check=True)
    return NumpyNetwork(config, weights, multi), OnnxNetwork(model.SerializeToString(), threads)


def compare(pair, turns):
    """Step the conversations together and each alone; turns[t][b] are the bits of b at turn t."""
    stepper, engine = pair
    states = engine.start(len(turns[0]))
    alone = [stepper.start() for _ in turns[0]]
    for rows in turns:
        together, states = engine.step(states, rows)
        answers, alone = zip(*(stepper.step(s, r) for s, r in zip(alone, rows, strict=True)), strict=True)
        assert together.dtype == np.float32
        np.testing.assert_allclose(together, np.stack(answers), rtol=0, atol=1e-5)


@pytest.mark.parametrize("multi", [False, True], ids=["one", "multi"])
@pytest.mark.parametrize("name", SETTINGS)
@examples(8)
@given(data=st.data(), conversations=st.integers(1, 4), count=st.integers(1, 4))
def test_stepping_many_with_onnx_equals_each_with_numpy(name, multi, data, conversations, count):
    rows = st.lists(bits, min_size=conversations, max_size=conversations)
    compare(networks(name, multi), data.draw(st.lists(rows, min_size=count, max_size=count)))


@pytest.mark.quick
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("conversations", [32, 65, 300])
def test_blocks_and_threads_change_nothing(conversations, threads):
    generator = np.random.default_rng(conversations)

    def row():
        return generator.choice(FEATURES, generator.integers(0, 6), replace=False).tolist()

    turns = [[row() for _ in range(conversations)] for _ in range(3)]
    compare(networks("lstm, 2 layers", False, threads), turns)


def test_conversations_come_and_go():
    stepper, engine = networks("gru, 1 layer", False)
    _, states = engine.step(engine.start(3), [[1], [2, 3], []])
    probabilities, _ = engine.step(tuple(state[1:2] for state in states), [[4]])
    np.testing.assert_allclose(probabilities[0], stepper.run([([2, 3], ()), ([4], ())])[1], atol=1e-5)
    probabilities, states = engine.step(engine.start(0), [])
    assert (probabilities.shape, states[0].shape) == ((0, ACTIONS), (0, 6))


def test_a_step_does_not_write_to_the_states():
    _, engine = networks("lstm, 1 layer", False)
    states = engine.start(2)
    first, _ = engine.step(states, [[1], [2]])
    again, _ = engine.step(states, [[1], [2]])
    np.testing.assert_array_equal(first, again)
    assert not any(state.any() for state in states)


@pytest.mark.parametrize("which", ["policy", "multi_policy"])
def test_an_exported_policy_predicts_the_same(which, request, tmp_path):
    policy = request.getfixturevalue(which)
    written = policy.export_onnx(tmp_path / "model.onnx")
    assert written.size == written.path.stat().st_size
    engine = OnnxNetwork(written.path)
    manifest = json.loads((policy.save(tmp_path / "model") / "manifest.json").read_text())
    assert engine.metadata["weights_sha256"] == manifest["sha256"]["weights.safetensors"]
    for dialogue in tiny("other"):
        states, memory = engine.start(1), policy.encoder.start()
        for turn, expected in zip(dialogue, policy.predict(dialogue), strict=True):
            encoded, memory = policy.encoder.encode(turn, memory)
            probabilities, states = engine.step(states, [encoded.bits])
            np.testing.assert_allclose(probabilities[0], expected.probabilities, rtol=0, atol=1e-5)
    again = policy.export_onnx(tmp_path / "again.onnx")
    assert again.path.read_bytes() == written.path.read_bytes()


def test_the_file_names_itself():
    _, engine = networks("many-to-many-1, lstm", False)
    assert engine.metadata == {"format": "turncast-onnx-1", "features": "11", "actions": "5"}
    assert engine.fill([[3], [], [1, 2]]).tolist() == [[3, 11], [11, 11], [1, 2]]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"cell": "transformer"},
            "setting 'cell' is 'transformer', whose state grows with the dialogue; "
            "ONNX is written for lstm, gru, simple-rnn: train with one of these",
        ),
        (
            {"words": "mean"},
            "setting 'words' is 'mean'; ONNX is written for words as bits: train with words=bits",
        ),
    ],
)
def test_an_unsupported_network_is_refused(given, message):
    with pytest.raises(ConfigError) as error:
        onnx_model(NetworkConfig(units=8, **given), {}, multi=False)
    assert str(error.value) == message


def test_weights_that_lack_or_are_too_many(monkeypatch):
    config = NetworkConfig(units=6)
    weights = weights_of(config, np.random.default_rng(0))
    monkeypatch.setattr(onnx_graph, "_MOST_BYTES", 100)
    with pytest.raises(ModelError, match=r"^the weights are 1,868 bytes, and an ONNX file holds 100; train "):
        onnx_model(config, weights, multi=False)
    monkeypatch.undo()
    del weights["actions/bias"]
    problem = r"^the weights have no 'actions/bias'; the model was not saved completely$"
    with pytest.raises(ModelError, match=problem):
        onnx_model(config, weights, multi=False)


def test_bits_and_states_that_do_not_fit():
    _, engine = networks("lstm, 1 layer", False)
    with pytest.raises(
        ValueError, match=r"^the bits are of 2 conversations, the states of 3, 3; give one row"
    ):
        engine.step(engine.start(3), [[1], [2]])
    for wrong in (-1, FEATURES + 1):
        with pytest.raises(IndexError, match=r"^a bit is not among the 11 that the network has$"):
            engine.step(engine.start(1), [[wrong]])


def test_no_threads():
    with pytest.raises(ConfigError, match=r"^threads is 0; give 1 or more$"):
        OnnxNetwork(b"", threads=0)


def test_files_that_are_not_ours(tmp_path):
    file = tmp_path / "model.onnx"
    with pytest.raises(ModelError) as error:
        OnnxNetwork(file)
    assert str(error.value) == f"{file}: cannot be read (No such file or directory); check the path"
    file.write_bytes(b"nonsense")
    with pytest.raises(ModelError) as error:
        OnnxNetwork(file)
    assert str(error.value).startswith(f"{file}: ONNX Runtime cannot read it (")
    config = NetworkConfig(units=6)
    model = onnx_model(config, weights_of(config, np.random.default_rng(0)), multi=False)
    onnx.helper.set_model_props(model, {})
    with pytest.raises(ModelError) as error:
        OnnxNetwork(model.SerializeToString())
    assert str(error.value) == (
        "the bytes: unknown format None, expected 'turncast-onnx-1'; "
        "write it with `turncast export MODEL --onnx FILE`"
    )


@pytest.mark.parametrize(
    ("missing", "make", "purpose"),
    [
        ("onnx", lambda: onnx_model(NetworkConfig(), {}, multi=False), "writing ONNX"),
        ("onnxruntime", lambda: OnnxNetwork(b""), "running ONNX"),
    ],
)
def test_without_the_library_the_extra_is_named(missing, make, purpose, monkeypatch):
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(MissingExtra) as error:
        make()
    assert str(error.value) == (
        f"{purpose} needs libraries that are not installed; install them with: pip install 'turncast[onnx]'"
    )
