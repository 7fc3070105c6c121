"""API-Bank: an invented golden dialogue."""

import pytest
from hypothesis import given

import turncast
from support.damage import cut, damaged, lines, reads_or_refuses
from support.property_tests import examples
from turncast import Turn
from turncast.errors import CorpusError
from turncast.readers import ReadConfig, detect_format

RECORDS = [
    {"role": "User", "text": "water the roses"},
    {"role": "AI", "text": "I look at the soil."},
    {
        "role": "API",
        "api_name": "Soil",
        "param_dict": {"bed": 2, "area": "south"},
        "result": {"input": {}, "output": {"wet": False, "depth": 4, "log": []}, "exception": None},
    },
    {
        "role": "API",
        "api_name": "Water",
        "param_dict": {},
        "result": {"output": None, "exception": "no water"},
    },
    {"role": "AI", "text": "There is no water."},
    {"role": "Note", "text": "hm"},
    {"role": "User", "text": "a pity"},
]


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "garden" / "level-1"
    folder.mkdir(parents=True)
    (folder / "Empty-level-1-1.jsonl").write_text("")
    (folder / "Soil-Water-level-2-1.jsonl").write_text(lines(RECORDS))
    (folder / "Talk-level-1-1.jsonl").write_text(lines(RECORDS[:1]))
    return folder


@pytest.mark.quick
def test_the_golden_dialogue(folder):
    path = folder / "Soil-Water-level-2-1.jsonl"
    assert detect_format(path).name == "api_bank"
    (dialogue,) = turncast.read(path)
    assert (dialogue.id, dialogue.metadata) == ("api_bank:Soil-Water-level-2-1", {"task": "Soil-Water"})
    assert dialogue.turns == (
        Turn("water the roses", ("respond",), response="I look at the soil."),
        Turn(None, ("Soil",)),
        Turn(None, ("Water",), {"tool.Soil": True, "result.wet": False, "result.depth": 4}),
        Turn(None, ("respond",), {"tool.Water": True, "tool_error": True}, "There is no water."),
    )
    (named,) = turncast.read(path, config=ReadConfig(arguments=True))
    assert named[1].actions == ("Soil:area+bed",)


def test_folders(folder):
    assert detect_format(folder).name == detect_format(folder.parent).name == "api_bank"
    corpus = turncast.read(folder.parent)
    assert len(list(corpus)) == 1
    assert corpus.skipped == {
        "user text after the last system turn": 1,
        "user text after the cut of its dialogue": 1,
        "file that is empty or has no dialogue": 1,
        "value of a tool result that is not short": 1,
        "dialogue cut at a record of role 'Note'": 1,
        "dialogue without a system turn": 1,
    }


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ([], "line 2: 'role' is null; give an object with the role User, AI or API"),
        ({"role": "AI"}, "line 2: 'text' is null; give a string"),
        ({"role": "API", "api_name": 3}, "line 2: 'api_name' is a number; give the name of the call"),
    ],
)
def test_errors(tmp_path, record, message):
    path = tmp_path / "one.jsonl"
    path.write_text(lines([RECORDS[0], record]))
    with pytest.raises(CorpusError) as error:
        list(turncast.read(path))
    assert str(error.value) == f"{path} {message}"


@examples(40)
@given(damaged(RECORDS))
def test_damaged_values(tmp_path_factory, records):
    path = tmp_path_factory.getbasetemp() / "damaged.jsonl"
    path.write_text(lines(records))
    reads_or_refuses(path, format="api_bank")


@examples(40)
@given(cut(lines(RECORDS)))
def test_damaged_text(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "damaged.jsonl"
    path.write_text(text, encoding="utf-8")
    reads_or_refuses(path, format="api_bank")


def test_real_dialogues(corpora):
    corpus = turncast.read(corpora / "api_bank")
    dialogues = list(corpus)
    assert (len(dialogues), sum(map(len, dialogues))) == (141, 911)
    assert corpus.skipped["file that is empty or has no dialogue"] == 1
