"""The next tool call of an agent, and the cache of the states of its conversation."""

import pytest

from support.server import client_of
from turncast import Dialogue, Turn
from turncast.server.agents import turns_from_messages
from turncast.server.state_cache import StateCache

MESSAGES = [
    {"role": "system", "content": "You sell drinks."},
    {"role": "user", "content": [{"type": "text", "text": "a tea please"}]},
    {"role": "user", "content": "now"},
    {
        "role": "assistant",
        "content": "Which size?",
        "tool_calls": [{"id": "1", "function": {"name": "ask_size"}}],
    },
    {
        "role": "tool",
        "tool_call_id": "1",
        "content": '{"stock": 2, "long": "' + "x" * 100 + '", "list": [1]}',
    },
    {"role": "assistant", "content": "One moment."},
    {"role": "user", "content": "small"},
]


@pytest.mark.quick
def test_turns_from_messages():
    first, second, last = turns_from_messages(MESSAGES)
    assert (first.user, first.actions, dict(first.facts)) == ("a tea please\nnow", ("ask_size",), {})
    assert (second.user, second.actions) == (None, ("respond",))
    assert dict(second.facts) == {"tool.ask_size": True, "result.stock": 2}
    assert (last.user, last.actions, dict(last.facts)) == ("small", (), {})


def test_predict_the_next_call(client, policy):
    cache = client.app.state.context.state_cache
    turns = turns_from_messages(MESSAGES)
    expected = policy.predict(Dialogue("d", turns))[-1]
    for _ in range(2):
        answer = client.post("/v1/agents/next", {"messages": MESSAGES, "top": 2}).json()
        assert answer["actions"] == list(expected.actions)
        assert answer["probability"] == pytest.approx(expected.probability, abs=1e-6)
        assert answer["turn"] == 3
        assert len(cache) == 2


def test_the_cache_is_used_and_limited(policy, monkeypatch):
    cache, steps = StateCache(max_states=3), []
    original = type(policy).step
    monkeypatch.setattr(type(policy), "step", lambda self, *a: steps.append(1) or original(self, *a))
    turns = [Turn(str(number), ("confirm",)) for number in range(6)]
    for length in range(1, 7):
        answer = cache.predict(policy, turns[:length])
        straight = policy.predict(Dialogue("d", turns[:length]))[-1]
        assert answer.probability == straight.probability
    assert len(cache) == 3
    before = len(steps)
    cache.predict(policy, turns)
    assert len(steps) == before + 1
    cache.predict(policy, [Turn("other", ("confirm",)), *turns[1:]])
    assert len(steps) == before + 7


def in_anthropic_form(messages):
    """Return the same messages as Anthropic's interface has them."""
    converted = []
    for message in messages:
        content = message["content"]
        parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
        calls = message.get("tool_calls", ())
        uses = [
            {"type": "tool_use", "id": call["id"], "name": call["function"]["name"], "input": {}}
            for call in calls
        ]
        result = {"type": "tool_result", "tool_use_id": message.get("tool_call_id"), "content": content}
        is_result = message["role"] == "tool"
        role = "user" if is_result else message["role"]
        converted.append({"role": role, "content": [result] if is_result else [*parts, *uses]})
    return converted


def test_anthropic_messages_give_the_same_turns():
    assert turns_from_messages(in_anthropic_form(MESSAGES)) == turns_from_messages(MESSAGES)


def test_a_request_to_the_large_model_is_accepted_unchanged(client):
    tools = [{"type": "function", "function": {"name": "ask_size", "parameters": {}}}]
    request = {"model": "large-7", "messages": MESSAGES, "tools": tools, "temperature": 0, "stream": False}
    answer = client.post("/v1/agents/next", request)
    plain = client.post("/v1/agents/next", {"messages": MESSAGES}).json()
    assert answer.status_code == 200
    assert answer.json() == plain
    assert plain["model"] == "default"
    assert plain["unknown_tools"] == ["respond"]
    assert plain["skipped"] == {"value of a tool result that is not short": 2}
    assert client.post("/v1/agents/next", request | {"threshold": 1.0}).json()["abstain"] is True


def test_a_message_that_is_not_to_be_learned_has_happened():
    marked = [{**message, "weight": 0} if message["role"] == "assistant" else message for message in MESSAGES]
    assert turns_from_messages(marked) == turns_from_messages(MESSAGES)


def test_a_server_of_several_models_refuses_the_name_of_none(policy):
    with client_of({"one": policy, "two": policy}) as client:
        for name, status in (("two", 200), ("large-7", 404)):
            answer = client.post("/v1/agents/next", {"messages": MESSAGES, "model": name})
            assert answer.status_code == status
            assert answer.json().get("model") == (name if status == 200 else None)


def test_tools_that_the_model_does_not_know_are_named(client):
    call = {"role": "assistant", "tool_calls": [{"name": "book_boat"}]}
    offered = [
        {"type": "function", "function": {"name": "ask_size"}},
        {"name": "rent_car", "input_schema": {}},
        {"name": "book_boat"},
        {"name": 7},
        "x",
    ]
    answer = client.post("/v1/agents/next", {"messages": [*MESSAGES, call], "tools": offered}).json()
    assert answer["unknown_tools"] == ["respond", "book_boat", "rent_car"]
    assert client.post("/v1/agents/next", {"messages": MESSAGES, "tools": 5}).status_code == 200
