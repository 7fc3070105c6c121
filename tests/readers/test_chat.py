"""Chat messages with tool calls: invented golden conversations in all forms."""

import json

import pytest
from hypothesis import given

import turncast
from support.damage import cut, damaged, lines, reads_or_refuses
from support.property_tests import examples
from turncast import Turn
from turncast.errors import CorpusError
from turncast.readers import ReadConfig, detect_format


def call(name, number, **arguments):
    return {
        "id": number,
        "type": "function",
        "function": {"name": name, "arguments": json.dumps(arguments)},
    }


MESSAGES = [
    {"role": "system", "content": "You sell tickets. " * 20},
    {
        "role": "user",
        "content": [{"type": "text", "text": "two seats"}, {"type": "image_url", "image_url": {}}],
    },
    {"role": "user", "content": "for the zoo"},
    {"role": "assistant", "content": "Which day?"},
    {"role": "user", "content": "Sunday"},
    {
        "role": "assistant",
        "content": "Let me see.",
        "tool_calls": [
            call("find", "c1", day="Sunday"),
            call("weather", "c2"),
            call("find", "c3", day="7th"),
        ],
    },
    {
        "role": "tool",
        "tool_call_id": "c1",
        "content": '{"free": 4, "price": 2.5, "open": true, "rows": [1, 2]}',
    },
    {"role": "tool", "tool_call_id": "c2", "content": "Error: no forecast"},
    {"role": "tool", "tool_call_id": "c3", "name": "find", "content": '[{"free": 1}, {"free": 2}]'},
    {"role": "assistant", "content": None, "tool_calls": [call("book", "c4", seats=2, day="Sunday")]},
    {"role": "tool", "tool_call_id": "c4", "content": "done"},
    {"role": "assistant", "content": "Booked."},
    {"role": "user", "content": "Thanks! ###STOP###"},
]
TURNS = (
    Turn("two seats\nfor the zoo", ("respond",), response="Which day?"),
    Turn("Sunday", ("find", "weather"), response="Let me see."),
    Turn(
        None,
        ("book",),
        {
            "tool.find": True,
            "result.free": 4,
            "result.price": 2.5,
            "result.open": True,
            "tool.weather": True,
            "tool_error": True,
            "result": "Error: no forecast",
            "result_items": 2,
        },
    ),
    Turn(None, ("respond",), {"tool.book": True, "result": "done"}, "Booked."),
)
SKIPPED = {
    "part of a message of type 'image_url'": 1,
    "repeated action in one message": 1,
    "value of a tool result that is not short": 1,
    "user text after the last system turn": 1,
}
RUN = {"task_id": 3, "trial": 1, "reward": 1.0, "info": {"task": {}}, "traj": MESSAGES}
TUNING = {"messages": MESSAGES, "tools": [{"type": "function", "function": {"name": "find"}}]}


@pytest.fixture
def write(tmp_path):
    def write(text, name="agent.json"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return write


FORMS = {
    "bare list": json.dumps(MESSAGES),
    "bare list, indented": json.dumps(MESSAGES, indent=1),
    "bare list a line": lines([MESSAGES]),
    "fine-tuning": lines([TUNING]),
    "fine-tuning, tools first": lines([dict(reversed(TUNING.items()))]),
    "one object": json.dumps(TUNING, indent=2),
    "list of objects": json.dumps([TUNING]),
    "runs": json.dumps([RUN], indent=2),
    "runs, a line each": lines([RUN]),
}


@pytest.mark.quick
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["agent.json", "agent.jsonl", "agent"])
def test_every_form_gives_the_golden_turns(write, form, name):
    path = write(FORMS[form], name)
    assert detect_format(path).name == "chat"
    corpus = turncast.read(path)
    (dialogue,) = corpus
    assert (dialogue.id, dialogue.turns) == ("agent:1", TURNS)
    assert {name: corpus.skipped[name] for name in SKIPPED} == SKIPPED


