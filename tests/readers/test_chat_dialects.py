"""Chat messages of other interfaces: one invented conversation in many forms, and what is not understood."""

import json

import pytest
from hypothesis import given

import turncast
from support.damage import damaged, reads_or_refuses
from support.property_tests import examples
from turncast import Turn
from turncast.readers import ReadConfig

USER = {"role": "user", "content": "a bus to Lund?"}
ANSWER = {"role": "assistant", "content": "At nine."}
CALL = {"name": "find_bus", "arguments": {"to": "Lund"}}


def plain_call(**arguments):
    return {"id": "c1", "type": "function", "function": {"name": "find_bus", "arguments": "{}"}} | arguments


def result(**values):
    return {"role": "tool", "tool_call_id": "c1", "content": '{"hour": 9}'} | values


def assistant(*parts, **fields):
    return {"role": "assistant", "content": list(parts) or None, **fields}


USE = {"type": "tool_use", "id": "c1", "name": "find_bus", "input": {"to": "Lund"}}
VERCEL = {"type": "tool-call", "toolCallId": "c1", "toolName": "find_bus", "input": {"to": "Lund"}}
DIALECTS = {
    "OpenAI": [USER, assistant(tool_calls=[plain_call()]), result(), ANSWER],
    "Anthropic": [
        USER,
        assistant({"type": "thinking", "thinking": "hm", "signature": "s"}, USE),
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": "c1", "content": '{"hour": 9}'}],
        },
        assistant({"type": "text", "text": "At nine."}),
    ],
    "Anthropic, result in parts": [
        USER,
        assistant(USE),
        {
            "role": "user",
            "content": [
                {
                    "type": "tool_result",
                    "tool_use_id": "c1",
                    "content": [{"type": "text", "text": '{"hour": 9}'}],
                }
            ],
        },
        ANSWER,
    ],
    "Bedrock": [
        {"role": "user", "content": [{"text": "a bus to Lund?"}]},
        assistant({"toolUse": {"toolUseId": "c1", "name": "find_bus", "input": {"to": "Lund"}}}),
        {
            "role": "user",
            "content": [{"toolResult": {"toolUseId": "c1", "content": [{"json": {"hour": 9}}]}}],
        },
        assistant({"text": "At nine."}),
    ],
    "Vercel": [
        USER,
        assistant({"type": "reasoning", "text": "a bus"}, VERCEL),
        {
            "role": "tool",
            "content": [
                {
                    "type": "tool-result",
                    "toolCallId": "c1",
                    "toolName": "find_bus",
                    "output": {"type": "json", "value": {"hour": 9}},
                }
            ],
        },
        ANSWER,
    ],
    "Vercel, older": [
        USER,
        assistant({**VERCEL, "args": {"to": "Lund"}}),
        {
            "role": "tool",
            "content": [{"type": "tool-result", "toolCallId": "c1", "result": {"hour": 9}}],
        },
        ANSWER,
    ],
    "Gemini in messages": [
        USER,
        {"role": "model", "parts": [{"functionCall": {"name": "find_bus", "args": {"to": "Lund"}}}]},
        {
            "role": "user",
            "parts": [{"functionResponse": {"name": "find_bus", "response": {"hour": 9}}}],
        },
        {"role": "model", "parts": [{"text": "At nine."}]},
    ],
    "LangChain": [
        USER,
        assistant(tool_calls=[{"name": "find_bus", "args": {"to": "Lund"}, "id": "c1", "type": "tool_call"}]),
        result(status="success"),
        ANSWER,
    ],
    "LangChain, both forms": [
        USER,
        assistant(
            USE,
            tool_calls=[{"name": "find_bus", "args": {"to": "Lund"}, "id": "c1"}],
            additional_kwargs={"tool_calls": [plain_call()]},
        ),
        result(),
        ANSWER,
    ],
    "LangChain, additional_kwargs": [
        USER,
        assistant(additional_kwargs={"tool_calls": [plain_call()]}),
        result(),
        ANSWER,
    ],
    "Hermes": [
        USER,
        {"role": "assistant", "content": f"<tool_call>\n{json.dumps(CALL)}\n</tool_call>"},
        {
            "role": "tool",
            "name": "find_bus",
            "content": '<tool_response>\n{"hour": 9}\n</tool_response>',
        },
        {"role": "assistant", "content": "<think>it is nine</think>At nine."},
    ],
    "JSON text": [USER, {"role": "assistant", "content": json.dumps(CALL)}, result(name="find_bus"), ANSWER],
    "roles of fine-tuning tools": [
        {"role": "human", "content": "a bus to Lund?"},
        {"role": "function_call", "content": json.dumps(CALL)},
        {"role": "observation", "name": "find_bus", "content": '{"hour": 9}'},
        {"role": "AI", "content": "At nine."},
    ],
    "capitals, text as an object": [
        {"role": "User", "content": [{"type": "text", "text": {"value": "a bus to Lund?"}}]},
        assistant(tool_calls=[plain_call()], role="Assistant"),
        result(role="TOOL"),
        {"role": "bot", "content": [{"type": "text", "text": {"value": "At nine.", "annotations": []}}]},
    ],
    "a thread, newest first": [
        {**message, "created_at": 1000 - number}
        for number, message in enumerate(
            [
                {**ANSWER, "content": [{"type": "text", "text": {"value": "At nine."}}], "recipient": "all"},
                result(),
                assistant(tool_calls=[plain_call()]),
                {**USER, "content": {"value": USER["content"]}},
            ]
        )
    ],
    "speech": [
        USER,
        assistant(tool_calls=[plain_call()]),
        result(),
        {"role": "assistant", "content": None, "audio": {"id": "a", "transcript": "At nine."}},
    ],
}
TURNS = (
    Turn("a bus to Lund?", ("find_bus",)),
    Turn(None, ("respond",), {"tool.find_bus": True, "result.hour": 9}, "At nine."),
)


