"""Every message over a WebSocket is answered, and the conversation has the answered turns."""

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
        answered = {}  # the answers by turn_id
        for frame in frames:
            socket.send(frame)
            answer = json.loads(socket.recv(timeout=10))
            if set(answer) == {"type", "message", "where", "cure"}:
                assert all(isinstance(value, str) and value for value in answer.values()), (frame, answer)
                assert answer["type"] not in ("internal", "store_unavailable"), (frame, answer)
                continue
            request = json.loads(frame)
            key = request.get("turn_id")
            if key is not None and answered.setdefault(key, answer) is not answer:
                assert answer == answered[key]
                continue
            expected += {"observe": 1, "undo": -1}.get(request["do"], 0)
            assert answer.get("turn", expected) <= max(expected, 1)
    answer = httpx.get(f"{address}/v1/conversations/{id}").json()
    assert len(answer["turns"]) == expected
