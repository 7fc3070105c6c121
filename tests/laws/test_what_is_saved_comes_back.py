"""Law 5: the same predictions after save and load; and loading needs neither Keras nor JAX."""

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

import turncast
from support.corpora import tiny
from turncast import Policy

pytestmark = pytest.mark.quick


@pytest.mark.parametrize("which", ["policy", "multi_policy"])
def test_the_same_predictions(which, request, tmp_path):
    policy = request.getfixturevalue(which)
    loaded = Policy.load(policy.save(tmp_path / "model"))
    for dialogue in tiny("other"):
        for before, after in zip(policy.predict(dialogue), loaded.predict(dialogue), strict=True):
            np.testing.assert_array_equal(before.probabilities, after.probabilities)
            assert before.actions == after.actions
    assert loaded.space == policy.space
    assert loaded.responses == policy.responses
    assert loaded.card.corpus == policy.card.corpus
    assert list(loaded.card.metrics) == list(policy.card.metrics)
    np.testing.assert_array_equal(loaded.histories.keys, policy.histories.keys)
    turn = tiny().dialogues[0][1]
    assert loaded.baselines.predict(turn, ("ask_size",)) == policy.baselines.predict(turn, ("ask_size",))


def test_saving_twice_gives_the_same_bytes(policy, tmp_path):
    one, two = (
        policy.save(tmp_path / "one"),
        Policy.load(policy.save(tmp_path / "two")).save(tmp_path / "three"),
    )
    assert {file.name: file.read_bytes() for file in one.iterdir()} == {
        file.name: file.read_bytes() for file in two.iterdir()
    }


def test_live_use_imports_no_training_library(saved):
    """Nor what only the command line, another extra, or a text that is not ASCII needs."""
    code = f"""
import sys
from dataclasses import replace
from turncast import Policy, Session
session = Session(Policy.load({str(saved)!r}))
session.observe("a tea please", {{"paid": True}}).ranked
session.commit()
heavy = ("keras", "jax", "torch", "tensorflow", "pyarrow", "onnx", "onnxruntime", "tokenizers")
light = ("typer", "rich", "regex", "concurrent.futures", "turncast.readers", "turncast.evaluation")
print([name for name in (*heavy, *light, "turncast.training", "turncast.simulator") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_is_imported_when_used():
    assert {"Report", "evaluate", "read", "simulate", "train"} <= set(turncast.__all__)
    assert all(hasattr(turncast, name) for name in turncast.__all__)
    with pytest.raises(AttributeError, match=r"^module 'turncast' has no attribute 'tain'$"):
        turncast.tain  # noqa: B018


def test_the_folder_holds_json_and_safetensors_only(saved):
    assert sorted(file.name for file in saved.iterdir()) == [
        "actions.json",
        "baselines.safetensors",
        "decision.json",
        "encoder.json",
        "histories.safetensors",
        "manifest.json",
        "metrics.jsonl",
        "responses.json",
        "weights.safetensors",
    ]
    manifest = json.loads((saved / "manifest.json").read_text())
    assert manifest["format"] == "turncast-policy-1"
    assert manifest["corpus"]["dialogues"] == 11


def test_weights_in_any_order_of_memory(policy, tmp_path):
    turned = replace(policy, weights={n: np.asfortranarray(array) for n, array in policy.weights.items()})
    loaded = Policy.load(turned.save(tmp_path / "model"))
    for name, array in policy.weights.items():
        np.testing.assert_array_equal(loaded.weights[name], array)
