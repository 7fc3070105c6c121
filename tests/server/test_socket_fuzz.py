"""Whatever comes over a WebSocket is answered in the one shape, and the conversation is what was answered."""

import json

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.sync.client import connect

from support.property_tests import examples
from support.server import serving

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
ACTIONS = st.lists(st.sampled_from(["confirm", "ask_size", "dance", ""]), max_size=3)
FIELDS = st.fixed_dictionaries(
    {"do": st.sampled_from(["observe", "commit", "override", "undo", "dance"]) | VALUES},
    optional={
        "user": st.text(max_size=40) | VALUES,
        "facts": st.dictionaries(st.text(max_size=5), st.integers(-9, 9)) | VALUES,
        "commit": st.booleans() | VALUES,
        "threshold": st.floats() | VALUES,
        "top": st.integers(-2, 200),
        "turn": st.integers(-2, 5),
        "actions": ACTIONS | VALUES,
        "turn_id": st.sampled_from(["t-1", "t-2", "x y"]) | VALUES,
    },
)
SOUND = st.sampled_from(
    [
        {"do": "observe", "user": "a tea please"},
        {"do": "observe", "user": "small", "commit": False},
        {"do": "commit", "actions": ["confirm"]},
        {"do": "override", "turn": 1, "actions": ["confirm"]},
        {"do": "undo"},
    ]
)
MESSAGES = st.lists((SOUND | FIELDS | VALUES).map(json.dumps) | st.text(), max_size=12)
FRAMES = st.lists(MESSAGES.filter(bool).map(lambda some: some[0]) | st.binary(max_size=30), max_size=12)


@pytest.fixture(scope="module")
def address(saved):
    with serving(saved, "memory:") as (address, _):
        yield address


@examples(30)
@given(frames=FRAMES | MESSAGES)
def test_every_message_is_answered(address, frames):
    id, expected = httpx.post(f"{address}/v1/conversations", json={}).json()["id"], 0
    with connect(address.replace("http", "ws") + f"/v1/conversations/{id}/socket") as socket:
        answered = {}  # what has a turn_id is done once
        for frame in frames:
            socket.send(frame)
            told = json.loads(socket.recv(timeout=10))
            if set(told) == {"type", "message", "where", "cure"}:
                assert all(isinstance(value, str) and value for value in told.values()), (frame, told)
                assert told["type"] not in ("internal", "store_unavailable"), (frame, told)
                continue
            asked = json.loads(frame)
            key = asked.get("turn_id")
            if key is not None and answered.setdefault(key, told) is not told:
                assert told == answered[key]
                continue
            expected += {"observe": 1, "undo": -1}.get(asked["do"], 0)
            assert told.get("turn", expected) <= max(expected, 1)
    told = httpx.get(f"{address}/v1/conversations/{id}").json()
    assert len(told["turns"]) == expected