@pytest.fixture
def read(tmp_path):
    def read(*conversations, **settings):
        path = tmp_path / "log.jsonl"
        path.write_text("".join(json.dumps({"messages": one}) + "\n" for one in conversations))
        return turncast.read(path, config=ReadConfig(**settings))

    return read


@pytest.mark.quick
@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_gives_the_same_turns(read, dialect):
    (dialogue,) = corpus = read(DIALECTS[dialect])
    assert dialogue.turns == TURNS
    assert set(corpus.skipped) <= {"reasoning of the assistant"}


@pytest.mark.parametrize(
    "dialect", [name for name, one in DIALECTS.items() if "Lund" in json.dumps(one[1]) or name == "Hermes"]
)
def test_every_dialect_gives_the_names_of_arguments(read, dialect):
    (dialogue,) = read(DIALECTS[dialect], arguments=True)
    assert dialogue[0].actions == ("find_bus:to",)


def test_parts_of_results_that_are_not_read_are_counted(read):
    parts = [{"type": "image", "source": {}}, {"type": "text", "text": "ok"}]
    answer = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c1", "content": parts}]}
    (dialogue,) = corpus = read([USER, assistant(USE), answer, ANSWER])
    assert dialogue[1].facts["result"] == "ok"
    assert corpus.skipped == {"part of a message of type 'image'": 1}


ERRORS = {
    "Anthropic": {
        "role": "user",
        "content": [{"type": "tool_result", "tool_use_id": "c1", "content": "no", "is_error": True}],
    },
    "Bedrock": {
        "role": "user",
        "content": [{"toolResult": {"toolUseId": "c1", "content": [{"text": "no"}], "status": "error"}}],
    },
    "Vercel": {
        "role": "tool",
        "content": [
            {"type": "tool-result", "toolCallId": "c1", "output": {"type": "error-text", "value": "no"}}
        ],
    },
    "LangChain": result(content="no", status="error"),
}


@pytest.mark.parametrize("dialect", ERRORS)
def test_a_failed_tool_is_a_fact(read, dialect):
    (dialogue,) = read([USER, assistant(tool_calls=[plain_call()]), ERRORS[dialect], ANSWER])
    assert dict(dialogue[1].facts) == {"tool.find_bus": True, "tool_error": True, "result": "no"}


