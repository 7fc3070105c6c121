"""`turncast train --seeds` and `--from`, as a user runs them."""

import json

import pytest

from support.cli import TRAIN, bytes_of, refused, run
from support.corpora import tiny
from turncast import Policy
from turncast.readers import to_json


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("growing")
    for name, dialogues in (("old", tiny("old")), ("new", tiny("new", multi=False, dialogues=8))):
        text = "".join(to_json(dialogue) + "\n" for dialogue in dialogues)
        text = text.replace("tea", "cake").replace("serve_coffee", "pour") if name == "new" else text
        (folder / f"{name}.jsonl").write_text(text)
    done = run("train", folder / "old.jsonl", "--out", folder / "model", "--seeds", 2, *TRAIN)
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stderr.splitlines() if line.startswith("network")] == [
        "network 1 of 2",
        "network 2 of 2",
    ]
    return folder


@pytest.mark.quick
def test_several_networks_are_one_model(files, tmp_path):
    model = files / "model"
    assert json.loads((model / "manifest.json").read_text())["members"] == 2
    report = json.loads(run("evaluate", model, files / "old.jsonl", "--json").stdout)
    assert report["turns"] == 33
    assert len(run("predict", model, files / "old.jsonl").stdout.splitlines()) == 33 + 12
    assert "system: " in run("chat", model, stdin="a tea please\n").stdout
    shown = run("shapes", model, files / "old.jsonl", "--json")
    assert json.loads(shown.stdout)["sizes"]["H"] == 4, shown.stderr
    line = refused(run("export", model, "--onnx", tmp_path / "model.onnx"))
    assert line == "setting 'seeds' was 2 in training; ONNX holds one network, train with seeds=1"


def test_a_model_grows_and_reports_what_it_forgot(files, tmp_path):
    before, model, new = bytes_of(files / "model"), tmp_path / "grown", files / "new.jsonl"
    old = files / "old.jsonl"
    grow = ["train", new, "--from", files / "model", "--out", model, "--epochs", 1]
    done = run(*grow, "--old-dev", old, "--replay", old)
    assert done.returncode == 0, done.stderr
    assert "old dialogues" in done.stdout
    growth = json.loads((model / "report.json").read_text())["growth"]
    assert sorted(growth["new_actions"]) == ["pour", "serve_cake"]
    assert growth["turn_accuracy"]["old dialogues"]["corpus"] == "old"
    assert set(growth["turn_accuracy"]["new dialogues"]) == {"corpus", "before", "after"}
    grown = Policy.load(model)
    assert grown.members == 2
    assert grown.card.corpus["dialogues"] == 14  # 7 of the 8 new ones, and as many old ones
    assert bytes_of(files / "model") == before
    without = run(*grow, "--force")
    assert "What was forgotten is unknown; give old dialogues with --old-dev to measure it." in without.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--old-dev", "x.jsonl"], "--old-dev is given without a model to grow from; name it with --from"),
        (["--replay", "x.jsonl"], "--replay is given without a model to grow from; name it with --from"),
        (["--from", "model", "--force", "--out", "model"], "--out model is the model to grow from, which is"),
        (
            ["--from", "model", "--cell", "gru"],
            "setting 'cell' is 'gru', the model to grow from has 'lstm'",
        ),
        (["--from", "nothing"], "nothing: there is no such folder; give a folder that `turncast train` made"),
    ],
)
def test_growing_refuses_in_one_line(files, arguments, message):
    before = bytes_of(files / "model")
    line = refused(run("train", "new.jsonl", "--out", "grown", *arguments, cwd=files))
    assert line.startswith(message)
    assert bytes_of(files / "model") == before
    assert not (files / "grown").exists()
