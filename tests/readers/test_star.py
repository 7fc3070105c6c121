"""STAR: an invented golden dialogue, and the real corpus if it is available."""

import json

import pytest

import turncast
from turncast import Turn
from turncast.errors import CorpusError

EVENTS = [
    {"Agent": "UserGuide", "Action": "instruct", "Text": "You want a tram."},
    {"Agent": "User", "Action": "utter", "Text": "hello"},
    {"Agent": "User", "Action": "utter", "Text": "a tram please"},
    {"Agent": "Wizard", "Action": "request_suggestions", "Text": "when"},
    {"Agent": "Wizard", "Action": "pick_suggestion", "ActionLabel": "ask_time", "Text": "When?"},
    {"Agent": "User", "Action": "utter", "Text": "at six"},
    {
        "Agent": "Wizard",
        "Action": "query",
        "APIName": "tram_book",
        "Constraints": [{"Time": "6"}, {"RequestType": '"Check"'}],
    },
    {
        "Agent": "KnowledgeBase",
        "Action": "return_item",
        "APIName": "tram_book",
        "Item": {"APIName": "tram_book", "id": 4, "Free": True, "Line": 7, "Stops": ["a", "b"], "Note": None},
        "TotalItems": 2,
    },
    {"Agent": "Wizard", "Action": "pick_suggestion", "ActionLabel": "offer", "Text": "Line 7?"},
    {"Agent": "Wizard", "Action": "query", "APIName": "tram_status", "Constraints": []},
    {"Agent": "KnowledgeBase", "Action": "return_item", "APIName": "tram_status", "TotalItems": -1},
    {"Agent": "Wizard", "Action": "utter", "Text": "hm"},
    {"Agent": "Wizard", "Action": "pick_suggestion", "ActionLabel": "goodbye", "Text": "Bye"},
    {"Agent": "User", "Action": "utter", "Text": "bye"},
]
RECORD = {
    "DialogueID": 12,
    "CompletionLevel": "Complete",
    "Scenario": {"Happy": True, "MultiTask": False, "WizardCapabilities": [{"Task": "tram_book"}]},
    "Events": EVENTS,
}


@pytest.fixture
def folder(tmp_path):
    dialogues = tmp_path / "star" / "dialogues"
    dialogues.mkdir(parents=True)
    for number in (12, 3, 100):
        (dialogues / f"{number}.json").write_text(json.dumps(RECORD | {"DialogueID": number}))
    (dialogues / "4.json").write_text(json.dumps(RECORD | {"DialogueID": 4, "Events": EVENTS[:3]}))
    return tmp_path / "star"


@pytest.mark.quick
def test_the_golden_dialogue(folder):
    (dialogue,) = turncast.read(folder / "dialogues" / "12.json")
    assert dialogue.id == "star:12"
    assert dialogue.metadata == {
        "completion": "Complete",
        "happy": True,
        "multi_task": False,
        "task": "tram_book",
    }
    assert dialogue.turns == (
        Turn("hello\na tram please", ("ask_time",), response="When?"),
        Turn("at six", ("query_tram_book_check",)),
        Turn(
            None,
            ("offer",),
            {
                "kb_found": True,
                "kb_items": 2,
                "tram_book.Free": True,
                "tram_book.Line": 7,
                "tram_book.Stops": "a, b",
            },
            "Line 7?",
        ),
        Turn(None, ("query_tram_status",)),
        Turn(None, ("goodbye",), {"kb_found": False}, "Bye"),
    )


def test_a_folder_is_sorted_by_number_and_skipped_events_are_counted(folder):
    corpus = turncast.read(folder)
    assert [dialogue.id for dialogue in corpus] == ["star:3", "star:12", "star:100"]
    assert corpus.skipped == {
        "event UserGuide/instruct": 4,
        "user text after the last system turn": 5,
        "event Wizard/request_suggestions": 3,
        "event Wizard/utter": 3,
        "dialogue without a system turn": 1,
    }


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"Events": 3}, "'Events' is a number; give a list"),
        ({"Events": None}, "there is no list of 'Events'; give a STAR dialogue, or name the format"),
        (
            {"Events": [{"Agent": "Wizard", "Action": "query"}]},
            "event 1: there is no 'APIName'; correct the record, or get the file again from its source",
        ),
        ({"Scenario": {"Happy": "no"}}, "'Scenario': 'Happy' is a string; give true or false"),
        ({"DialogueID": 1.5}, "'DialogueID' is a number; give a string"),
        (
            {"Events": [{"Agent": "User", "Action": "utter", "Text": [5]}]},
            "event 1: 'Text' is a list; give a string or null",
        ),
        (
            {"Events": [{"Agent": "KnowledgeBase", "Action": "return_item", "TotalItems": "many"}]},
            "event 1: 'TotalItems' is a string; give a whole number, or null",
        ),
    ],
)
def test_errors(folder, change, message):
    path = folder / "dialogues" / "12.json"
    path.write_text(json.dumps(RECORD | change))
    with pytest.raises(CorpusError) as error:
        list(turncast.read(path, format="star"))
    assert str(error.value) in (f"{path}: {message}", f"{path} {message}")


def test_unknown_values_are_left_out(folder):
    item = {"APIName": "tram", "Wide": {"a": 1}, "Stops": [["a"]], "Lines": [7, True], "Free": None}
    events = [
        {"Agent": "KnowledgeBase", "Action": "return_item", "Item": item},
        {"Agent": "Wizard", "Action": "query", "APIName": "b", "Constraints": None},
        {"Agent": "Wizard", "Action": "query", "APIName": "b", "Constraints": [{"RequestType": "Ask"}]},
    ]
    path = folder / "dialogues" / "12.json"
    path.write_text(json.dumps({"Events": events}))
    corpus = turncast.read(path)
    (dialogue,) = corpus
    assert (dialogue.id, dialogue.metadata) == ("star:12", {"task": ""})
    assert dialogue.turns == (Turn(None, ("query_b",), {"kb_found": True, "tram.Lines": "7, true"}),)
    assert corpus.skipped == {
        "field of an item that is neither a value nor a list of values": 2,
        "dialogue cut at a query of the RequestType 'Ask'": 1,
    }


def test_real_star(corpora):
    corpus = turncast.read(corpora / "star")
    dialogues = list(corpus)
    assert (len(dialogues), sum(map(len, dialogues))) == (3039, 34_215)
    assert corpus.skipped["dialogue without a system turn"] == 288
    assert not any("suggestions" in name for d in dialogues for turn in d for name in turn.facts)
