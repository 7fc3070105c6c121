"""Predictions without a conversation, several models, and models whose folder is replaced."""

import asyncio
import os
import time
from dataclasses import replace

import pytest

import turncast
from support.corpora import QUICK, SMALL, tiny
from support.server import assert_problem, client_of
from turncast import Dialogue, Turn
from turncast.sessions import turns_from_events


@pytest.mark.quick
def test_predict_a_whole_dialogue(client, policy):
    dialogue = tiny().dialogues[0]
    turns = [{"user": turn.user, "facts": dict(turn.facts), "actions": turn.actions} for turn in dialogue]
    answer = client.post("/v1/predict", {"turns": turns, "top": 2}).json()["turns"]
    for one, expected in zip(answer, policy.predict(dialogue), strict=True):
        assert one["actions"] == list(expected.actions)
        assert one["probability"] == pytest.approx(expected.probability, abs=1e-6)
        assert one["abstain"] is False
        assert len(one["ranked"]) == 2


def test_the_description_of_a_model(client, policy):
    answer = client.get("/v1/model").json()
    assert (answer["name"], answer["names"], answer["digest"]) == ("default", ["default"], policy.digest)
    assert answer["actions"] == list(policy.space)
    assert answer["network"]["units"] == SMALL.units
    assert_problem(client.get("/v1/model?name=none"), 404, "no_model", "model")


def test_a_model_abstains_on_every_path(policy):
    unsure = replace(policy, decision=replace(policy.decision, abstain_below=0.999))
    with client_of({"default": unsure}) as client:
        assert client.get("/v1/model").json()["abstain_below"] == 0.999
        answer = client.post("/v1/predict", {"turns": [{"user": "a tea please", "actions": []}]}).json()
        assert answer["turns"][0]["abstain"] is True
        request = {"messages": [{"role": "user", "content": "a tea please"}]}
        assert client.post("/v1/agents/next", request).json()["abstain"] is True
        client.post("/v1/conversations", {"id": "one"})
        path = "/v1/conversations/one/turns"
        answer = [client.post(path, {"user": "x", **more}).json() for more in ({}, {"threshold": 0.0})]
        assert [one["abstain"] for one in answer] == [True, False]
        assert answer[0]["committed"] is None


def test_several_models(policy, multi_policy):
    with client_of({"default": policy, "several": multi_policy}) as client:
        assert client.get("/v1/model").json()["names"] == ["default", "several"]
        client.post("/v1/conversations", {"id": "one"})
        client.post("/v1/conversations", {"id": "two", "model": "several"})
        for name, model in (("one", policy), ("two", multi_policy)):
            answer = client.post(f"/v1/conversations/{name}/turns", {"user": "a tea please"}).json()
            expected, _ = model.step(model.start(), Turn("a tea please"))
            assert answer["actions"] == list(expected.actions)
        assert client.get("/v1/conversations/two").json()["model"] == "several"


def test_replacing_a_model_loses_no_turn(policy, tmp_path):
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
        answer = client.post("/v1/conversations/c/turns", {"user": "small"}).json()
        assert answer["turn"] == 2
        turns = turns_from_events(client.app.state.context.store.events("c"))
        expected = other.predict(Dialogue("d", turns))[1]
        assert answer["probability"] == pytest.approx(expected.probability, abs=1e-5)
        # A broken folder does not replace the model; a whole one does.
        (folder / "weights.safetensors").write_bytes(b"")
        os.utime(folder / "manifest.json")
        assert models.reload() == {"default": False}
        assert models.reload() == {}
        assert client.post("/v1/conversations/c/turns", {"user": "yes"}).status_code == 200
        policy.save(folder, force=True)
        end = time.monotonic() + 20
        while client.get("/v1/model").json()["digest"] != policy.digest:  # the server checks every second
            client.run(asyncio.sleep(0.1))
            assert time.monotonic() < end
        assert 'turncast_reloads_total{model="default",outcome="loaded"} 1.0' in client.get("/metrics").text
