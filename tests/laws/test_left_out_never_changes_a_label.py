"""Law 9: what is left out of a decision never changes its label.

A decision is read, or refused, or its dialogue ends before it. Each format has a dialogue of three
decisions. The second one holds something that the reader does not understand, so that only the first may be
read: never an empty set, `respond`, or another action.
"""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import turncast
from support.dialogue_acts import CAMREST, CONVLAB, M2M, MULTIWOZ, SGD
from support.property_tests import examples
from turncast.errors import CorpusError
from turncast.readers import FORMATS

pytestmark = pytest.mark.quick

USER = {"role": "user", "content": "hi"}
ANSWER = {"role": "assistant", "content": "Hello."}
CALL = {"role": "assistant", "tool_calls": [{"name": "find", "arguments": {}}]}
UNKNOWN = {"role": "assistant", "content": [{"type": "text", "text": "I look."}, {"type": "new_call"}]}
MESSAGES = [USER, ANSWER, USER, UNKNOWN, USER, CALL]


def lines(records):
    return "".join(json.dumps(record) + "\n" for record in records)


def chat():
    return "log.jsonl", lines([{"messages": MESSAGES}])


def tau2():
    return "run.json", json.dumps({"simulations": [{"id": "a", "messages": MESSAGES}]})


def bfcl():
    question = [[USER], [{"role": "assistant", "content": "I have called it."}, USER], [USER]]
    record = {"id": "multi_turn_base_1", "question": question}
    answer = {"id": "multi_turn_base_1", "ground_truth": [["respond(x=1)"], ["book()"], ["pay()"]]}
    return {"questions.json": lines([record]), "possible_answer/questions.json": lines([answer])}


def api_bank():
    said = [{"role": "User", "text": "hi"}, {"role": "AI", "text": "Hello."}, {"role": "User", "text": "so"}]
    return "talk.jsonl", lines([*said, {"role": "Tool", "api_name": "Find"}, {"role": "AI", "text": "Done."}])


def star():
    label = {"Agent": "Wizard", "Action": "pick_suggestion", "ActionLabel": "hello", "Text": "Hello."}
    unknown = {"Agent": "Wizard", "Action": "delegate", "Text": "So."}
    said = {"Agent": "User", "Action": "utter", "Text": "hi"}
    return "7.json", json.dumps({"Events": [said, label, said, unknown, said, label]})


def sgd():
    extract = copy.deepcopy(SGD)
    del extract[0]["turns"][3]["frames"][0]["actions"]
    return "dialogues_001.json", json.dumps(extract)


def m2m():
    extract = copy.deepcopy(M2M)
    extract[0]["turns"] += copy.deepcopy(extract[0]["turns"][1:2])
    del extract[0]["turns"][2]["system_acts"]
    return "train.json", json.dumps(extract)


def multiwoz():
    extract = copy.deepcopy(MULTIWOZ)
    extract["SNG1.json"]["log"][3]["dialog_act"] = "No Annotation"
    return "data.json", json.dumps(extract)


def camrest():
    extract = copy.deepcopy(CAMREST)
    extract[0]["dial"][0] = extract[0]["dial"].pop(1)
    extract[0]["dial"].append(copy.deepcopy(extract[0]["dial"][0]))
    del extract[0]["dial"][1]["sys"]["dialog_act"]
    return "CamRest676.json", json.dumps(extract)


def convlab():
    extract = copy.deepcopy(CONVLAB)
    extract[0]["turns"][3]["dialogue_acts"]["graded"] = [{"intent": "offer", "domain": "ferry"}]
    return "dialogues.json", json.dumps(extract)


def babi():
    return "task5.txt", "1 hi\thello\n2 so book it\n3 well\tbye\n"


def rasa():
    steps = "  - intent: a\n  - action: b\n  - intent: c\n  - delegate: d\n  - intent: e\n  - action: f\n"
    return "stories.yml", f"stories:\n- story: s\n  steps:\n{steps}"


