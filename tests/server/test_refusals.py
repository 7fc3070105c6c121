"""Every refusal has one shape, says where and what to do, and contains no text of an exception."""

import json
import logging

import httpx
import pytest

from support.server import assert_problem, client_of, client_of_app
from turncast.errors import ConfigError, StoreError
from turncast.server import Models, create_app, read_keys
from turncast.sessions import open_store

SECRET = "my name is Ada Lovelace"
TURNS, NEW = "/v1/conversations/c/turns", "/v1/conversations"
NEXT, FIRST = "/v1/agents/next", "body.messages.0"
HI = {"role": "user", "content": SECRET}
UNKNOWN_PART = {"role": "assistant", "content": [{"type": "text", "text": "x"}, {"type": SECRET}]}
UNKNOWN_FIELD = {"role": "assistant", "content": "x", "toolInvocations": [{"toolName": SECRET}]}
UNKNOWN_TEXT = {"role": "assistant", "content": f"<|python_tag|>{SECRET}"}
NO_NAME = {"role": "assistant", "content": [{"type": "tool_use", "input": {}}]}
TABLE = [
    # path, body (bytes as they are), status, type, where
    (NEW, b"{", 400, "bad_request", "body.1"),
    (NEW, b"[]", 422, "bad_request", "body"),
    (NEW, b"\xff\xfe", 400, "bad_request", "body.0"),
    (NEW, b"\x80abc", 400, "bad_request", "body"),
    (NEW, b"", 422, "bad_request", "body"),
    (NEW, b"[" * 100_000, 400, "bad_request", "body"),
    (NEW, {"modle": "x"}, 422, "bad_request", "body.modle"),
    (NEW, {"model": "none"}, 404, "no_model", "model"),
    (NEW, {"model": 3}, 422, "bad_request", "body.model"),
    (NEW, {"id": "../etc"}, 422, "bad_request", "body.id"),
    (NEW, {"id": "x" * 65}, 422, "bad_request", "body.id"),
    (NEW, {"id": "x\n"}, 422, "bad_request", "body.id"),
    (TURNS, {"user": SECRET * 1000}, 422, "bad_request", "body.user"),
    (TURNS, b'{"user": "\\ud800"}', 422, "bad_request", "body.user"),
    (TURNS, {"user": 7}, 422, "bad_request", "body.user"),
    (TURNS, {"facts": {"a": None}}, 422, "bad_request", "body.facts.a.bool"),
    (TURNS, {"facts": {"a": [SECRET]}}, 422, "bad_request", "body.facts.a.bool"),
    (TURNS, {"facts": {"": 1}}, 422, "bad_request", "body.facts..[key]"),
    (TURNS, {"facts": {str(n): 1 for n in range(300)}}, 422, "bad_request", "body.facts"),
    (TURNS, b'{"facts": {"a": 1e999}}', 422, "bad_request", "body.facts.a.bool"),
    (TURNS, b'{"facts": {"a": NaN}}', 422, "bad_request", "body.facts.a.bool"),
    (TURNS, {"facts": {"a": 10**400}}, 422, "bad_request", "body.facts.a.bool"),
    (TURNS, {"top": 0}, 422, "bad_request", "body.top"),
    (TURNS, {"top": 10**9}, 422, "bad_request", "body.top"),
    (TURNS, {"top": "3"}, 422, "bad_request", "body.top"),
    (TURNS, {"top": True}, 422, "bad_request", "body.top"),
    (TURNS, {"threshold": False}, 422, "bad_request", "body.threshold"),
    (TURNS, {"commit": "yes"}, 422, "bad_request", "body.commit"),
    (TURNS, {"threshold": 2}, 422, "bad_request", "body.threshold"),
    (TURNS, {"turn_id": "a b"}, 422, "bad_request", "body.turn_id"),
    (f"{TURNS}/0/override", {"actions": []}, 422, "bad_request", "path.turn"),
    (f"{TURNS}/x/override", {"actions": []}, 422, "bad_request", "path.turn"),
    (f"{TURNS}/2/override", {"actions": []}, 404, "no_turn", "turn"),
    (f"{TURNS}/1/override", {"actions": [SECRET]}, 422, "unknown_action", "actions"),
    (f"{TURNS}/1/override", {"actions": "confirm"}, 422, "bad_request", "body.actions"),
    (f"{TURNS}/1/override", {}, 422, "bad_request", "body.actions"),
    ("/v1/conversations/c/commit", {"actions": [""]}, 422, "bad_request", "body.actions.0"),
    ("/v1/conversations/a%20b/turns", {}, 422, "bad_request", "path.id"),
    ("/v1/predict", {"turns": []}, 422, "bad_request", "body.turns"),
    ("/v1/predict", {"turns": [{}] * 1001}, 422, "bad_request", "body.turns"),
    ("/v1/predict", {"turns": [{"actions": [1]}]}, 422, "bad_request", "body.turns.0.actions.0"),
    (NEXT, {"messages": [{"role": 3, "content": SECRET}]}, 422, "bad_request", "body.messages.0.role"),
    (NEXT, {"messages": [{"role": SECRET}]}, 422, "bad_messages", "messages.0.role"),
    (NEXT, {"messages": [{"role": "user", "content": 1}]}, 422, "bad_messages", "messages.0"),
    (NEXT, {"messages": [{"role": "user", "tool_calls": 3}]}, 422, "bad_request", f"{FIRST}.tool_calls"),
    (NEXT, {"messages": [HI, {**HI, "role": "critic"}]}, 422, "bad_messages", "messages.1.role"),
    (NEXT, {"messages": [HI, UNKNOWN_PART]}, 422, "bad_messages", "messages.1.content.1"),
    (NEXT, {"messages": [HI, UNKNOWN_FIELD]}, 422, "bad_messages", "messages.1.toolInvocations"),
    (NEXT, {"messages": [HI, UNKNOWN_TEXT, HI]}, 422, "bad_messages", "messages.1.content"),
    (NEXT, {"messages": [HI, NO_NAME]}, 422, "bad_messages", "messages.1.content.0"),
    (NEXT, {"messages": [HI], "top": 0}, 422, "bad_request", "body.top"),
    (NEXT, {"messages": [HI], "threshold": 2}, 422, "bad_request", "body.threshold"),
    (NEXT, {"messages": [{"role": "user", "content": "###STOP###"}]}, 422, "bad_messages", "messages"),
    ("/v1/nothing", {}, 404, "no_such_path", "path"),
    ("/healthz", {}, 405, "wrong_method", "path"),
]