def test_metadata_and_group(write):
    path = write(json.dumps([RUN, RUN | {"trial": 2, "reward": 0.0}, RUN | {"task_id": "x"}]))
    corpus = turncast.read(path)
    one, two, other = corpus
    assert (one.group, two.group, other.group) == ("3", "3", "x")
    assert (one.metadata["outcome"], two.metadata["outcome"]) == (1.0, 0.0)
    assert one.metadata["trial"] == 1
    assert one.metadata["system_prompt_length"] == 360
    assert len(one.metadata["system_prompt_sha256"]) == 16
    assert corpus.skipped["record key 'info' without a short value"] == 3
    (tuned,) = turncast.read(
        write(lines([TUNING | {"messages": [{"role": "developer", "content": "hm"}, MESSAGES[3]]}]))
    )
    assert tuned.metadata == {"system_prompt": "hm", "tools": 1}
    assert tuned.group is None


def test_arguments_are_part_of_the_action(write):
    (dialogue,) = turncast.read(write(lines([TUNING])), config=ReadConfig(arguments=True))
    assert [turn.actions for turn in dialogue] == [
        ("respond",),
        ("find:day", "weather"),
        ("book:day+seats",),
        ("respond",),
    ]
    odd = [
        {"role": "assistant", "tool_calls": [{"name": "a", "arguments": {"y": 1, "x": 2}}]},
        {"role": "assistant", "tool_calls": [{"name": "a", "arguments": '{"x": '}]},
        {
            "role": "assistant",
            "tool_calls": [{"type": "custom", "custom": {"name": "sql", "input": "select"}}],
        },
    ]
    corpus = turncast.read(write(lines([{"messages": odd}])), config=ReadConfig(arguments=True))
    (dialogue,) = corpus
    assert [turn.actions for turn in dialogue] == [("a:x+y",), ("a",), ("sql",)]
    assert corpus.skipped == {"arguments of a call that are not a JSON object": 2}


def test_the_older_function_call(write):
    messages = [
        {"role": "user", "content": "seven and two"},
        {
            "role": "assistant",
            "content": None,
            "function_call": {"name": "add", "arguments": '{"a": 7, "b": 2}'},
        },
        {"role": "function", "name": "add", "content": "9"},
        {"role": "assistant", "content": "Nine."},
    ]
    (dialogue,) = turncast.read(write(lines([{"messages": messages, "functions": [{"name": "add"}]}])))
    assert dialogue.turns == (
        Turn("seven and two", ("add",)),
        Turn(None, ("respond",), {"tool.add": True, "result": 9}, "Nine."),
    )


def test_skipped_lines_are_counted(write):
    messages = [
        {"role": "user", "content": "hi"},
        {"role": "system", "content": "be kind"},
        {"role": "assistant", "content": ""},
        {"role": "assistant", "content": None, "refusal": "I cannot."},
        {"role": "tool", "content": "long " * 50},
        {"role": "tool", "content": json.dumps({f"k{n}": n for n in range(23)})},
        {"role": "assistant", "content": "###STOP###"},
        {"role": "user", "content": "still there?"},
    ]
    corpus = turncast.read(write(lines([{"messages": messages}, {"messages": messages[:1]}])))
    (dialogue,) = corpus
    assert [(turn.user, turn.actions, turn.response) for turn in dialogue] == [
        ("hi", ("respond",), "I cannot."),
        (None, ("stop",), None),
    ]
    assert set(dialogue[1].facts) == {f"result.k{n}" for n in range(20)}
    assert corpus.skipped == {
        "value of a tool result beyond the first 20": 3,
        "system message inside a dialogue": 1,
        "assistant message without text and calls": 1,
        "long text of a tool result": 1,
        "message after the end mark": 1,
        "user text after the last system turn": 1,
        "dialogue without a system turn": 1,
    }


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (7, " line 2: the record is a number; give a list of messages, or an object with a list of messages"),
        ({"id": "a"}, " line 2: the record has no 'messages'; give a list, such as \"messages\": [...]"),
        ({"messages": 5}, " line 2: the messages are a number; give a list of messages"),
        ({"messages": ["hi"]}, " line 2 message 1: the message is a string; give an object with a 'role'"),
        (
            {"messages": [{"content": "hi"}]},
            " line 2 message 1: the message has no 'role'; give system, user, assistant or tool",
        ),
        (
            {"messages": [{"role": "user", "content": 4}]},
            " line 2 message 1: 'content' is a number; give a string, a list of parts, or null",
        ),
        (
            {"messages": [{"role": "assistant", "tool_calls": {}}]},
            " line 2 message 1: 'tool_calls' is an object; give a list, or null",
        ),
        (
            {"messages": [{"role": "assistant", "tool_calls": [{"function": {"name": ""}}]}]},
            " line 2 message 1: the name of a tool call is an empty string; "
            'give each call a name, such as {"function": {"name": "book", "arguments": "{}"}}',
        ),
    ],
)
def test_errors(write, record, message):
    path = write(lines([TUNING, record]))
    with pytest.raises(CorpusError) as error:
        list(turncast.read(path))
    assert str(error.value) == f"{path}{message}"


