"""Each wrong argument in Python is refused with its name, and what to give instead."""

from pathlib import Path

import numpy as np
import pytest

import turncast
from support.corpora import tiny
from turncast import Corpus, Dialogue, NetworkConfig, Session, TrainConfig, Turn, TurncastError
from turncast.evaluation import compare

WRONG = {
    "train path": (
        lambda _: turncast.train("dialogs.txt"),
        "corpus: it is a str, 'dialogs.txt'; give a Corpus, as turncast.read(path) returns it",
    ),
    "train arrays": (
        lambda _: turncast.train(np.ones((2, 3)), np.ones((2, 3))),
        "corpus: it is an ndarray; make a corpus of arrays: turncast.Corpus.from_arrays(x, y)",
    ),
    "train settings": (
        lambda _: turncast.train(tiny(), TrainConfig()),
        "dev: it is a TrainConfig; give it as config=TrainConfig(...)",
    ),
    "train network": (
        lambda _: turncast.train(tiny(), network=TrainConfig()),
        "network: it is a TrainConfig; give it as config=TrainConfig(...)",
    ),
    "train units": (
        lambda _: turncast.train(tiny(), network=32),
        "network: it is an int; give network=NetworkConfig(...)",
    ),
    "train unit": (
        lambda _: turncast.train(tiny(), network={"unit": 32}),
        "unknown setting 'unit'; did you mean 'units'?",
    ),
    "train progress": (
        lambda _: turncast.train(tiny(), progress="yes"),
        "progress: it is a str; give True, False, or a function that takes the record of each epoch",
    ),
    "train rules": (
        lambda _: turncast.train(tiny(), rules="rules.yml"),
        "rules: it is a str, 'rules.yml'; give Rules, as turncast.rules.read_rules(path) returns them",
    ),
    "train parent": (
        lambda _: turncast.train(tiny(), parent=Path("model")),
        "parent: it is a PosixPath, 'model'; give a Policy, as turncast.Policy.load(folder) returns it",
    ),
    "evaluate path": (
        lambda _: turncast.evaluate("model/", tiny()),
        "policy: it is a str, 'model/'; give a Policy, as turncast.Policy.load(folder) returns it",
    ),
    "evaluate corpus": (
        lambda policy: turncast.evaluate(policy, "dialogs.txt"),
        "corpus: it is a str, 'dialogs.txt'; give a Corpus, as turncast.read(path) returns it",
    ),
    "evaluate dialogues": (
        lambda policy: turncast.evaluate(policy, list(tiny())),
        "corpus: it is a list; give a Corpus",
    ),
    "compare": (lambda policy: compare(policy, "b", tiny()), "policy_b: it is a str, 'b'; give a Policy"),
    "session": (lambda _: Session("model"), "policy: it is a str, 'model'; give a Policy"),
    "commit": (
        lambda policy: observed(policy).commit("greet"),
        "actions: it is a str, 'greet'; give a list of names: ['greet']",
    ),
    "commit number": (
        lambda policy: observed(policy).commit([2]),
        "actions: 2 is an int; give names as strings: '2'",
    ),
    "override": (
        lambda policy: observed(policy).override("1", []),
        "turn: it is a str; give the number of a turn, from 1",
    ),
    "observe facts": (
        lambda policy: Session(policy).observe("hello", ["a"]),
        "facts: it is a list; give a mapping of names to values",
    ),
    "observe bits": (
        lambda policy: Session(policy).observe(np.ones(3)),
        "user: it is an ndarray; give a text or None; bits are facts",
    ),
    "read format": (
        lambda _: turncast.read("a.csv", format=3),
        "format: it is an int; give a name, such as 'jsonl'",
    ),
    "read column": (
        lambda _: turncast.read("a.csv", columns={"user": 3}),
        "columns: it is an int; give the names of columns",
    ),
    "dialogue without a list": (
        lambda _: Dialogue("a", None),
        "turns: it is a NoneType; give a list of Turn",
    ),
    "read": (lambda _: turncast.read(3), "source: it is an int; give a path, or a list of paths"),
    "read turns": (
        lambda _: turncast.read([Turn("a")]),
        "source: it holds a Turn; give a path, or a list of paths; dialogues in memory",
    ),
    "read columns": (
        lambda _: turncast.read("a.csv", columns={"case": "a"}),
        "columns: unknown role 'case'; the roles are dialogue, action",
    ),
    "read column list": (
        lambda _: turncast.read("a.csv", columns=["case"]),
        "columns: it is a list; give a mapping, such as",
    ),
    "read config": (
        lambda _: turncast.read("a.csv", config={"listn": True}),
        "unknown setting 'listn'; did you mean 'listen'?",
    ),
    "turn array": (
        lambda _: Turn(np.ones(3), ["2"]),
        "user: it is an ndarray; give a text or None; bits are facts, and whole arrays go to Corpus",
    ),
    "turn numbers": (lambda _: Turn("x", actions=[2]), "actions: 2 is an int; give names as strings: '2'"),
    "turn text": (lambda _: Turn("x", actions="2"), "actions: it is a str, '2'; give a list of names: ['2']"),
    "turn number": (lambda _: Turn("x", actions=2), "actions: it is an int; give a list of names"),
    "turn empty": (lambda _: Turn("x", actions=[""]), "actions: a name is empty; give a list of names"),
    "turn facts": (
        lambda _: Turn("x", facts={"a": [0, 1]}),
        "facts: 'a' is a list; give true or false, a number or a string",
    ),
    "turn null": (lambda _: Turn("x", facts={"a": None}), "facts: 'a' is a NoneType; give true or false"),
    "turn fact name": (lambda _: Turn("x", facts={1: 2}), "facts: the name 1 is an int; give a string"),
    "turn response": (lambda _: Turn("x", response=3), "response: it is an int; give a text or None"),
    "dialogue": (lambda _: Dialogue("d", ["hello"]), "turns: it is a str, 'hello'; give a list of Turn"),
    "dialogue empty": (lambda _: Dialogue("d", []), "turns: dialogue 'd' has no turns; give at least one"),
    "dialogue id": (lambda _: Dialogue(1, [Turn("x")]), "id: it is an int; give a string"),
    "corpus path": (
        lambda _: Corpus("mine", "dialogs.txt"),
        "dialogues: it is a str, 'dialogs.txt'; give a list",
    ),
    "corpus turns": (
        lambda _: Corpus("mine", [Turn("x")]),
        "dialogues: it is a Turn; give a list of Dialogue",
    ),
    "corpus iterator": (
        lambda _: Corpus("mine", iter([])),
        "dialogues: an iterator is read only once; give a list",
    ),
    "corpus name": (lambda _: Corpus([], "mine"), "name: it is a list; give a name, and then the dialogues"),
    "to_arrays": (
        lambda _: turncast.to_arrays("dialogs.txt"),
        "corpus: it is a str, 'dialogs.txt'; give a Corpus",
    ),
    "to_arrays encoder": (
        lambda _: turncast.to_arrays(tiny(), encoder=3),
        "encoder: it is an int; give an EncoderConfig",
    ),
}


def observed(policy):
    session = Session(policy)
    session.observe("hello")
    return session


@pytest.mark.quick
@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_argument_is_named(policy, name):
    call, message = WRONG[name]
    with pytest.raises(TurncastError) as error:
        call(policy)
    assert str(error.value).startswith(message)


def test_mappings_are_settings():
    policy = turncast.train(
        tiny(), network={"units": 8, "bit_units": 4}, config={"epochs": 1}, encoder={"min_count": 1}
    )
    assert policy.config == NetworkConfig(units=8, bit_units=4)
    assert policy.card.encoder.min_count == 1


def test_a_mapping_names_columns(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("case,activity,what\na,start,1\n")
    corpus = turncast.read(path, columns={"dialogue": "case", "action": "activity", "facts": "what"})
    assert dict(next(iter(corpus))[0].facts) == {"what": 1}


def test_numbers_of_numpy_are_facts():
    turn = Turn(facts={"a": np.int64(3), "b": np.float32(0.5), "c": np.bool_(True), "d": np.str_("x")})
    assert dict(turn.facts) == {"a": 3, "b": 0.5, "c": True, "d": "x"}
    assert [type(value) for value in turn.facts.values()] == [int, float, bool, str]
