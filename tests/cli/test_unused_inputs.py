"""What a model cannot use is said when it is given: in chat, predict, the page, the API and the client."""

import json
import re

import pytest

from support.cli import run
from turncast import Corpus, Dialogue, Policy, TrainConfig, Turn, train
from turncast.data import convert

INTENTS = ("greet", "order", "leave")
TYPO = "the policy does not know the fact 'intnt'; did you mean 'intent'?"
VALUE = "the policy does not know 'ordr' as a value of the fact 'intent'; did you mean 'order'?"
NO_TEXT = "no user text was in the training corpus, so this one is not used; give facts, such as intent=greet"


def _dialogues(facts=True, text=None):
    return [
        Dialogue(
            f"d{number}",
            [
                Turn(
                    text,
                    [f"utter_{intent}"],
                    {"intent": intent, "amount": number % 4} if facts else {},
                )
                for intent in INTENTS
            ],
        )
        for number in range(12)
    ]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A policy of stories: intents and no user text."""
    policy = train(Corpus("stories", _dialogues()), config=TrainConfig(epochs=2))
    return policy.save(tmp_path_factory.mktemp("stories") / "model")


def test_the_warnings_of_a_policy(model):
    inputs = Policy.load(model).inputs
    assert not inputs.reads_text
    assert next(iter(inputs.facts)) == "intent"
    assert inputs.warnings(Turn(None, (), {"intent": "greet", "amount": 900})) == ()
    assert inputs.warnings(Turn("hello", (), {"intnt": "greet"})) == (NO_TEXT, TYPO)
    assert inputs.warnings(Turn(None, (), {"intent": "ordr"})) == (VALUE,)
    assert inputs.warnings(Turn(None, (), {"amount": "many"})) == (
        "the fact 'amount' is a number in the training corpus, and 'many' is none",
    )
    assert inputs.warnings(Turn(None, (), {"candidate.1.name": "Blue Door"})) == ()
    assert len(inputs.warnings(Turn(None, (), {f"x{n}": n for n in range(100)}))) == 10


def test_a_policy_of_words_takes_words():
    policy = train(Corpus("words", _dialogues(facts=False, text="tea")), config=TrainConfig(epochs=1))
    assert policy.inputs.warnings(Turn("coffee")) == ()


def test_chat_names_the_facts_and_warns(model):
    shown = run("chat", model, stdin="hello\n/facts intnt=greet\n/facts intent=ordr\n/facts\n/quit\n").stdout
    assert "No user text was in its training corpus" in shown
    assert "give facts, as /facts intent=greet, and then an empty line" in shown
    assert "  intent: greet, leave, order" in shown
    assert "  amount: a number" in shown
    for warning in (NO_TEXT, TYPO, VALUE):
        assert f"not used: {warning}" in shown


def test_predict_counts_what_it_cannot_use(model):
    turns = [{"user": "hi", "facts": {"intnt": "greet", "intent": "ordr"}, "actions": ["utter_greet"]}] * 3
    done = run("predict", model, stdin=json.dumps({"id": "d", "turns": turns}))
    assert done.stderr.splitlines() == [
        "Not used by the model: user text, of which none was in the training corpus (3 x)",
        "Not used by the model: unknown fact 'intnt' (3 x)",
        "Not used by the model: unknown value of fact 'intent' (3 x)",
    ]


@pytest.mark.parametrize(
    ("dialogues", "command"),
    [
        (_dialogues(), r"chat m     \(it knows facts, not words: /facts intent=greet\)"),
        (_dialogues(facts=False), "predict m c.jsonl"),
        (_dialogues(facts=False, text="tea please"), "chat m"),
    ],
)
def test_the_next_command_fits_the_corpus(dialogues, command, tmp_path):
    convert(Corpus("c", dialogues), tmp_path / "c.jsonl")
    done = run("train", "c.jsonl", "--out", "m", "--epochs", 1, "--units", 4, cwd=tmp_path)
    assert re.search(f"Saved m. Next: turncast {command}\n", done.stderr), done.stderr
