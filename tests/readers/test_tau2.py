"""tau2-bench: an invented golden simulation in which the user calls tools too."""

import json

import pytest
from hypothesis import given

import turncast
from support.damage import cut, damaged, reads_or_refuses
from support.property_tests import examples
from turncast import Turn
from turncast.errors import CorpusError
from turncast.readers import detect_format


def call(name, number, requestor="assistant", **arguments):
    return {"id": number, "name": name, "arguments": arguments, "requestor": requestor}


MESSAGES = [
    {"role": "assistant", "content": "Hello!", "tool_calls": None},
    {"role": "user", "content": "my lamp is dark", "tool_calls": None},
    {"role": "assistant", "content": "Press the switch.", "tool_calls": None},
    {
        "role": "user",
        "content": None,
        "tool_calls": [call("press", "u1", "user"), call("look", "u2", "user")],
    },
    {"role": "tool", "id": "u1", "requestor": "user", "content": "clicked", "error": False},
    {"role": "tool", "id": "u2", "requestor": "user", "content": "dark", "error": False},
    {"role": "user", "content": "still dark", "tool_calls": None},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [call("lamp_state", "a1", lamp=1), call("order", "a2")],
    },
    {"role": "tool", "id": "a1", "requestor": "assistant", "content": '{"bulb": "broken"}', "error": False},
    {"role": "tool", "id": "a2", "requestor": "assistant", "content": "no stock", "error": True},
    {"role": "assistant", "content": "The bulb is broken.", "tool_calls": None},
    {"role": "user", "content": "###TRANSFER###", "tool_calls": None},
]
SIMULATION = {
    "id": "s1",
    "task_id": "dark",
    "trial": 2,
    "termination_reason": "user_stop",
    "reward_info": {"reward": 0.5},
    "messages": MESSAGES,
}
RECORD = {
    "timestamp": "now",
    "info": {"num_trials": 1, "user_info": {}, "environment_info": {"domain_name": "lamps"}},
    "tasks": [{"id": "dark", "note": "x" * 70_000}],
    "simulations": [SIMULATION, SIMULATION | {"id": "s2", "messages": None}],
}


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "results.json"
    path.write_text(json.dumps(RECORD, indent=2))
    return path


@pytest.mark.quick
def test_the_golden_simulation(path):
    assert detect_format(path).name == "tau2"
    corpus = turncast.read(path)
    (dialogue,) = corpus
    assert (dialogue.id, dialogue.group) == ("s1", "lamps:dark")
    assert dialogue.metadata == {
        "domain": "lamps",
        "task": "dark",
        "trial": 2,
        "termination_reason": "user_stop",
        "outcome": 0.5,
    }
    assert dialogue.turns == (
        Turn(None, ("respond",), response="Hello!"),
        Turn("my lamp is dark", ("respond",), response="Press the switch."),
        Turn("still dark", ("lamp_state", "order"), {"user_tool.press": True, "user_tool.look": True}),
        Turn(
            None,
            ("respond",),
            {
                "tool.lamp_state": True,
                "result.bulb": "broken",
                "tool.order": True,
                "tool_error": True,
                "result": "no stock",
            },
            "The bulb is broken.",
        ),
    )
    assert corpus.skipped == {
        "result of a call of the user": 2,
        "dialogue without a system turn": 1,
    }


def test_results_of_several_tools_in_one_message(path):
    several = {"role": "tool", "tool_messages": MESSAGES[8:10]}
    messages = [*MESSAGES[:8], several, MESSAGES[10]]
    path.write_text(json.dumps({"simulations": [SIMULATION | {"messages": messages}]}))
    (dialogue,) = turncast.read(path)
    assert set(dialogue[3].facts) == {"tool.lamp_state", "result.bulb", "tool.order", "tool_error", "result"}
    assert dialogue.group == "dark"


def test_errors(path):
    path.write_text("[]")
    with pytest.raises(CorpusError) as error:
        list(turncast.read(path, format="tau2"))
    cure = "give a results file of tau2-bench, or name the format"
    assert str(error.value) == f"{path}: there is no list of 'simulations'; {cure}"


SMALL = RECORD | {"tasks": []}


@examples(40)
@given(damaged(SMALL))
def test_damaged_values(tmp_path_factory, value):
    path = tmp_path_factory.getbasetemp() / "damaged.json"
    path.write_text(json.dumps(value))
    reads_or_refuses(path, format="tau2")


@examples(40)
@given(cut(json.dumps(SMALL)))
def test_damaged_text(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "damaged.json"
    path.write_text(text, encoding="utf-8")
    reads_or_refuses(path, format="tau2")


@pytest.mark.parametrize(
    ("name", "turns"), [("airline", 226), ("retail", 516), ("telecom", 660), ("telecom_no-user", 606)]
)
def test_real_simulations(corpora, name, turns):
    path = corpora / "tau2_bench" / "branch_feature_gym" / f"gpt-4.1_{name}_1trial.json"
    assert detect_format(path).name == "tau2"
    dialogues = list(turncast.read(path))
    assert sum(map(len, dialogues)) == turns
    users = {fact for d in dialogues for turn in d for fact in turn.facts if fact.startswith("user_tool.")}
    assert bool(users) == (name == "telecom")
