"""The short way answers as the documented way does, and takes no more than it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from support.server import client_of
from turncast.server.bodies import CommitBody, ObserveBody
from turncast.server.fast_path import FastPath

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
VALUES = SCALARS | st.lists(SCALARS, max_size=3) | st.dictionaries(st.text(max_size=4), SCALARS, max_size=3)
FIELDS = ("user", "facts", "commit", "threshold", "top", "turn_id", "actions", "response", "other")
BODIES = st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=4)


def outcome(read):
    try:
        return repr(read().model_dump())  # 1, 1.0 and True are not the same
    except ValidationError:
        return None


@given(body=BODIES)
@pytest.mark.parametrize("kind", [ObserveBody, CommitBody])
def test_a_body_is_read_as_it_is_on_the_documented_way(kind, body):
    text = json.dumps(body)
    assert outcome(lambda: kind.model_validate_json(text)) == outcome(
        lambda: kind.model_validate(json.loads(text))
    )


SAID = [
    ("turns", {"user": "a tea please", "facts": {"stock": 1}, "turn_id": "t-1"}),
    ("turns", {"user": "a tea please", "facts": {"stock": 1}, "turn_id": "t-1"}),
    ("turns", {"user": "another", "turn_id": "t-1"}),
    ("turns", {"user": "small", "commit": False, "top": 2.0}),
    ("turns", {"user": "small", "threshold": 1}),
    ("turns", {"usr": "small"}),
    ("turns", []),
    ("commit", {"actions": ["confirm"], "response": "Here it is."}),
    ("commit", {"actions": ["never heard of"]}),
    ("commit", {"actions": "confirm"}),
    ("commit", {}),
]


def test_both_ways_answer_the_same(policy):
    """Without the short way the documented routes answer, and are counted under the same paths."""
    answers = []
    for short in (True, False):
        with client_of({"default": policy}) as client:
            if not short:
                client.app.user_middleware = [
                    one for one in client.app.user_middleware if one.cls is not FastPath
                ]
            client.post("/v1/conversations", {"id": "c1"})
            asked = [
                client.post(f"/v1/conversations/{id}/{way}", body)
                for id in ("c1", "c2")
                for way, body in SAID
            ]
            counted = client.get("/metrics").text.splitlines()
            answers.append(
                (
                    [(one.status_code, dict(one.headers), one.json()) for one in asked],
                    [line for line in counted if line.startswith("turncast_requests_total")],
                )
            )
    assert answers[0] == answers[1]
    assert {status for status, *_ in answers[0][0]} == {200, 404, 409, 422}