CUT = {
    "chat": (chat, [["respond"]]),
    "tau2": (tau2, [["respond"]]),
    "bfcl": (bfcl, [["respond()"]]),
    "api_bank": (api_bank, [["respond"]]),
    "star": (star, [["hello"]]),
    "sgd": (sgd, [["REQUEST"]]),
    "m2m": (m2m, [["REQUEST"]]),
    "multiwoz": (multiwoz, None),
    "camrest": (camrest, [["request"]]),
    "convlab": (convlab, [["ferry-request"]]),
    "babi": (babi, [["hello"]]),
    "rasa": (rasa, [["b"]]),
}
REFUSED = {
    "jsonl": ("log.jsonl", '{"turns": [{"actions": ["a"]}, {"user": "hi", "action": "b"}]}\n', "turn 2"),
    "plain": ("talk.txt", 't1: user: "hi"(action=a)\nt2: user: "so"(act=b)\n', "line 2"),
    "swda": ("talk.txt", "A|Hi.|fp\nB|Hi.|fp\nB|Well.|\nB|Bye.|fc\n", "line 3"),
    "csv": ("log.csv", "case,activity\n1,a\n1,\n1,b\n", "line 3"),
}
ELSEWHERE = {"parquet", "npz", "excel"}  # their cells have types, and a cell without a value is refused


def write(folder, files):
    """Write the files; return the first."""
    named = files if isinstance(files, dict) else dict([files])
    for name, text in named.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return folder / next(iter(named))


@pytest.mark.parametrize("name", CUT)
def test_a_dialogue_ends_before_a_decision_that_is_not_understood(tmp_path, name):
    make, expected = CUT[name]
    corpus = turncast.read(write(tmp_path, make()), format=name)
    (dialogue,) = corpus
    labels = [list(turn.actions) for turn in dialogue]
    assert len(labels) == 1
    assert labels[0] not in ([], ["stop"])
    if expected is not None:
        assert labels == [list(dict.fromkeys(actions)) for actions in expected]
    cut = [reason for reason in corpus.skipped if " cut at a" in reason]
    assert [corpus.skipped[reason] for reason in cut] == [1], corpus.skipped
    assert any("after the cut of its" in reason for reason in corpus.skipped), corpus.skipped


@pytest.mark.parametrize("name", REFUSED)
def test_a_decision_that_is_not_understood_is_refused_with_its_place(tmp_path, name):
    file, text, place = REFUSED[name]
    with pytest.raises(CorpusError, match=place):
        list(turncast.read(write(tmp_path, (file, text)), format=name))


def test_the_tables_have_every_format():
    assert CUT.keys() | REFUSED.keys() | ELSEWHERE == FORMATS.keys()


DECISIONS = {
    "respond": ANSWER,
    "find": CALL,
    "book": {"role": "model", "content": [{"functionCall": {"name": "book", "args": {}}}]},
    "pay": {"role": "assistant", "content": '<tool_call>{"name": "pay", "arguments": {}}</tool_call>'},
}
OTHERS = {
    "part": UNKNOWN,
    "role": {"role": "orchestrator", "content": "find"},
    "field": {**ANSWER, "invocations": [{"tool": "find"}]},
    "text": {**ANSWER, "content": "<|tool_call|>find"},
}


@examples(60)
@given(st.lists(st.sampled_from([*DECISIONS, *OTHERS]), min_size=1, max_size=8))
def test_every_decision_is_a_turn_with_its_label_or_counted(tmp_path_factory, kinds):
    decisions = [message for kind in kinds for message in (USER, (DECISIONS | OTHERS)[kind])]
    path = tmp_path_factory.getbasetemp() / "decisions.json"
    path.write_text(json.dumps([{"messages": [USER, ANSWER, *decisions]}]))
    corpus = turncast.read(path)
    (dialogue,) = corpus
    understood = next((n for n, kind in enumerate(kinds) if kind in OTHERS), len(kinds))
    assert [turn.actions[0] for turn in dialogue] == ["respond", *kinds[:understood]]
    left = 2 * (len(kinds) - understood)  # messages: the user's and the assistant's
    assert sum(corpus.skipped.values()) == left
