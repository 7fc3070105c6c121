"""Predictions without a conversation, agents, several models, their replacement, what is documented."""

import asyncio
import json
import os
import time
from dataclasses import replace

import pytest

import turncast
from support.corpora import QUICK, SMALL, tiny
from support.server import assert_problem, client_of
from turncast import Dialogue, Turn
from turncast.server.agent_bodies import NextActionBody
from turncast.server.agents import turns_from_messages
from turncast.server.app import expire_conversations
from turncast.server.bodies import ObserveBody, PredictBody
from turncast.server.state_cache import StateCache
from turncast.sessions import turns_from_events


def test_a_whole_dialogue(client, policy):
    dialogue = tiny().dialogues[0]
    turns = [{"user": turn.user, "facts": dict(turn.facts), "actions": turn.actions} for turn in dialogue]
    told = client.post("/v1/predict", {"turns": turns, "top": 2}).json()["turns"]
    for one, expected in zip(told, policy.predict(dialogue), strict=True):
        assert one["actions"] == list(expected.actions)
        assert one["probability"] == pytest.approx(expected.probability, abs=1e-6)
        assert one["abstain"] is False
        assert len(one["ranked"]) == 2


def test_what_a_model_is(client, policy):
    told = client.get("/v1/model").json()
    assert (told["name"], told["names"], told["digest"]) == ("default", ["default"], policy.digest)
    assert told["actions"] == list(policy.space)
    assert told["network"]["units"] == SMALL.units
    assert_problem(client.get("/v1/model?name=none"), 404, "no_model", "model")


def test_a_model_that_abstains_says_so_on_every_path(policy):
    unsure = replace(policy, decision=replace(policy.decision, abstain_below=0.999))
    with client_of({"default": unsure}) as client:
        assert client.get("/v1/model").json()["abstain_below"] == 0.999
        told = client.post("/v1/predict", {"turns": [{"user": "a tea please", "actions": []}]}).json()
        assert told["turns"][0]["abstain"] is True
        asked = {"messages": [{"role": "user", "content": "a tea please"}]}
        assert client.post("/v1/agents/next", asked).json()["abstain"] is True
        client.post("/v1/conversations", {"id": "one"})
        path = "/v1/conversations/one/turns"
        told = [client.post(path, {"user": "x", **more}).json() for more in ({}, {"threshold": 0.0})]
        assert [one["abstain"] for one in told] == [True, False]
        assert told[0]["committed"] is None


def test_several_models_side_by_side(policy, multi_policy):
    with client_of({"default": policy, "several": multi_policy}) as client:
        assert client.get("/v1/model").json()["names"] == ["default", "several"]
        client.post("/v1/conversations", {"id": "one"})
        client.post("/v1/conversations", {"id": "two", "model": "several"})
        for name, model in (("one", policy), ("two", multi_policy)):
            told = client.post(f"/v1/conversations/{name}/turns", {"user": "a tea please"}).json()
            expected, _ = model.step(model.start(), Turn("a tea please"))
            assert told["actions"] == list(expected.actions)
        assert client.get("/v1/conversations/two").json()["model"] == "several"


def test_a_model_that_is_replaced_loses_no_turn(policy, tmp_path):
    folder = policy.save(tmp_path / "model")
    other = turncast.train(tiny(), network=SMALL, config=QUICK.model_copy(update={"seed": 8}))
    with client_of({"default": folder}) as client:
        models = client.app.state.context.models
        client.post("/v1/conversations", {"id": "c"})
        client.post("/v1/conversations/c/turns", {"user": "a tea please"})
        assert models.reload() == {}
        other.save(folder, force=True)
        assert models.reload() == {"default": True}
        assert client.get("/v1/model").json()["digest"] == other.digest
        told = client.post("/v1/conversations/c/turns", {"user": "small"}).json()
        assert told["turn"] == 2
        seen = turns_from_events(client.app.state.context.store.events("c"))
        expected = other.predict(Dialogue("d", seen))[1]
        assert told["probability"] == pytest.approx(expected.probability, abs=1e-5)
        # A folder that is broken takes no one's place; a whole one does again.
        (folder / "weights.safetensors").write_bytes(b"")
        os.utime(folder / "manifest.json")
        assert models.reload() == {"default": False}
        assert models.reload() == {}
        assert client.post("/v1/conversations/c/turns", {"user": "yes"}).status_code == 200
        policy.save(folder, force=True)
        end = time.monotonic() + 20
        while client.get("/v1/model").json()["digest"] != policy.digest:  # the server looks by itself
            client.run(asyncio.sleep(0.1))
            assert time.monotonic() < end
        assert 'turncast_reloads_total{model="default",outcome="loaded"} 1.0' in client.get("/metrics").text


