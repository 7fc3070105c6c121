"""MultiWOZ: an invented golden dialogue, and the real corpus if it is available."""

import copy
import json

import pytest

import turncast
from support.dialogue_acts import MULTIWOZ
from turncast import Turn
from turncast.readers import ReadConfig


@pytest.mark.quick
def test_the_golden_dialogue(tmp_path):
    path = tmp_path / "test.json"
    path.write_text(json.dumps(MULTIWOZ))
    (dialogue,) = turncast.read(path)
    assert dialogue.id == "SNG1.json"
    assert dialogue.metadata == {"domains": "ferry"}
    assert dialogue.turns == (
        Turn("a ferry to elba", ("Ferry-Request",), {}, "Which day? And how many are you?"),
        Turn("monday, two", ("Booking-Book", "general-reqmore"), {"state.ferry.to": True}, "Booked. More?"),
        Turn("no, bye", (), {"state.ferry.to": True, "booked.ferry": True}, "Mind the gap."),
    )
    (dialogue,) = turncast.read(path, config=ReadConfig(actions="slots"))
    assert [turn.actions for turn in dialogue] == [
        ("Ferry-Request:Day", "Ferry-Request:People"),
        ("Booking-Book:Ref", "general-reqmore"),
        (),
    ]


def test_a_dialogue_with_a_missing_turn_is_skipped(tmp_path):
    both = {"SNG2.json": copy.deepcopy(MULTIWOZ["SNG1.json"]), **MULTIWOZ}
    del both["SNG2.json"]["log"][2]
    path = tmp_path / "test.json"
    path.write_text(json.dumps(both))
    corpus = turncast.read(path)
    assert [dialogue.id for dialogue in corpus] == ["SNG1.json"]
    assert corpus.skipped == {
        "dialogue in which a turn is missing, so that a system turn is in a user's place": 1,
    }


def test_real_multiwoz(corpora):
    corpus = turncast.read(corpora / "multiwoz21")
    dialogues = list(corpus)
    turns = [turn for dialogue in dialogues for turn in dialogue]
    assert (len(dialogues), len(turns)) == (1000, 7372)
    assert sum(not turn.actions for turn in turns) == 79
    assert corpus.skipped == {"JSON file of another kind": 1}
