"""Machines Talking to Machines: an invented golden dialogue, and the real corpus if it is available."""

import copy
import json

import pytest

import turncast
from support.dialogue_acts import M2M
from turncast import Turn
from turncast.readers import ReadConfig

KNOWN = {"state.to": True, "state.day": True}


@pytest.mark.quick
def test_the_label_of_a_user_text_is_in_the_next_turn(tmp_path):
    path = tmp_path / "train.json"
    path.write_text(json.dumps(M2M))
    corpus = turncast.read(path)
    (dialogue,) = corpus
    assert dialogue.id == "ferries_1"
    assert dialogue.turns == (
        Turn("a ferry please", ("REQUEST",), {"intent.BUY_FERRY": True}, "where to , and when ?"),
        Turn("elba on monday", ("NOTIFY_SUCCESS",), KNOWN, "booked ."),
    )
    assert corpus.skipped == {"user text after the last system turn": 1}
    (dialogue,) = turncast.read(path, config=ReadConfig(actions="slots"))
    assert [turn.actions for turn in dialogue] == [("REQUEST:to", "REQUEST:day"), ("NOTIFY_SUCCESS",)]


def test_the_system_may_begin(tmp_path):
    begun = copy.deepcopy(M2M)
    begun[0]["turns"][0]["system_acts"] = [{"type": "GREETING"}]
    begun[0]["turns"].append({"system_acts": [{"type": "GOOD_BYE"}], "system_utterance": {"text": "bye"}})
    path = tmp_path / "train.json"
    path.write_text(json.dumps(begun))
    corpus = turncast.read(path)
    (dialogue,) = corpus
    assert dialogue[0] == Turn(None, ("GREETING",))
    assert dialogue[-1] == Turn("bye", ("GOOD_BYE",), KNOWN, "bye")
    assert corpus.skipped == {}


def test_real_m2m(corpora):
    corpus = turncast.read(corpora / "m2m" / "sim-M")
    dialogues = list(corpus)
    assert (len(dialogues), sum(map(len, dialogues))) == (473, 2096)
    assert corpus.skipped == {
        "user text after the last system turn": 504,
        "dialogue without a system turn": 31,
    }