CALL = {"id": "1", "function": {"name": "ask_size"}}
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


def test_messages_become_turns():
    first, second, last = turns_from_messages(MESSAGES)
    assert (first.user, first.actions, dict(first.facts)) == ("a tea please\nnow", ("ask_size",), {})
    assert (second.user, second.actions) == (None, ("respond",))
    assert dict(second.facts) == {"tool.ask_size": True, "result.stock": 2}
    assert (last.user, last.actions, dict(last.facts)) == ("small", (), {})


def test_the_next_call_of_an_agent(client, policy):
    cache = client.app.state.context.state_cache
    turns = turns_from_messages(MESSAGES)
    expected = policy.predict(Dialogue("d", turns))[-1]
    for _ in range(2):
        told = client.post("/v1/agents/next", {"messages": MESSAGES, "top": 2}).json()
        assert told["actions"] == list(expected.actions)
        assert told["probability"] == pytest.approx(expected.probability, abs=1e-6)
        assert told["turn"] == 3
        assert len(cache) == 2


def test_the_states_of_agents_are_found_again_and_bounded(policy, monkeypatch):
    cache, steps = StateCache(max_states=3), []
    original = type(policy).step
    monkeypatch.setattr(type(policy), "step", lambda self, *a: steps.append(1) or original(self, *a))
    turns = [Turn(str(number), ("confirm",)) for number in range(6)]
    for length in range(1, 7):
        told = cache.predict(policy, turns[:length])
        straight = policy.predict(Dialogue("d", turns[:length]))[-1]
        assert told.probability == straight.probability
    assert len(cache) == 3
    before = len(steps)
    cache.predict(policy, turns)
    assert len(steps) == before + 1
    cache.predict(policy, [Turn("other", ("confirm",)), *turns[1:]])
    assert len(steps) == before + 7


def test_every_path_is_documented_with_examples_that_work(client):
    document = client.get("/openapi.json").json()
    paths = document["paths"]
    assert set(paths) == {
        "/v1/conversations",
        "/v1/conversations/{id}",
        "/v1/conversations/{id}/turns",
        "/v1/conversations/{id}/commit",
        "/v1/conversations/{id}/turns/{turn}/override",
        "/v1/conversations/{id}/undo",
        "/v1/predict",
        "/v1/model",
        "/v1/agents/next",
        "/healthz",
        "/readyz",
        "/metrics",
    }
    for path, methods in paths.items():
        for method, said in methods.items():
            assert said["description"], (method, path)
            if path.startswith("/v1"):
                problem = said["responses"]["422"]["content"]["application/json"]["schema"]
                assert problem == {"$ref": "#/components/schemas/ProblemBody"}, (method, path)
    for path, body in (("/v1/predict", PredictBody), ("/v1/agents/next", NextActionBody)):
        assert client.post(path, body.model_config["json_schema_extra"]["example"]).status_code == 200
    client.post("/v1/conversations", {"id": "c"})
    example = ObserveBody.model_config["json_schema_extra"]["example"]
    assert client.post("/v1/conversations/c/turns", example).status_code == 200
    assert "http" not in json.dumps(document).replace("https://json-schema", "")


def test_old_conversations_expire(policy):
    with client_of({"default": policy}, expire_after=0.0) as client:
        client.post("/v1/conversations", {"id": "c"})
        client.run(
            expire_conversations(client.app.state.context, 0.0)
        )  # the server itself looks once a minute
        assert_problem(client.get("/v1/conversations/c"), 404, "no_conversation", "id")
        assert "turncast_expired_total 1.0" in client.get("/metrics").text
