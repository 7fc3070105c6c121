"""Schema-Guided Dialogue: an invented golden dialogue, and the real corpus if it is available."""

import copy
import json

import pytest

import turncast
from support.dialogue_acts import SGD, sgd_system
from turncast import Turn
from turncast.errors import CorpusError
from turncast.readers import ReadConfig

KNOWN = {"state.to": True, "state.day": True}
FIND = {"intent.FindFerry": True}


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "train" / "dialogues_001.json"
    path.parent.mkdir()
    path.write_text(json.dumps(SGD))
    return path


@pytest.mark.quick
def test_the_golden_dialogue(path):
    (dialogue,) = turncast.read(path)
    assert dialogue.id == "train:9_00001"
    assert dialogue.metadata == {"services": "Ferries_1", "split": "train"}
    assert dialogue.turns == (
        Turn("a ferry please", ("REQUEST",), FIND, "Where to, and when?"),
        Turn("to Elba on Monday", ("OFFER", "INFORM_COUNT"), FIND | KNOWN, "Two go, one at six."),
        Turn(
            "what does it cost",
            ("INFORM",),
            {"results": 2, "requested.fare": True} | FIND | KNOWN,
            "Nine crowns.",
        ),
        Turn("bye", ("GOODBYE",), {"intent.NONE": True} | KNOWN, "Bye."),
    )


def test_slots(path):
    (dialogue,) = turncast.read(path, config=ReadConfig(actions="slots"))
    assert [turn.actions for turn in dialogue] == [
        ("REQUEST:to", "REQUEST:day"),
        ("OFFER:time", "INFORM_COUNT:count", "OFFER:line"),
        ("INFORM:fare",),
        ("GOODBYE",),
    ]


def test_a_call_is_a_turn_before_the_reply(path):
    (dialogue,) = turncast.read(path, config=ReadConfig(actions="calls"))
    assert dialogue.turns[:4] == (
        Turn("a ferry please", ("respond",), FIND, "Where to, and when?"),
        Turn("to Elba on Monday", ("FindFerry",), FIND | KNOWN),
        Turn(None, ("respond",), {"results": 2}, "Two go, one at six."),
        Turn("what does it cost", ("respond",), {"requested.fare": True} | FIND | KNOWN, "Nine crowns."),
    )


def test_acts_and_calls_of_several_frames_are_one_turn(path):
    both = copy.deepcopy(SGD)
    first = sgd_system("Both.", ("OFFER", "time"), method="FindFerry", results=1)
    first["frames"] += sgd_system("", ("NOTIFY_FAILURE", ""), method="FindInn")["frames"]
    both[0]["turns"][3] = first
    path.write_text(json.dumps(both))
    (acts,), (calls,) = (turncast.read(path, config=ReadConfig(actions=what)) for what in ("acts", "calls"))
    assert acts[1].actions == ("OFFER", "NOTIFY_FAILURE")
    assert calls[1].actions == ("FindFerry", "FindInn")
    assert calls[2].facts == {"results": 1}


def test_a_speaker_may_speak_twice_and_last(path):
    turns = SGD[0]["turns"]
    path.write_text(
        json.dumps([SGD[0] | {"turns": [turns[1], turns[0], turns[2], turns[3], turns[5], turns[6]]}])
    )
    corpus = turncast.read(path)
    (dialogue,) = corpus
    assert [turn.user for turn in dialogue] == [None, "a ferry please\nto Elba on Monday", None]
    assert corpus.skipped == {"user text after the last system turn": 1}


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (("speaker",), "SERVER", "turn 2: the speaker is 'SERVER'; give USER or SYSTEM"),
        (("frames",), {}, "turn 2: 'frames' is an object; give a list"),
        (("frames", 0, "actions", 1), "OFFER", "turn 2 frame 1 action 2: this is a string; give an object"),
        (
            ("frames", 0, "actions", 1, "act"),
            "",
            "turn 2 frame 1 action 2: 'act' is empty; "
            "correct the record, or get the file again from its source",
        ),
    ],
)
def test_errors(path, place, value, message):
    broken = copy.deepcopy(SGD)
    record = broken[0]["turns"][1]
    for key in place[:-1]:
        record = record[key]
    record[place[-1]] = value
    path.write_text(json.dumps(broken))
    with pytest.raises(CorpusError) as error:
        list(turncast.read(path))
    assert str(error.value) == f"{path} dialogue 9_00001 {message}"


def test_real_sgd(corpora):
    corpus = turncast.read(corpora / "sgd" / "dev")
    dialogues = list(corpus)
    assert (len(dialogues), sum(map(len, dialogues))) == (452, 2856)
    assert corpus.skipped == {"JSON file of another kind": 1}
    assert len({action for dialogue in dialogues for turn in dialogue for action in turn.actions}) == 10
    calls = turncast.read(corpora / "sgd" / "dev", config=ReadConfig(actions="calls"))
    turns = [turn for dialogue in calls for turn in dialogue]
    assert len(turns) == 3702
    assert sum("respond" not in turn.actions for turn in turns) == 846
