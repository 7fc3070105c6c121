"""With real Rasa 3.6: an assistant whose only policy asks a turncast server, trained and talked to.

The server (TURNCAST_URL) has a model of the stories beside this file; turncast's own tests start it.
"""

import asyncio
import os
import shutil
from pathlib import Path

import httpx
import pytest

pytest.importorskip("rasa")
from rasa.core.agent import load_agent
from rasa.model_training import train

HERE = Path(__file__).parent
URL = os.environ.get("TURNCAST_URL", "http://127.0.0.1:8000")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("assistant")
    for name in ("domain.yml", "stories.yml", "nlu.yml"):
        shutil.copy(HERE / name, folder)
    config = (HERE / "config.yml").read_text().replace("http://127.0.0.1:8000", URL)
    (folder / "config.yml").write_text(config)
    files = [str(folder / "stories.yml"), str(folder / "nlu.yml")]
    made = train(str(folder / "domain.yml"), str(folder / "config.yml"), files, output=str(folder / "models"))
    return made.model


def talk(model, *texts):
    """Return what the assistant says, and the actions it took, listening included."""

    async def talked():
        agent = await load_agent(model_path=model)
        said = []
        for text in texts:
            said += [one["text"] for one in await agent.handle_text(text, sender_id="ada")]
        tracker = await agent.tracker_store.retrieve("ada")
        return said, [event.action_name for event in tracker.events if event.type_name == "action"]

    return asyncio.run(talked())


def test_an_assistant_that_asks(model):
    said, actions = talk(model, "hello", "a drink please", '/order{"drink": "tea"}')
    assert said == ["Hello.", "Tea or coffee?", "Here you are."]
    listening = ["action_session_start", "action_listen"]
    for action in ("utter_greet", "utter_which", "utter_serve"):
        listening += [action, "action_listen"]
    assert actions == listening
    said, _ = talk(model, '/order{"drink": "coffee"}')
    assert said == ["Here you are.", "Hello."]


def test_a_server_that_is_away_is_not_waited_for(model, monkeypatch):
    def refuse(self, *args, **kwargs):
        raise httpx.ConnectError("away")

    monkeypatch.setattr(httpx.Client, "post", refuse)
    said, actions = talk(model, "hello")
    assert said == []
    assert set(actions) <= {"action_session_start", "action_listen"}
