"""BFCL: invented golden questions and answers."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import turncast
from support.damage import cut, damaged, lines, reads_or_refuses
from support.property_tests import examples
from turncast import Turn
from turncast.errors import CorpusError
from turncast.readers import ReadConfig, detect_format
from turncast.readers.bfcl import parse_call


def user(text):
    return [{"role": "user", "content": text}]


QUESTIONS = [
    {
        "id": "multi_turn_miss_func_4",
        "question": [user("sort my list"), user("and share it"), [], user("thanks")],
        "involved_classes": ["Lists", "Mail"],
        "path": ["Lists.open", "Mail.send"],
        "missed_function": {"2": ["send", "draft"]},
    },
    {"id": "multi_turn_base_4", "question": [user("sort my list")]},
    {"id": "multi_turn_base_5", "question": [user("unanswered")]},
]
ANSWERS = [
    {
        "id": "multi_turn_miss_func_4",
        "ground_truth": [
            ["open(name='list')", "sort('list', order=\"up\")", "sort('list', order=\"up\")"],
            [],
            ["Mail.send(to=['a', 'b'], body='it\\'s (done)')"],
            [],
        ],
    },
    {"id": "multi_turn_base_4", "ground_truth": [["open(name='list')"]]},
]


def put(folder, questions, answers):
    (folder / "possible_answer").mkdir(parents=True, exist_ok=True)
    (folder / "multi_turn.json").write_text(questions, encoding="utf-8")
    (folder / "possible_answer" / "multi_turn.json").write_text(answers, encoding="utf-8")
    return folder / "multi_turn.json"


@pytest.fixture
def path(tmp_path):
    return put(tmp_path / "bfcl", lines(QUESTIONS), lines(ANSWERS))


@pytest.mark.quick
def test_the_golden_questions(path):
    assert detect_format(path).name == detect_format(path.parent).name == "bfcl"
    corpus = turncast.read(path)
    one, two = corpus
    assert list(turncast.read(path.parent)) == [one, two]
    assert (one.id, one.group, two.group) == ("multi_turn_miss_func_4", "multi_turn:4", "multi_turn:4")
    assert one.metadata == {"classes": "Lists, Mail"}
    assert one.turns == (
        Turn("sort my list", ("open",)),
        Turn(None, ("sort",)),
        Turn(None, ("sort",)),
        Turn("and share it", ("respond",)),
        Turn(None, ("Mail.send",), {"tools_added": 2}),
        Turn("thanks", ("respond",)),
    )
    assert corpus.skipped == {"question without an answer": 1}


def test_settings_arguments_and_listen(path):
    one, _ = turncast.read(path, config=ReadConfig(arguments=True, listen=True))
    assert [turn.actions[0] for turn in one] == [
        "open:name",
        "sort:arg1+order",
        "sort:arg1+order",
        "respond",
        "respond",
        "Mail.send:body+to",
        "respond",
        "respond",
    ]


def test_answers_to_a_single_turn(tmp_path):
    question = {"id": "parallel_12", "question": [user("the area of both")]}
    answer = {
        "id": "parallel_12",
        "ground_truth": [{"area": {"base": [1], "height": [2]}}, {"area": {"base": [3]}}],
    }
    (dialogue,) = turncast.read(put(tmp_path, lines([question]), lines([answer])))
    assert dialogue.turns == (Turn("the area of both", ("area",)), Turn(None, ("area",)))
    assert dialogue.group == "parallel_:12"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import os", "'import os' is not a Python call; write it as name(argument=value)"),
        ("1 + 1", "'1 + 1' is not a call; write it as name(argument=value)"),
        ("f()()", "'f()()' is not a call; write it as name(argument=value)"),
        ("f(" + "9" * 30_000 + ")", "a call is 30003 characters long; give at most 20000"),
        ("(" * 5000, f"{'(' * 40!r} is not a Python call; write it as name(argument=value)"),
        (
            "f(" + "-" * 9000 + "1)",
            f"{'f(' + '-' * 38!r} is not a Python call; write it as name(argument=value)",
        ),
    ],
)
def test_text_that_is_not_a_call(text, message):
    with pytest.raises(CorpusError) as error:
        parse_call(text, "here")
    assert str(error.value) == f"here: {message}"


@examples(40)
@given(st.text(max_size=60) | cut("files.sort('a.txt', order=\"\\d\", **more)"))
def test_any_text_is_parsed_or_refused(text):
    try:
        name, arguments = parse_call(text, "here")
    except CorpusError as error:
        name, arguments = str(error), ()
    assert len(name.splitlines()) == 1
    assert all(arguments)


@pytest.mark.parametrize(
    ("questions", "answers", "message"),
    [
        ([{"question": []}], ANSWERS, "multi_turn.json line 1: 'id' is null"),
        (QUESTIONS, [{"id": "a"}], "possible_answer/multi_turn.json line 1: 'ground_truth' is null"),
        (QUESTIONS, [ANSWERS[1] | {"ground_truth": [[5]]}], "line 1: a call is a number; write it as"),
    ],
)
def test_errors(tmp_path, questions, answers, message):
    path = put(tmp_path, lines(questions), lines(answers))
    with pytest.raises(CorpusError) as error:
        list(turncast.read(path, format="bfcl"))
    assert message in str(error.value)


def test_questions_without_their_answers(path):
    answers = path.parent / "possible_answer" / path.name
    with pytest.raises(CorpusError, match="there are no answers; give a file of questions"):
        list(turncast.read(answers))
    answers.unlink()
    with pytest.raises(CorpusError, match="there are no answers"):
        list(turncast.read(path))
    with pytest.raises(CorpusError, match="there are no answers"):
        list(turncast.read(path.parent))


@examples(40)
@given(damaged([QUESTIONS, ANSWERS]))
def test_damaged_values(tmp_path_factory, value):
    questions, answers = [*value, [], []][:2] if isinstance(value, list) else ([], [])
    text = [
        lines(records) if isinstance(records, list) else json.dumps(records)
        for records in (questions, answers)
    ]
    path = put(tmp_path_factory.getbasetemp() / "damaged", *text)
    if path.read_text().strip():
        reads_or_refuses(path, format="bfcl")


@examples(40)
@given(cut(lines(QUESTIONS)), cut(lines(ANSWERS)))
def test_damaged_text(tmp_path_factory, questions, answers):
    reads_or_refuses(put(tmp_path_factory.getbasetemp() / "cut", questions, answers), format="bfcl")


def test_real_questions(corpora):
    corpus = turncast.read(corpora / "bfcl")
    dialogues = list(corpus)
    assert (len(dialogues), sum(map(len, dialogues))) == (400, 2488)
    assert len({dialogue.group for dialogue in dialogues}) == 200
    assert corpus.skipped == {}
