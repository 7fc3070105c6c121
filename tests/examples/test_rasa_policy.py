"""The Rasa example: the turns of a live tracker are those that the reader makes of the same story."""

import importlib.util
import os
import subprocess
from dataclasses import replace

import httpx
import pytest

import turncast
from conftest import ROOT
from support.server import serving
from turncast import Corpus, NetworkConfig, TrainConfig
from turncast.readers.read_context import ReadConfig

FOLDER = ROOT / "examples" / "rasa_policy"
PYTHON = os.environ.get("TURNCAST_RASA_PYTHON")


def module(path):
    spec = importlib.util.spec_from_file_location("tracker", path)
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


tracker = module(FOLDER / "turncast_rasa" / "tracker.py")


def heard(intent, **entities):
    listed = [{"entity": name, "value": value} for name, value in entities.items()]
    return {
        "event": "user",
        "text": f"/{intent}",
        "parse_data": {"intent": {"name": intent}, "entities": listed},
    }


def did(name):
    return {"event": "action", "name": name}


def slot(name, value):
    return {"event": "slot", "name": name, "value": value}


BEGINNING = [did("action_session_start"), {"event": "session_started"}, did("action_listen")]
LIVE = {
    "a greeting first": [
        *BEGINNING,
        heard("greet"),
        {"event": "user_featurization", "use_text_for_featurization": False},
        did("utter_greet"),
        did("action_listen"),
        heard("order"),
        did("utter_which"),
        did("action_listen"),
        heard("order", drink="tea"),
        slot("drink", "tea"),
        did("utter_serve"),
        did("action_listen"),
    ],
    "straight away": [
        *BEGINNING,
        heard("order", drink="coffee"),
        slot("drink", "coffee"),
        did("utter_serve"),
        did("utter_greet"),
        did("action_listen"),
    ],
}


@pytest.fixture(scope="module")
def stories():
    return turncast.read(FOLDER / "stories.yml", config=ReadConfig(listen=True)).load()


@pytest.fixture(scope="module")
def asked(stories, tmp_path_factory):
    """A server whose model knows the stories by heart."""
    again = [replace(one, id=f"{one.id}-{number}", group=None) for number in range(40) for one in stories]
    policy = turncast.train(
        Corpus("stories", again),
        network=NetworkConfig(units=32),
        config=TrainConfig(epochs=60, learning_rate=0.03, seed=1),
    )
    with serving(policy.save(tmp_path_factory.mktemp("rasa") / "model"), "memory:") as (address, _):
        yield address


@pytest.mark.quick
@pytest.mark.parametrize("name", LIVE)
def test_the_turns_of_a_tracker_are_those_of_its_story(stories, name):
    (dialogue,) = [one for one in stories if one.group == name]
    *turns, now = tracker.turns_of(LIVE[name])
    assert [(turn["user"], turn["facts"], tuple(turn["actions"])) for turn in turns] == [
        (turn.user, dict(turn.facts), turn.actions) for turn in dialogue
    ]
    assert now == {"user": None, "facts": {}, "actions": []}


def test_facts_are_what_the_reader_makes_of_values():
    events = [
        heard("order", drink="tea"),
        slot("intent", None),
        slot("tags", ["a", 2]),
        slot("shape", {"a": 1}),
        slot("price", float("nan")),
        {"event": "active_loop", "name": None},
    ]
    (now,) = tracker.turns_of(events, with_text=True)
    assert now["user"] == "/order"
    assert now["facts"] == {
        "intent": "order",
        "entity.drink": "tea",
        "slot.intent": "null",
        "tags": "a, 2",
        "shape": '{"a": 1}',
        "price": "nan",
        "active_loop": "null",
    }


def test_it_asks_a_real_server(asked):
    actions = ["action_listen", "utter_greet", "utter_which", "utter_serve", "action_restart"]
    for name, events in LIVE.items():
        for place, event in enumerate(events):
            if event["event"] != "action" or place < len(BEGINNING):
                continue
            body = {"turns": tracker.turns_of(events[:place]), "top": 100}
            ranked = httpx.post(f"{asked}/v1/predict", json=body).json()["turns"][-1]["ranked"]
            probabilities = tracker.probabilities_of(ranked, actions)
            assert actions[probabilities.index(max(probabilities))] == event["name"], (name, place)
            assert probabilities[4] == 0.0


def test_with_rasa_itself(asked):
    if not PYTHON:
        pytest.skip("TURNCAST_RASA_PYTHON does not name a Python with Rasa 3.6")
    done = subprocess.run(
        [PYTHON, "-m", "pytest", "-q", "test_with_rasa.py", "-p", "no:cacheprovider"],
        cwd=FOLDER,
        env={**os.environ, "TURNCAST_URL": asked, "PYTHONPATH": str(FOLDER)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:]