def test_an_error_names_a_damaged_first_line(write):
    path = write(lines([TUNING])[20:] + lines([TUNING]))
    with pytest.raises(CorpusError, match=r"agent.json line 1: not JSON"):
        list(turncast.read(path, format="chat"))


@pytest.mark.parametrize(
    "text", ['{"turns": [{"user": "hi", "actions": ["a"], "messages": []}]}', '{"Events": [{"role": 1}]}']
)
def test_files_of_other_formats_are_not_chat(write, text):
    assert detect_format(write(text)).name != "chat"


def test_facts_come_from_earlier_messages(write):
    """Later messages do not change a turn."""
    whole = next(iter(turncast.read(write(json.dumps(MESSAGES)))))
    for end in range(4, len(MESSAGES)):
        part = next(iter(turncast.read(write(json.dumps(MESSAGES[:end])))))
        assert whole.turns[: len(part)] == part.turns


@examples(40)
@given(damaged([RUN, TUNING, MESSAGES]))
def test_damaged_values(tmp_path_factory, value):
    path = tmp_path_factory.getbasetemp() / "damaged.json"
    path.write_text(json.dumps(value))
    reads_or_refuses(path, format="chat")


@examples(40)
@given(cut(lines([TUNING, RUN])))
def test_damaged_text(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "damaged.jsonl"
    path.write_text(text, encoding="utf-8")
    reads_or_refuses(path)


def test_real_runs(corpora):
    corpus = turncast.read(corpora / "tau_bench" / "historical_trajectories" / "gpt-4o-airline.json")
    dialogues = list(corpus)
    assert (len(dialogues), sum(map(len, dialogues))) == (200, 2454)
    assert len({dialogue.group for dialogue in dialogues}) == 50
    tuned = list(turncast.read(corpora / "tau2_bench" / "branch_feature_gym" / "train_sft-v1-small.jsonl"))
    assert (len(tuned), sum(map(len, tuned))) == (37, 492)
    assert any(len(turn.actions) > 1 for dialogue in tuned for turn in dialogue)


LONG = "a long prompt of many words " * 5000
TURN_PAIR = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]
LATE_KEYS = {
    "content before role": {"messages": [{"content": LONG, "role": "system"}, *TURN_PAIR]},
    "functions first": {"functions": [{"name": "f", "description": LONG}], "messages": TURN_PAIR},
    "a long id": {"id": LONG, "messages": TURN_PAIR},
    "a number of turns": {"turns": 3, "note": LONG, "messages": TURN_PAIR},
    "names of turns": {"turns": ["a", "b"], "messages": TURN_PAIR},
    "a question": {"question": "how?", "messages": TURN_PAIR},
    "simulations": {"simulations": 4, "traj": TURN_PAIR},
    "bare list": [{"content": LONG, "role": "system"}, *TURN_PAIR],
}


