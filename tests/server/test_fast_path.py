"""The fast path gives the same answers as the documented routes, and accepts no more."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Mount

from support.server import client_of, client_of_app
from turncast.server import Models, create_app, fast_path
from turncast.server.bodies import CommitBody, ObserveBody
from turncast.server.fast_path import FastPath
from turncast.sessions import open_store

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
VALUES = SCALARS | st.lists(SCALARS, max_size=3) | st.dictionaries(st.text(max_size=4), SCALARS, max_size=3)
FIELDS = ("user", "facts", "commit", "threshold", "top", "turn_id", "actions", "response", "other")
BODIES = st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=4)


def outcome(parse):
    try:
        return repr(parse().model_dump())  # 1, 1.0 and True are not the same
    except ValidationError:
        return None


@pytest.mark.quick
@given(body=BODIES)
@pytest.mark.parametrize("kind", [ObserveBody, CommitBody])
def test_bodies_are_parsed_as_by_the_routes(kind, body):
    text = json.dumps(body)
    assert outcome(lambda: kind.model_validate_json(text)) == outcome(
        lambda: kind.model_validate(json.loads(text))
    )


REQUESTS = [
    ("turns", {"user": "a tea please", "facts": {"stock": 1}, "turn_id": "t-1"}),
    ("turns", {"user": "a tea please", "facts": {"stock": 1}, "turn_id": "t-1"}),
    ("turns", {"user": "another", "turn_id": "t-1"}),
    ("turns", {"user": "small", "commit": False, "top": 2.0}),
    ("turns", {"user": "small", "threshold": 1}),
    ("turns", {"usr": "small"}),
    ("turns", []),
    ("commit", {"actions": ["confirm"], "response": "Here it is."}),
    ("commit", {"actions": ["unknown"]}),
    ("commit", {"actions": "confirm"}),
    ("commit", {}),
]


def test_the_fast_path_and_the_routes_answer_the_same(policy):
    """Without the fast path the routes answer, and are counted under the same paths."""
    answers, counts = [], []
    for fast in (True, False):
        with client_of({"default": policy}) as client:
            if not fast:
                client.app.user_middleware = [
                    middleware for middleware in client.app.user_middleware if middleware.cls is not FastPath
                ]
            client.post("/v1/conversations", {"id": "c1"})
            responses = [
                client.post(f"/v1/conversations/{id}/{name}", body)
                for id in ("c1", "c2")
                for name, body in REQUESTS
            ]
            metrics = client.get("/metrics").text.splitlines()
            answers.append([(one.status_code, dict(one.headers), one.json()) for one in responses])
            counts.append([line for line in metrics if line.startswith("turncast_requests_total")])
    assert answers[0] == answers[1]
    assert counts[0] == counts[1]
    assert {status for status, *_ in answers[0]} == {200, 404, 409, 422}


def test_valid_requests_take_the_fast_path(client, conversation, monkeypatch):
    answers = []
    monkeypatch.setattr(
        fast_path, "json_response", lambda content: answers.append(content) or Response(content)
    )
    client.post(f"{conversation}/turns", {"user": "a tea please"})
    client.post(f"{conversation}/commit", {})
    client.post(f"{conversation}/undo")
    assert len(answers) == 2


def test_an_api_that_is_mounted_in_another_application(policy, monkeypatch):
    api = create_app(Models({"default": policy}), open_store("memory:"), keys=["a-key-that-is-long"])
    headers = {"x-api-key": "a-key-that-is-long"}
    with client_of_app(Starlette(routes=[Mount("/policy", api)])) as client:
        assert client.get("/policy/healthz").status_code == 200
        assert client.get("/policy/v1/model").status_code == 401
        client.ask("POST", "/policy/v1/conversations", json={"id": "c"}, headers=headers)
        monkeypatch.setattr(fast_path, "json_response", lambda content: Response("fast"))
        turn = client.ask("POST", "/policy/v1/conversations/c/turns", json={"user": "tea"}, headers=headers)
        assert turn.text == "fast"
