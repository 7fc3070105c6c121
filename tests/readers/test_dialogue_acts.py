"""Laws of all formats of dialogue acts: detection, causal facts, errors in one line."""

import copy
import json

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

import turncast
from support.damage import cut, damaged
from support.dialogue_acts import EXTRACTS, M2M, camrest_turn, convlab_turn, sgd_system, woz_state
from support.property_tests import examples
from turncast.errors import CorpusError
from turncast.readers import ReadConfig, detect_format

FORMATS = list(EXTRACTS)
MODES = ["acts", "slots", "calls"]


def write_json(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return path


def read_single(path, mode="acts"):
    (dialogue,) = turncast.read(path, config=ReadConfig(actions=mode))
    return dialogue


@pytest.mark.quick
@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("indent", [None, 2])
def test_detected_by_content_and_in_a_folder(tmp_path, name, indent):
    text = json.dumps(EXTRACTS[name], indent=indent)
    path = write_json(tmp_path / "corpus" / "one.json", "\ufeff\n" + text)
    other = write_json(tmp_path / "corpus" / "schema.json", [{"service_name": "x"}])
    assert detect_format(path).name == detect_format(tmp_path / "corpus").name == name
    assert detect_format(tmp_path).name == name, "one level deeper"
    corpus = turncast.read(tmp_path)
    assert [dialogue.turns for dialogue in corpus] == [read_single(path).turns]
    assert corpus.skipped["JSON file of another kind"] == 1
    with pytest.raises(CorpusError, match="no format recognises"):
        detect_format(other)


def test_other_formats_are_not_dialogue_acts(tmp_path):
    path = write_json(tmp_path / "a.json", {"id": "1", "turns": [{"user": "dial log", "actions": []}]})
    assert detect_format(path).name == "jsonl"
    path = write_json(
        tmp_path / "b.json", [{"messages": [{"role": "user", "content": '"turns": "speaker"'}]}]
    )
    assert detect_format(path).name == "chat"


def with_other_reply(name, extract, number):
    """Return the extract up to a turn, with another reply and label for this turn."""
    extract = copy.deepcopy(extract)
    dialogue = next(iter(extract.values())) if name == "multiwoz" else extract[0]
    at = 2 * number + 1
    if name == "sgd":
        reply = sgd_system("Other.", ("OTHER", "other"), method="Other", results=9)
        dialogue["turns"] = [*dialogue["turns"][:at], reply]
    elif name == "m2m":
        reply = {"system_acts": [{"type": "OTHER"}], "dialogue_state": [{"slot": "other", "value": "x"}]}
        dialogue["turns"] = [*dialogue["turns"][: number + 1], reply]
    elif name == "multiwoz":
        reply = {"text": "Other.", "metadata": woz_state("x", [1]), "dialog_act": {"Other": []}}
        dialogue["log"] = [*dialogue["log"][:at], reply]
    elif name == "camrest":
        reply = dialogue["dial"][number] | {"sys": camrest_turn("", [], "Other.", {"other": []})["sys"]}
        dialogue["dial"] = [*dialogue["dial"][:number], reply]
    else:
        more = {"db_results": {"ferry": [1, 2]}, "booked": {"other": [1]}}
        call = {"ferry": {"method": "Other"}}
        reply = convlab_turn("system", "Other.", [("binary", "other", "", "x")], service_call=call, **more)
        dialogue["turns"] = [*dialogue["turns"][:at], reply]
        dialogue["turns"][at - 1]["state"] = {"other": {"other": "x"}}
    return extract


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("mode", MODES)
def test_a_turn_does_not_depend_on_its_reply_and_later_turns(tmp_path, name, mode):
    whole = read_single(write_json(tmp_path / "whole.json", EXTRACTS[name]), mode).turns
    for number in range(2 if name == "m2m" else 3):
        other = read_single(
            write_json(tmp_path / "other.json", with_other_reply(name, EXTRACTS[name], number)), mode
        ).turns
        before = len(other) - (2 if mode == "calls" and name in ("sgd", "convlab") else 1)
        assert other[:before] == whole[:before]
        assert (other[before].user, other[before].facts) == (whole[before].user, whole[before].facts)
        assert other[before].actions != whole[before].actions or other[before].actions == ("respond",)


@pytest.mark.parametrize("name", FORMATS)
@examples(150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damage_is_read_or_refused_in_one_line(tmp_path, name, data):
    texts = damaged(EXTRACTS[name]).map(json.dumps) | cut(json.dumps(EXTRACTS[name]))
    path = write_json(tmp_path / "damaged.json", data.draw(texts))
    config = ReadConfig(actions=data.draw(st.sampled_from(MODES)))
    refusal = None
    try:
        assert all(len(dialogue) > 0 for dialogue in turncast.read(path, format=name, config=config))
    except CorpusError as error:
        refusal = str(error)
    if refusal is not None:
        assert len(refusal.splitlines()) == 1
        assert refusal.startswith(str(path))


def read_one(path):
    (dialogue,) = turncast.read(path)
    return dialogue


def test_files_without_labels_are_refused(tmp_path):
    bare = copy.deepcopy(M2M)
    for turn in bare[0]["turns"]:
        turn.pop("system_acts", None)
    path = write_json(tmp_path / "bare.json", bare)
    with pytest.raises(CorpusError) as error:
        list(turncast.read(path))
    assert (
        str(error.value)
        == f"{path}: no system turn has an action; give the files that have the acts of the system"
    )


def test_a_dialogue_is_cut_at_a_turn_without_annotated_acts(tmp_path):
    extracts = copy.deepcopy(EXTRACTS)
    del extracts["sgd"][0]["turns"][3]["frames"][0]["actions"]
    del extracts["m2m"][0]["turns"][2]["system_acts"]
    extracts["multiwoz"]["SNG1.json"]["log"][3]["dialog_act"] = "No Annotation"
    del extracts["camrest"][0]["dial"][2]["sys"]["dialog_act"]
    del extracts["convlab"][0]["turns"][3]["dialogue_acts"]
    for name, extract in extracts.items():
        whole = read_one(write_json(tmp_path / f"{name}.json", EXTRACTS[name]))
        corpus = turncast.read(write_json(tmp_path / f"{name}.json", extract))
        (dialogue,) = corpus
        before = 2 if name == "camrest" else 1
        assert dialogue.turns == whole.turns[:before]
        assert corpus.skipped["dialogue cut at a system turn without annotated acts"] == 1, name
        assert corpus.skipped.get("turn after the cut of its dialogue", 0) == len(whole) - before - 1, name


def test_acts_of_an_unknown_kind_are_not_left_out(tmp_path):
    extract = copy.deepcopy(EXTRACTS["convlab"])
    extract[0]["turns"][3]["dialogue_acts"]["graded"] = [{"intent": "offer", "domain": "ferry"}]
    assert len(read_one(write_json(tmp_path / "acts.json", extract))) == 1


def test_ids(tmp_path):
    one = copy.deepcopy(M2M[0])
    del one["dialogue_id"]
    path = write_json(tmp_path / "ids.json", [one, one | {"dialogue_id": 5}])
    assert [dialogue.id for dialogue in turncast.read(path)] == ["ids:1", "5"]
    write_json(path, [one | {"dialogue_id": [5]}])
    with pytest.raises(CorpusError) as error:
        list(turncast.read(path))
    assert str(error.value) == f"{path} dialogue number 1: 'dialogue_id' is a list; give a string"
    write_json(path, json.dumps([one, 5]))
    with pytest.raises(CorpusError) as error:
        list(turncast.read(path))
    assert str(error.value) == f"{path} dialogue number 2: this is a number; give an object"
    write_json(path, {"turns": []})
    with pytest.raises(CorpusError) as error:
        list(turncast.read(path, format="sgd"))
    assert str(error.value) == f"{path}: this is an object; give a list of dialogues"
    write_json(path, [one | {"dialogue_id": "a\nb", "turns": 5}])
    with pytest.raises(CorpusError) as error:
        list(turncast.read(path, format="m2m"))
    assert str(error.value) == f"{path} dialogue 'a\\nb': 'turns' is a number; give a list"