@pytest.mark.parametrize(("path", "body", "status", "kind", "where"), TABLE)
def test_bad_input(client, caplog, path, body, status, kind, where):
    client.post(NEW, {"id": "c"})
    client.post(TURNS, {"user": "a tea please"})
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    with caplog.at_level(logging.DEBUG):
        answer = client.ask("POST", path, content=content, headers={"content-type": "application/json"})
    assert_problem(answer, status, kind, where)
    assert SECRET not in answer.text + caplog.text
    assert "Error" not in answer.text
    assert len(client.get("/v1/conversations/c").json()["turns"]) == 1


@pytest.mark.quick
def test_large_bodies_and_other_content_types_are_refused(client):
    big = b'"' + b"x" * 1_000_000 + b'"'
    kind = {"content-type": "application/json"}
    assert_problem(client.ask("POST", NEW, content=big, headers=kind), 413, "too_large", "body")

    async def pieces():
        for _ in range(20):
            yield b"x" * 100_000

    assert_problem(client.ask("POST", NEW, content=pieces(), headers=kind), 413, "too_large", "body")
    for headers in ({}, {"content-type": "text/plain"}, {"content-type": "multipart/form-data"}):
        answer = client.ask("POST", NEW, content=b"{}", headers=headers)
        assert_problem(answer, 415, "no_json", "header Content-Type")


