"""Other names for actions."""

import pytest

import turncast
from turncast import Corpus, Dialogue, Turn
from turncast.data import read_mapping, relabel
from turncast.errors import ConfigError

CORPUS = Corpus(
    "c",
    [
        Dialogue("d1", [Turn("hi", ["greet", "Hello"], {"x": 1}, "so"), Turn("?", ["noise"])], {"m": 1}, "g"),
        Dialogue("d2", [Turn("bye", ["a"]), Turn("bye", ["b"])]),
    ],
)


@pytest.mark.quick
def test_rename_merge_drop_and_exchange(tmp_path):
    mapping = {"Hello": "greet", "noise": None, "a": "b", "b": "a", "gret": "x", "zzz": "y"}
    made = relabel(CORPUS, mapping, tmp_path / "new.jsonl")
    dialogues = list(turncast.read(tmp_path / "new.jsonl"))
    assert [turn.actions for dialogue in dialogues for turn in dialogue] == [("greet",), (), ("b",), ("a",)]
    assert dialogues[0][0] == Turn("hi", ["greet"], {"x": 1}, "so")
    assert (dialogues[0].metadata, dialogues[0].group) == ({"m": 1}, "g")
    assert made.turns_changed == {"Hello": 1, "noise": 1, "a": 1, "b": 1, "gret": 0, "zzz": 0}
    assert made.suggestions == {"gret": "; did you mean 'greet'?", "zzz": ""}
    assert (made.emptied, made.actions) == (1, {"greet": 1, "b": 1, "a": 1})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("m.csv", 'old,new\nBye, goodbye\n" a, b ",x\nnoise,\n'),
        ("m.csv", '\ufeffBye,goodbye\n\n" a, b ", x \nnoise,""\nBye,goodbye\n'),
        ("m.json", '{"Bye": "goodbye", " a, b ": "x", "noise": null}'),
        ("m.toml", '"Bye" = "goodbye"\n" a, b " = "x"\nnoise = ""\n'),
    ],
)
def test_files(tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert read_mapping(tmp_path / name) == {"Bye": "goodbye", " a, b ": "x", "noise": None}


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "m.csv",
            "a,b\nc\n",
            " line 2: 1 cells where two are expected; give an old and a new name, as Bye,goodbye",
        ),
        ("m.csv", ",b\n", " line 1: the old name is empty; name an action"),
        ("m.csv", "a,b\na,c\n", " line 2: 'a' is mapped to two different names; keep one"),
        ("m.csv", "old,new\n", ": the mapping is empty; give an old and a new name per line"),
        ("m.csv", 'a,b\rc,d\n"', None),
        ("m.json", '["a"]', ': not an object of old and new names; write {"Bye": "goodbye"}'),
        (
            "m.json",
            '{"a": 1}',
            ": the new name of 'a' is not a string; give one, or an empty one to drop it",
        ),
        ("m.json", '{"a": "b", "a": "c"}', ": 'a' is mapped to two different names; keep one"),
        ("m.json", "{", None),
        (
            "m.toml",
            "a = {}",
            ": the new name of 'a' is not a string; give one, or an empty one to drop it",
        ),
        ("m.toml", "a", None),
        ("m.txt", "a,b", ": no mapping has this suffix; give a .csv, .json or .toml file"),
    ],
)
def test_errors(tmp_path, name, text, message):
    (tmp_path / name).write_text(text, newline="")
    with pytest.raises(ConfigError) as error:
        read_mapping(tmp_path / name)
    assert "\n" not in str(error.value).strip()
    if message:
        assert str(error.value) == f"{tmp_path / name}{message}"
    with pytest.raises(ConfigError, match=r"cannot be read \(No such file"):
        read_mapping(tmp_path / "nope.csv")