NOT_UNDERSTOOD = {
    "a part of type 'server_tool_use' of the assistant": assistant(
        {"type": "text", "text": "I look."}, {"type": "server_tool_use", "id": "s", "name": "web"}
    ),
    "a part of type 'executableCode' of the assistant": assistant({"executableCode": {"code": "1"}}),
    "a part of type 'citation' of the assistant": assistant({"type": "citation", "text": "x"}),
    "a part of type a number of the assistant": assistant(7),
    "a tool result in a message of the assistant": assistant(USE, {"type": "tool_result", "content": "x"}),
    "the field 'toolInvocations' of a message of the assistant": assistant(
        toolInvocations=[{"toolName": "x"}]
    ),
    "the field 'steps' of a message of the assistant": {**ANSWER, "steps": [{"do": "x"}]},
    "the field 'action' of a message of the assistant": {**ANSWER, "action": "find_bus"},
    "the field 'recipient' of a message of the assistant": {**ANSWER, "recipient": "functions.find_bus"},
    "the field 'toolCalls' of a message of the assistant": {
        **ANSWER,
        "additional_kwargs": {"toolCalls": [1]},
    },
    "a message of role 'planner'": {"role": "planner", "content": "find_bus"},
    "a message of role 'function_call' that is not a call": {"role": "function_call", "content": "find_bus"},
    "an answer in speech without a transcript": assistant(audio={"id": "a"}),
    "a message of the assistant whose finish_reason is a call that it lacks": {
        **ANSWER,
        "finish_reason": "tool_calls",
    },
    "a call in a text of the assistant ('<|python_tag|>')": {**ANSWER, "content": "<|python_tag|>find_bus()"},
    "a call in a text of the assistant ('[TOOL_CALLS]')": {**ANSWER, "content": '[TOOL_CALLS] [{"name": 1}]'},
    "a call in a text of the assistant ('<tool_call')": {
        **ANSWER,
        "content": "<tool_call>find</tool_call>",
    },
    "a call in a text of the assistant ('<function=')": {
        **ANSWER,
        "content": "<function=find>{}</function>",
    },
    "a call in a text of the assistant ('<functionc')": {
        **ANSWER,
        "content": '<functioncall> {"name": "find_bus", "arguments": \'{}\'}',
    },
    "a call in a text of the assistant ('```tool_c')": {**ANSWER, "content": "```tool_code\nfind_bus()\n```"},
    "a call in a text of the assistant ('Action:')": {**ANSWER, "content": "Action: find\nAction Input: {}"},
    "a call in a text of the assistant (JSON)": {**ANSWER, "content": '{"tool_name": "find_bus"}'},
    "a call in a text of the assistant ('<think')": {**ANSWER, "content": "<think>I should"},
}


def test_a_json_list_of_calls_is_read(read):
    calls = json.dumps([CALL, {"name": "book", "parameters": {}}])
    (dialogue,) = read([USER, {**ANSWER, "content": calls}, ANSWER])
    assert [turn.actions for turn in dialogue] == [("find_bus", "book"), ("respond",)]
    corpus = read([USER, ANSWER, {**ANSWER, "content": json.dumps([CALL, 3])}])
    (dialogue,) = corpus
    assert len(dialogue) == 1
    assert corpus.skipped["dialogue cut at a call in a text of the assistant (JSON)"] == 1


@pytest.mark.parametrize(
    "text",
    [
        'I look.\n```json\n{"name": "find_bus", "arguments": {}}\n```',
        '~~~\n{"arguments": {"to": "Lund"}, "name": "find_bus"}\n~~~',
        '{"name": "find_bus", "arguments": {}}\n{"name": "book", "arguments": {}}',
        'At once: {"type": "function", "name": "find_bus", "parameters": {}}',
        "{'name': 'find_bus', 'arguments': {}}",
        '{"name": "find_bus", "args": {}}',
        '{"function": {"name": "find_bus"}}',
        'Wait.\n```\n{"tool_calls": []}\n```',
        '[find_bus(to="Lund"), book()]',
        "Thought 1: a bus.\nAction 1: find_bus[Lund]",
        "Action: find_bus(to=1)",
        '<xai:function_call name="find_bus">',
        "<start_function_call>call:find_bus{}",
        "<tool>find_bus</tool>",
        "<execute>find_bus</execute>",
    ],
)
def test_a_call_in_a_text_is_never_an_answer(read, text):
    corpus = read([USER, ANSWER, USER, {**ANSWER, "content": text}, ANSWER])
    (dialogue,) = corpus
    assert [turn.response for turn in dialogue] == ["At nine."]
    (cut,) = (reason for reason in corpus.skipped if reason.startswith("dialogue cut at a call in a text"))
    assert corpus.skipped[cut] == 1