def test_requests_without_a_valid_key_are_refused(policy, tmp_path):
    path = tmp_path / "keys.txt"
    path.write_text("# keys\n\nfirst-key-of-two-keys\nsecond-key-of-two-keys\n")
    with client_of({"default": policy}, keys=read_keys(path)) as client:
        for headers in ({}, {"authorization": "Bearer no"}, {"x-api-key": ""}, {"authorization": "Bearer "}):
            answer = client.ask("GET", "/v1/model", headers=headers)
            assert_problem(answer, 401, "no_key", "header Authorization")
            assert answer.headers["www-authenticate"] == "Bearer"
        for headers in (
            {"authorization": "Bearer first-key-of-two-keys"},
            {"authorization": "bearer second-key-of-two-keys"},
            {"x-api-key": "second-key-of-two-keys"},
        ):
            assert client.ask("GET", "/v1/model", headers=headers).status_code == 200
        assert client.get("/healthz").status_code == client.get("/readyz").status_code == 200
        assert client.get("/metrics").status_code == client.get("/openapi.json").status_code == 401


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file has no key; write one per line"),
        (b"# only this\n", "the file has no key"),
        (b"a-long-enough-key\nshort\n", "keys.txt line 2: the key is too short; use 16 characters or more"),
        (b"\xff\xfe\x00", "the file is not text"),
        (None, "cannot be read \\(No such file or directory\\)"),
    ],
)
def test_invalid_files_of_keys(tmp_path, content, message):
    path = tmp_path / "keys.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=message):
        read_keys(path)


def test_pages_of_other_sites_are_refused(policy):
    with client_of({"default": policy}, local=True) as client:
        other_site = {"origin": "http://evil.example"}
        assert_problem(
            client.ask("POST", NEW, json={}, headers=other_site), 403, "other_page", "header Origin"
        )
        fake = {"host": "evil.example"}
        assert_problem(client.ask("POST", NEW, json={}, headers=fake), 403, "other_host", "header Host")
        for host in ("127.0.0.1:8000", "localhost", "localhost:8000", "[::1]:8000", "[::1]"):
            own = {"host": host, "origin": f"http://{host}"}
            answer = client.ask("POST", NEW, json={}, headers=own)
            assert answer.status_code == 201, host
            assert not [name for name in answer.headers if name.startswith("access-control")]


def test_a_request_must_name_one_host(client):
    for hosts in ([], [("host", "one.example"), ("host", "other.example")]):
        request = httpx.Request("POST", f"http://127.0.0.1:8000{NEW}", json={})
        request.headers = httpx.Headers([*hosts, *request.headers.multi_items()[1:]])
        assert_problem(client.send(request), 400, "no_host", "header Host")


class FailingStore:
    """A store that raises an error while it has one."""

    def __init__(self):
        self._store, self.error = open_store("memory:"), None

    def __getattr__(self, name):
        if self.error is not None and name in ("load", "save", "events", "check"):
            raise self.error
        return getattr(self._store, name)


@pytest.fixture
def failing_store():
    return FailingStore()


@pytest.fixture
def client_of_failing_store(policy, failing_store):
    with client_of_app(create_app(Models({"default": policy}), failing_store)) as client:
        client.post("/v1/conversations", {"id": "c"})
        yield client


def test_a_store_that_fails_and_recovers(client_of_failing_store, failing_store):
    client, conversation = client_of_failing_store, "/v1/conversations/c"
    failing_store.error = StoreError(SECRET)
    answer = client.post(f"{conversation}/turns", {"user": "hello", "turn_id": "t"})
    assert_problem(answer, 503, "store_unavailable", "server")
    assert answer.headers["retry-after"] == "1"
    failing_store.error = None
    assert client.post(f"{conversation}/turns", {"user": "hello", "turn_id": "t"}).status_code == 200
    assert len(client.get(conversation).json()["turns"]) == 1


def test_a_failure_of_the_server_is_logged_without_its_text(client_of_failing_store, failing_store, caplog):
    client, conversation = client_of_failing_store, "/v1/conversations/c"
    failing_store.error = RuntimeError(SECRET)
    answer = client.post(f"{conversation}/turns", {"user": "hello"})
    assert_problem(answer, 500, "internal", "server")
    assert SECRET not in answer.text + caplog.text
    assert "RuntimeError at " in caplog.text
    failing_store.error = None
    assert client.post(f"{conversation}/turns", {"user": "hello"}).status_code == 200


@pytest.mark.parametrize(
    ("path", "methods"), [("/v1/conversations/c", "DELETE, GET"), (NEW, "POST"), ("/healthz", "GET")]
)
def test_a_wrong_method_is_answered_with_the_allowed_ones(client, path, methods):
    answer = client.ask("PUT", path, json={})
    assert_problem(answer, 405, "wrong_method", "path")
    assert answer.headers["allow"] == methods