@pytest.mark.parametrize("name", ["agent.json", "agent.jsonl"])
@pytest.mark.parametrize("form", LATE_KEYS)
@pytest.mark.parametrize("indent", [None, 1])
def test_the_format_is_detected_behind_long_texts_and_other_keys(write, form, name, indent):
    path = write(json.dumps(LATE_KEYS[form], indent=indent), name)
    assert detect_format(path).name == "chat"
    (dialogue,) = turncast.read(path)
    assert dialogue[0].response == "hello"


def growing(session=None, words=("hi", "book", "bye"), **more):
    """Return records of one conversation, each with one more turn."""
    messages, records = [], []
    for word in words:
        messages += [{"role": "user", "content": word}, {"role": "assistant", "content": f"so: {word}"}]
        records.append({"messages": list(messages)} | more)
    return [record | ({"session_id": session} if session else {}) for record in records]


@pytest.mark.parametrize("order", [1, -1])
def test_only_the_longest_record_of_a_conversation_is_read(write, order):
    path = write(lines((growing() + growing(words=("hi", "no")))[::order]))
    corpus = turncast.read(path)
    assert sorted(len(dialogue) for dialogue in corpus) == [2, 3]
    assert corpus.skipped == {"dialogue that is the beginning of another one": 3}
    everything = turncast.read(path, config=ReadConfig(beginnings=True))
    assert [len(dialogue) for dialogue in everything] == [1, 2, 3, 1, 2][::order]


def test_the_records_of_a_conversation_may_be_in_several_files(tmp_path):
    for number, record in enumerate(growing()):
        (tmp_path / f"{number}.json").write_text(json.dumps(record))
    assert [len(dialogue) for dialogue in turncast.read(tmp_path)] == [3]


def test_records_of_one_session_are_a_group_and_never_compared_with_another(write):
    records = [*growing("a", words=("hi",)), *growing("a", words=("so",)), *growing("b")]
    corpus = turncast.read(write(lines([*records, records[0]])))
    assert [(dialogue.group, len(dialogue)) for dialogue in corpus] == [("a", 1), ("a", 1), ("b", 3)]
    assert corpus.skipped == {
        "dialogue that is the beginning of another one": 2,
        "dialogue that equals an earlier one of its session": 1,
    }


@pytest.mark.parametrize(
    ("record", "group"),
    [
        ({"conversation_id": 7}, "7"),
        ({"thread_id": "t"}, "t"),
        ({"metadata": {"sessionId": "s"}}, "s"),
        ({"task_id": 1, "session_id": "s"}, "1"),
        ({"session_id": None}, None),
    ],
)
def test_the_group_of_a_record(write, record, group):
    (dialogue,) = turncast.read(write(lines([TUNING | record])))
    assert dialogue.group == group


def test_trials_are_not_compared(write):
    records = [record | {"trial": number} for number, record in enumerate(growing())]
    assert len(list(turncast.read(write(lines(records))))) == 3


def test_the_next_turn_of_every_record_is_predicted(write):
    first, second, _ = growing("a")
    asked = [{"messages": second["messages"][:1]}, first, {"messages": second["messages"][:3]}]
    ended = {"messages": [*first["messages"], {"role": "user", "content": "thanks ###STOP###"}]}
    marked = [{**message, "weight": 0} for message in second["messages"]]
    path = write(lines([*asked, ended, {"messages": marked}]))
    dialogues = list(turncast.read(path, pending=True))
    assert [len(dialogue) for dialogue in dialogues] == [0, 1, 1, 1, 2]
    assert [dialogue.pending and dialogue.pending.user for dialogue in dialogues] == [
        *("hi", None, "book"),
        *(None, None),
    ]
