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
    found = json.loads(capsys.readouterr().out)
    assert found["traces"] == 4
    assert found["calls"] == 7
    assert found["hits"] > found["calls"] // 2
    assert found["hits"] + found["misses"] <= found["steps"]
    assert found["seconds_saved"] == pytest.approx(found["seconds_without"] - found["seconds_with"], abs=0.01)
    assert found["seconds_saved"] > 0


def test_traces_of_tau_bench(prefetch, tmp_path):
    traces = [
        {"task_id": 0, "traj": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "?"}]}
    ]
    (tmp_path / "run.json").write_text(json.dumps(traces))
    assert prefetch.read_traces(tmp_path) == [traces[0]["traj"]]
