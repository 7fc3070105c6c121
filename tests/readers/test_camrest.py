"""CamRest676: an invented golden dialogue, and the real corpus if it is available."""

import copy
import json

import pytest

import turncast
from support.dialogue_acts import CAMREST
from turncast import Turn
from turncast.errors import CorpusError
from turncast.readers import ReadConfig


@pytest.mark.quick
def test_the_golden_dialogue(tmp_path):
    path = tmp_path / "train.json"
    path.write_text(json.dumps(CAMREST))
    (dialogue,) = turncast.read(path)
    assert (dialogue.id, dialogue.group, dialogue.metadata) == ("7", "Task 00012", {"finished": True})
    assert dialogue.turns == (
        Turn("hello", (), {}, "Hello."),
        Turn("to elba", ("request",), {"state.to": True}, "When?"),
        Turn(
            "monday, what does it cost",
            ("nooffer", "inform"),
            {"state.to": True, "state.day": True, "requested.fare": True},
            "Nothing goes then. Tuesday costs nine.",
        ),
    )
    (dialogue,) = turncast.read(path, config=ReadConfig(actions="slots"))
    assert [turn.actions for turn in dialogue] == [
        (),
        ("request:day",),
        ("nooffer", "inform:day", "inform:fare"),
    ]


@pytest.mark.parametrize(
    ("acts", "message"),
    [
        ({"inform": [["day"]]}, "a slot and its value in 'inform' are a list of 1; give a list of two"),
        ({"inform": ["day"]}, "a slot and its value in 'inform' are a string; give a list of two"),
        ({"": []}, "an act has an empty name; name the act, or remove it"),
    ],
)
def test_errors(tmp_path, acts, message):
    broken = copy.deepcopy(CAMREST)
    broken[0]["dial"][1]["sys"]["dialog_act"] = acts
    path = tmp_path / "train.json"
    path.write_text(json.dumps(broken))
    with pytest.raises(CorpusError) as error:
        list(turncast.read(path))
    assert str(error.value) == f"{path} dialogue 7 turn 2 'sys' 'dialog_act': {message}"


def test_a_user_without_an_answer(tmp_path):
    broken = copy.deepcopy(CAMREST)
    del broken[0]["dial"][1]["sys"]
    path = tmp_path / "train.json"
    path.write_text(json.dumps(broken))
    with pytest.raises(CorpusError) as error:
        list(turncast.read(path))
    problem = "there is no 'sys'; give the answer of the system"
    assert str(error.value) == f"{path} dialogue 7 turn 2: {problem}"


def test_real_camrest(corpora):
    dialogues = list(turncast.read(corpora / "camrest"))
    turns = [turn for dialogue in dialogues for turn in dialogue]
    assert (len(dialogues), len(turns)) == (541, 2209)
    assert sum(not turn.actions for turn in turns) == 606
    assert len({dialogue.group for dialogue in dialogues}) == 541
