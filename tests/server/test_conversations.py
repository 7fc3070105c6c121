"""The paths of conversations, as a client sees them."""

import pytest

from support.server import assert_problem, client_of
from turncast import Session
from turncast.server.app import expire_conversations


@pytest.mark.quick
def test_a_conversation(client, policy):
    begun = client.post("/v1/conversations", {"model": "default"})
    assert begun.status_code == 201
    path = f"/v1/conversations/{begun.json()['id']}"
    session = Session(policy)
    expected = session.observe("a tea please", {"stock": 1})
    answer = client.post(f"{path}/turns", {"user": "a tea please", "facts": {"stock": 1}, "top": 2}).json()
    assert answer["actions"] == answer["committed"] == list(expected.actions)
    assert answer["ranked"][0]["probability"] == pytest.approx(expected.probability, abs=1e-5)
    assert len(answer["ranked"]) == 2
    answer = client.post(f"{path}/turns", {"user": "small", "commit": False}).json()
    assert answer["committed"] is None
    assert client.get(path).json()["open"] is True
    assert client.post(f"{path}/commit", {"actions": ["confirm"]}).json()["committed"] == ["confirm"]
    answer = client.post(f"{path}/turns/1/override", {"actions": ["confirm"], "top": 1}).json()
    assert [turn["turn"] for turn in answer["later"]] == [2]
    conversation_json = client.get(path).json()
    assert [turn["committed"] for turn in conversation_json["turns"]] == [["confirm"], ["confirm"]]
    assert conversation_json["turns"][0]["facts"] == {"stock": 1}
    assert client.post(f"{path}/undo").json()["turns"] == 1
    assert client.ask("DELETE", path).status_code == 204
    assert client.get(path).status_code == client.ask("DELETE", path).status_code == 404


def test_unused_inputs_are_reported(client, conversation):
    unknown = "the policy does not know the fact 'stok'; did you mean 'stock'?"
    for path in (f"{conversation}/turns", f"{conversation}/turns?"):
        body = {"user": "a tea please", "facts": {"stok": 1}}
        assert client.post(path, body).json()["warnings"] == [unknown]
    assert client.post(f"{conversation}/turns", {"user": "x", "facts": {"stock": 1}}).json()["warnings"] == []
    answer = client.post("/v1/predict", {"turns": [{"user": "hi", "facts": {"stok": 1}}, {"user": "hi"}]})
    assert [turn["warnings"] for turn in answer.json()["turns"]] == [[unknown], []]


def test_abstain(client, conversation):
    answer = client.post(f"{conversation}/turns", {"user": "hm", "threshold": 1.0}).json()
    assert answer["abstain"] is True
    assert answer["committed"] is None


def test_a_repeated_request_counts_once(client, conversation):
    body = {"user": "a tea please", "turn_id": "t-1"}
    first, repeated = (client.post(f"{conversation}/turns", body) for _ in range(2))
    assert first.content == repeated.content
    assert len(client.get(conversation).json()["turns"]) == 1
    refused = client.post(f"{conversation}/turns", {**body, "user": "a coffee please"})
    assert_problem(refused, 409, "turn_id_used", "turn_id")
    answers = client.together(*[(f"{conversation}/turns", {"user": "x", "turn_id": "t-2"})] * 8)
    assert len({answer.content for answer in answers}) == 1
    assert len(client.get(conversation).json()["turns"]) == 2


def test_begin_with_an_existing_id_continues(client):
    for _ in range(2):
        assert client.post("/v1/conversations", {"id": "mine"}).json()["id"] == "mine"
    client.post("/v1/conversations/mine/turns", {"user": "hello"})
    assert client.post("/v1/conversations", {"id": "mine"}).json()["turns"] == 1


def test_requests_that_come_together_are_one_batch(client, policy):
    paths = [f"/v1/conversations/{client.post('/v1/conversations', {}).json()['id']}" for _ in range(30)]
    answers = client.together(*((f"{path}/turns", {"user": "a tea please"}) for path in paths))
    assert {answer.status_code for answer in answers} == {200}
    expected = list(Session(policy).observe("a tea please").actions)
    assert all(answer.json()["actions"] == expected for answer in answers)
    figures = client.get("/metrics").text
    batches = float(figures.split("turncast_batch_size_count ")[1].split()[0])
    assert batches < 30 + 30  # the conversations were begun one by one
    assert 'path="/v1/conversations/{id}/turns",status="200"} 30.0' in figures


def test_concurrent_turns_of_one_conversation_stay_in_order(client, conversation):
    client.together(*((f"{conversation}/turns", {"user": str(n)}) for n in range(20)))
    assert [turn["user"] for turn in client.get(conversation).json()["turns"]] == [str(n) for n in range(20)]


def test_get_requests_create_nothing(client):
    assert_problem(client.get("/v1/conversations/nothing"), 404, "no_conversation", "id")
    assert_problem(client.post("/v1/conversations/nothing/turns", {}), 404, "no_conversation", "id")
    assert_problem(client.post("/v1/conversations/nothing/undo"), 404, "no_conversation", "id")
    assert list(client.app.state.context.store.ids()) == []


def test_old_conversations_expire(policy):
    with client_of({"default": policy}, expire_after=0.0) as client:
        client.post("/v1/conversations", {"id": "c"})
        client.run(
            expire_conversations(client.app.state.context, 0.0)
        )  # the server itself looks once a minute
        assert_problem(client.get("/v1/conversations/c"), 404, "no_conversation", "id")
        assert "turncast_expired_total 1.0" in client.get("/metrics").text
