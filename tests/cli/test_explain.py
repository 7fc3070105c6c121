"""`turncast explain`, and `/why` in `turncast chat`."""

import json

import pytest
from typer.testing import CliRunner

from support.corpora import tiny
from turncast import TurncastError
from turncast.cli.app import app
from turncast.explain import explain_prediction
from turncast.readers import to_json

LINES = "".join(to_json(dialogue) + "\n" for dialogue in tiny())


def run(*arguments, stdin=""):
    """Run a command in this process; what fails is raised as it is."""
    done = CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin)
    if done.exception is not None:
        raise done.exception
    return done.stdout


@pytest.fixture
def corpus(tmp_path):
    (tmp_path / "tiny.jsonl").write_text(LINES)
    return tmp_path / "tiny.jsonl"


@pytest.mark.quick
def test_explain_one_turn(saved, policy, corpus):
    shown = json.loads(run("explain", saved, corpus, "--dialogue", "tiny-1", "--turn", 2, "--json"))
    expected = explain_prediction(policy, tiny().dialogues[1].turns[:2])
    assert shown == {"dialogue": "tiny-1", **json.loads(json.dumps(expected.to_json()))}
    shown = json.loads(run("explain", saved, corpus, "--action", "confirm", "--json"))
    assert (shown["dialogue"], shown["turn"], shown["action"]) == ("tiny-0", 3, "confirm")
    from_stdin = json.loads(run("explain", saved, "--action", "confirm", "--json", stdin=LINES))
    assert from_stdin["removals"] == shown["removals"]
    text = run("explain", saved, corpus, "--turn", 2, "--top", 1)
    assert "turn 2, 'small': " in text
    assert "left out" in text
    assert text.count("│ ") < run("explain", saved, corpus, "--turn", 2).count("│ ")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--dialogue", "tny-1"], "tiny: there is no dialogue 'tny-1'; did you mean 'tiny-1'?"),
        (["--dialogue", "99"], "tiny: there is no dialogue '99'; give one of its ids"),
        (["--turn", "9"], "there is no turn 9; the conversation has 3, counted from 1"),
        (["--action", "confrm"], "unknown action 'confrm'; did you mean 'confirm'?"),
    ],
)
def test_refusals(saved, corpus, options, message):
    with pytest.raises(TurncastError) as refused:
        run("explain", saved, corpus, *options)
    assert str(refused.value) == message


def test_why_in_a_chat(saved):
    shown = run("chat", saved, stdin="/why\na tea please\nsmall\n/why\n/why confirm\n/why confrm\n/quit\n")
    assert "there is no turn 1; observe one first" in shown
    assert "turn 2, 'small': " in shown
    assert "1: 'a tea please'" in shown
    assert "the probability of confirm" in shown
    assert "unknown action 'confrm'; did you mean 'confirm'?" in shown
