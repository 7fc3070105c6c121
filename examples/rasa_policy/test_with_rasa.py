"""Train and ask an assistant in Rasa 3.6 whose only policy asks a turncast server.

The server (TURNCAST_URL) must have a model of the stories beside this file; turncast's own tests start it.
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
    result = train(
        str(folder / "domain.yml"), str(folder / "config.yml"), files, output=str(folder / "models")
    )
    return result.model


def talk(model, *texts):
    """Return the assistant's replies, and its actions, including action_listen."""

    async def conversation():
        agent = await load_agent(model_path=model)
        replies = []
        for text in texts:
            replies += [one["text"] for one in await agent.handle_text(text, sender_id="ada")]
        tracker = await agent.tracker_store.retrieve("ada")
        return replies, [event.action_name for event in tracker.events if event.type_name == "action"]

    return asyncio.run(conversation())


def test_the_assistant_follows_the_stories(model):
    replies, actions = talk(model, "hello", "a drink please", '/order{"drink": "tea"}')
    assert replies == ["Hello.", "Tea or coffee?", "Here you are."]
    expected = ["action_session_start", "action_listen"]
    for action in ("utter_greet", "utter_which", "utter_serve"):
        expected += [action, "action_listen"]
    assert actions == expected
    replies, _ = talk(model, '/order{"drink": "coffee"}')
    assert replies == ["Here you are.", "Hello."]


def test_other_policies_decide_without_the_server(model, monkeypatch):
    def refuse(self, *args, **kwargs):
        raise httpx.ConnectError("refused")

    monkeypatch.setattr(httpx.Client, "post", refuse)
    replies, actions = talk(model, "hello")
    assert replies == []
    assert set(actions) <= {"action_session_start", "action_listen"}
