"""The example without turncast predicts what the policy does: the file says how a turn becomes bits."""

import json
import subprocess
import sys

import numpy as np
import onnx
import pytest

import turncast
from conftest import ROOT
from support.corpora import tiny
from turncast import Corpus, Dialogue, Turn

SCRIPT = ROOT / "examples" / "onnx" / "turns.py"


def corpora():
    facts = [
        Turn("¿Qué tal? I'd like tea", ("ask",), {"open": True, "people": 3, "area": "north"}, "which size?"),
        Turn(None, ("wait",), {"open": False, "people": 9.5, "area": "moon"}, "a moment"),
        Turn("我想订位 big, please", ("serve", "bye"), {"unknown": 1}, "here"),
    ]
    varied = [Dialogue(f"d{number}", facts[number % 3 :] + facts) for number in range(12)]
    return {"tiny": tiny(), "bookings": turncast.simulate(40, seed=1), "facts": Corpus("facts", varied)}


@pytest.mark.parametrize("name", ["tiny", "bookings", "facts"])
def test_the_example_predicts_what_the_policy_does(tmp_path, name):
    corpus = corpora()[name]
    policy = turncast.train(corpus, network={"units": 8}, config={"epochs": 2})
    path = policy.export_onnx(tmp_path / "model.onnx").path
    dialogue = max(corpus, key=len)
    without_response = [Turn(turn.user, turn.actions, turn.facts) for turn in dialogue]
    lines = [
        json.dumps({"user": turn.user, "facts": dict(turn.facts), "actions": turn.actions})
        for turn in without_response
    ]
    result = subprocess.run(
        [sys.executable, SCRIPT, path], input="\n".join(lines), capture_output=True, text=True, check=True
    )
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    predictions = policy.predict(Dialogue("d", without_response))
    for answer, prediction in zip(answers, predictions, strict=True):
        np.testing.assert_allclose(answer["probability"], prediction.probability, atol=2e-4)
        assert prediction.probability_of(answer["action"]) == pytest.approx(prediction.probability, abs=1e-5)


def test_the_file_holds_the_names_of_the_actions(tmp_path, policy):
    path = policy.export_onnx(tmp_path / "model.onnx").path
    texts = {text.key: text.value for text in onnx.load(path).metadata_props}
    assert json.loads(texts["action_names"]) == list(policy.space)
    inputs = json.loads(texts["inputs"])
    assert inputs["features"] == policy.encoder.width == sum(block["width"] for block in inputs["blocks"])
