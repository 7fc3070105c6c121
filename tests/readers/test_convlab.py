"""The unified format of ConvLab-3: an invented golden dialogue."""

import copy
import json

import pytest

import turncast
from support.dialogue_acts import CONVLAB
from turncast import Turn
from turncast.errors import CorpusError
from turncast.readers import ReadConfig

SEEN = {"state.ferry.to": True, "state.ferry.day": True, "booked.ferry": True}


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "ferries" / "data" / "dialogues.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(CONVLAB))
    return path


@pytest.mark.quick
def test_the_golden_dialogue(path):
    (dialogue,) = turncast.read(path)
    assert dialogue.id == "ferries-train-0"
    assert dialogue.metadata == {"domains": "ferry", "dataset": "ferries", "split": "train"}
    assert dialogue.turns == (
        Turn("a ferry to elba", ("ferry-request",), {}, "Which day?"),
        Turn("monday", ("ferry-inform", "reqmore"), {"state.ferry.to": True}, "Line two. More?"),
        Turn("bye", ("bye",), {"results": 1} | SEEN, "Bye."),
    )
    (dialogue,) = turncast.read(path, config=ReadConfig(actions="slots"))
    assert [turn.actions for turn in dialogue] == [
        ("ferry-request:day",),
        ("ferry-inform:time", "ferry-inform:line", "reqmore"),
        ("bye",),
    ]


def test_a_call_is_a_turn_before_the_reply(path):
    (dialogue,) = turncast.read(path, config=ReadConfig(actions="calls"))
    assert dialogue.turns[1:] == (
        Turn("monday", ("BuyFerry",), {"state.ferry.to": True}),
        Turn(None, ("respond",), {"results": 1, "booked.ferry": True}, "Line two. More?"),
        Turn("bye", ("respond",), {"state.ferry.to": True, "state.ferry.day": True}, "Bye."),
    )


def test_a_folder_with_or_without_data(path, tmp_path):
    folder = tmp_path / "ferries"
    (folder / "dummy_data.json").write_text(json.dumps(CONVLAB))
    assert [dialogue.id for dialogue in turncast.read(folder)] == ["ferries-train-0"]
    assert [dialogue.id for dialogue in turncast.read(folder / "data")] == ["ferries-train-0"]


def test_an_unknown_speaker_is_an_error(path):
    broken = copy.deepcopy(CONVLAB)
    broken[0]["turns"][2]["speaker"] = "wizard"
    path.write_text(json.dumps(broken))
    with pytest.raises(CorpusError) as error:
        list(turncast.read(path))
    problem = "the speaker is 'wizard'; give user or system"
    assert str(error.value) == f"{path} dialogue ferries-train-0 turn 3: {problem}"
