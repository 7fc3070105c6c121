"""Every layout on the command line: train, evaluate, predict, chat; and `turncast shapes`."""

import json

import pytest

from support.cli import refused, run
from support.layouts import drinks_corpus
from turncast import NetworkConfig, TrainConfig, train
from turncast.data import convert


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Dialogues whose outcome is the drink that was served."""
    path = tmp_path_factory.mktemp("corpus") / "drinks.jsonl"
    convert(drinks_corpus(), path)
    return path


LAYOUTS = {
    "one-to-one": [],
    "many-to-many-1": ["--words", "mean"],
    "one-to-many": ["--cell", "simple-rnn"],
    "many-to-one": ["--set", "outcome=drink", "--cell", "gru"],
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout_from_training_to_chat(layout, corpus, tmp_path):
    model = tmp_path / "model"
    quick = ["--epochs", 1, "--units", 4]
    run("train", corpus, "--out", model, "--layout", layout, *LAYOUTS[layout], *quick)
    report = json.loads(run("evaluate", model, corpus, "--json").stdout)
    assert report["layout"] == layout
    assert len(report["ahead"]) == (3 if layout == "many-to-many-1" else 0)
    lines = [json.loads(line) for line in run("predict", model, corpus).stdout.splitlines()]
    first = [line for line in lines if line["dialogue"] == "tiny-0" and "next" not in line]
    true = {
        "one-to-one": [["ask_size"], ["confirm"], ["serve_tea"]],
        "many-to-many-1": [["ask_size"], ["confirm"], ["serve_tea"]],
        "one-to-many": [["ask_size"], ["confirm"], ["serve_tea"], ["<end>"]],
        "many-to-one": [["tea"]],
    }[layout]
    assert [line["true"] for line in first] == true
    assert all(len(line.get("ahead", [])) == (2 if layout == "many-to-many-1" else 0) for line in first)
    shown = run("chat", model, stdin="a tea please\n/do ask_size\nsmall\n/undo\n/quit\n").stdout
    assert "committed: ask_size" in shown
    assert "removed: small" in shown


def test_dialogues_without_an_outcome_are_still_predicted(corpus, tmp_path):
    policy = train(
        drinks_corpus(),
        network=NetworkConfig(layout="many-to-one", outcome="drink", units=4),
        config=TrainConfig(epochs=1),
    )
    model = policy.save(tmp_path / "model")
    new = '{"id": "new", "turns": [{"user": "a tea please", "actions": []}]}\n'
    (line,) = run("predict", model, "-", stdin=new).stdout.splitlines()
    assert json.loads(line)["true"] == []


def test_shapes_of_a_corpus_and_of_a_model(corpus, saved, tmp_path):
    text = run("shapes", corpus, "--layout", "many-to-many-1", "--words", "lstm", "--set", "units=8").stdout
    for part in (
        "TimeDistributed(",
        "return_sequences=False))",
        "(B, T, k, A)",
        "k = 3 predicted actions at each turn",
    ):
        assert part in text
    record = json.loads(run("shapes", saved, corpus, "--json", "--dialogues", 2).stdout)
    assert record["sizes"]["B"] == 2
    assert record["layers"][-1]["out"] == [2, 3, 4]
    drawing = tmp_path / "network.svg"
    run("shapes", corpus, "--svg", drawing, "--set", "units=8")
    assert drawing.read_text().startswith("<svg")


def test_shapes_compares_both_settings(corpus):
    command = ["shapes", corpus, "--compare", "return_sequences", "--set", "units=8"]
    record = json.loads(run(*command, "--json").stdout)
    false = {step["layer"]: step["false"] for step in record["return_sequences"]}
    assert false["TimeDistributed(Dense(4))"].startswith("ValueError: ")
    assert "ValueError" in run(*command).stdout


@pytest.mark.quick
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--layout", "many-to-one"],
            "drinks: no dialogue has a value of 'outcome' in its metadata, which has 'drink'",
        ),
        (["--layout", "one-to-man"], "setting 'layout' is 'one-to-man'; input should be 'many-to-many-2'"),
        (
            ["--cell", "transformer", "--set", "units=6"],
            "setting 'units' is 6 with 4 heads; give a",
        ),
        (["--cell", "gru", "--layout", "one-to-one"], "setting 'cell' is 'gru'; one-to-one has no memory"),
        (["--set", "residual=true"], "setting 'residual' is true; it needs 'layers' of 2 or more"),
        (["--compare", "units"], "--compare 'units' is unknown; give return_sequences"),
        (["--svg", "/no/such/folder/x.svg"], "/no/such/folder/x.svg: cannot be written (No such file or"),
    ],
)
def test_shapes_refuses_in_one_line(corpus, arguments, message):
    assert refused(run("shapes", corpus, *arguments)).startswith(message)


def test_a_model_keeps_its_settings(corpus, saved):
    message = refused(run("shapes", saved, corpus, "--cell", "gru"))
    assert message == "a model has its settings already; leave out cell"
