"""The next tool call of an agent, and the cache of the states of its conversation."""

import pytest

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
