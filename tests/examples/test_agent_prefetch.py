"""The prefetching example: what it counts, and that it saves time."""

import importlib.util
import json
import sys

import pytest

from conftest import ROOT

PATH = ROOT / "examples" / "agent_prefetch" / "prefetch.py"


@pytest.fixture(scope="module")
def prefetch():
    spec = importlib.util.spec_from_file_location("prefetch", PATH)
    loaded = sys.modules["prefetch"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    yield loaded
    del sys.modules["prefetch"]


@pytest.mark.quick
def test_decisions_are_the_agents_messages(prefetch):
    messages = prefetch.read_traces(PATH.with_name("traces.jsonl"))[0]
    made = list(prefetch.decisions(messages))
    assert [action for _, action in made] == [
        "respond",
        "respond",
        "find_order",
        "track_parcel",
        "respond",
        "respond",
    ]
    assert all(len(before) < len(messages) and before[-1]["role"] != "assistant" for before, _ in made)


@pytest.mark.large
def test_it_saves_time(prefetch, capsys):
    prefetch.main(["--thinking", "0.1", "--tool", "0.1", "--most", "4"])
    shown = json.loads(capsys.readouterr().out)
    assert shown["traces"] == 4
    assert shown["calls"] == 7
    assert shown["hits"] > shown["calls"] // 2
    assert shown["hits"] + shown["misses"] <= shown["steps"]
    assert shown["seconds_saved"] == pytest.approx(shown["seconds_without"] - shown["seconds_with"], abs=0.01)
    assert shown["seconds_saved"] > 0


MESSAGES = [
    {"role": "user", "content": "hi"},
    {"role": "assistant", "content": "?"},
    {"role": "user", "content": "find it"},
    {
        "role": "assistant",
        "tool_calls": [{"id": "1", "name": "find", "arguments": {}, "requestor": "assistant"}],
    },
]


@pytest.mark.parametrize(
    "record",
    [
        [{"task_id": 0, "traj": MESSAGES}, {"task_id": 1, "traj": MESSAGES}],
        {"info": {}, "tasks": [], "simulations": [{"id": n, "messages": MESSAGES} for n in "ab"]},
        [{"messages": MESSAGES}, {"messages": MESSAGES}],
    ],
)
def test_traces_of_several_formats(prefetch, tmp_path, record):
    (tmp_path / "run.json").write_text(json.dumps(record, indent=1))
    for path in (tmp_path, tmp_path / "run.json"):
        traces = prefetch.read_traces(path)
        assert traces == [MESSAGES, MESSAGES]
        assert [action for _, action in prefetch.decisions(traces[0])] == ["respond", "find"]


def test_calls_in_parts(prefetch):
    message = {"role": "assistant", "content": [{"type": "text"}, {"type": "tool_use", "name": "find"}]}
    assert prefetch.first_tool(message) == "find"


@pytest.mark.parametrize("text", ["{", '{"turns": [{"user": "hi", "actions": ["a"]}]}'])
def test_a_file_without_traces_is_refused_in_one_line(prefetch, tmp_path, capsys, text):
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(SystemExit) as stop:
        prefetch.main(["--data", str(tmp_path / "run.json")])
    assert stop.value.code == 2
    error = capsys.readouterr().err
    assert len(error.splitlines()) == 1
    assert error.startswith(str(tmp_path / "run.json"))


def test_the_help_shows_the_defaults(prefetch, capsys):
    with pytest.raises(SystemExit):
        prefetch.main(["--help"])
    assert "(default: 0.2)" in capsys.readouterr().out