def test_json_that_is_no_call_is_an_answer(read):
    for text in ('[1, "two"]', "[]", '```json\n{"name": "Lund"}\n```', "```\n[x]\n```", "[see](there)"):
        (dialogue,) = read([USER, {**ANSWER, "content": text}])
        assert dialogue.turns == (Turn(USER["content"], ("respond",), {}, text),)


def test_a_user_message_without_text_is_counted(read):
    corpus = read([{"role": "user", "message": "a bus to Lund?"}, ANSWER])
    (dialogue,) = corpus
    assert dialogue.turns == (Turn(None, ("respond",), {}, "At nine."),)
    assert corpus.skipped == {"user message without text": 1}


@pytest.mark.parametrize("what", NOT_UNDERSTOOD)
def test_a_dialogue_is_cut_at_a_decision_that_is_not_understood(read, what):
    after = [ANSWER, USER, ANSWER]
    corpus = read([USER, ANSWER, USER, NOT_UNDERSTOOD[what], *after], [USER, NOT_UNDERSTOOD[what]])
    (dialogue,) = corpus
    assert dialogue.turns == (Turn("a bus to Lund?", ("respond",), {}, "At nine."),)
    assert corpus.skipped == {
        f"dialogue cut at {what}": 2,
        "message after the cut of its dialogue": 3,
        "user text after the last system turn": 2,
        "dialogue without a system turn": 1,
    }


def test_a_corpus_without_an_understood_dialogue_is_refused(read):
    with pytest.raises(
        turncast.errors.CorpusError, match=r"skipped: .*1 x dialogue cut at a message of role"
    ):
        list(read([USER, {"role": "planner", "content": "x"}]))


@pytest.mark.parametrize("marked", [{"weight": 0}, {"weight": 0.0}, {"train": False}, {"loss": False}])
def test_messages_not_to_be_learned_are_no_turns(read, marked):
    corpus = read([USER, {**ANSWER, "content": "No."} | marked, {**USER, "content": "sure?"}, ANSWER])
    (dialogue,) = corpus
    assert dialogue.turns == (Turn("a bus to Lund?\nsure?", ("respond",), {}, "At nine."),)
    assert corpus.skipped == {"message of the assistant that is not to be learned (weight 0)": 1}
    (dialogue,) = read([USER, {**ANSWER, "weight": 1}])
    assert len(dialogue) == 1


def test_calls_that_langchain_could_not_parse_are_calls(read):
    broken = {"name": "book", "args": '{"a": ', "id": "c2", "error": "no JSON"}
    corpus = read([USER, assistant(tool_calls=[plain_call()], invalid_tool_calls=[broken]), ANSWER])
    (dialogue,) = corpus
    assert dialogue[0].actions == ("find_bus", "book")
    assert corpus.skipped == {"call with arguments that cannot be parsed": 1}


@pytest.mark.parametrize("name", ["respond", "stop"])
def test_a_tool_with_the_name_of_an_action_is_distinguished(read, name):
    call = plain_call(function={"name": name, "arguments": '{"a": 1}'})
    for settings, action in (({}, f"{name}()"), ({"arguments": True}, f"{name}():a")):
        (dialogue,) = read([USER, assistant(tool_calls=[call]), ANSWER], **settings)
        assert [turn.actions for turn in dialogue] == [(action,), ("respond",)]


@examples(40)
@given(damaged(list(DIALECTS.values())))
def test_damaged_values(tmp_path_factory, value):
    path = tmp_path_factory.getbasetemp() / "damaged-dialects.json"
    path.write_text(json.dumps(value))
    reads_or_refuses(path, format="chat")
