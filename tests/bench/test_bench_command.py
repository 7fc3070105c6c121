"""`turncast bench`, as a user runs it."""

import json

from support.bench import STEP
from support.cli import refused, run
from turncast import Policy
from turncast.sessions import open_store


def test_step_writes_a_table_and_json(tmp_path):
    page = tmp_path / "page.md"
    options = ["--case", "step", "--quick", "--contenders", "turncast,numpy", "--page", page]
    done = run("bench", "step", *options, "--write", "--json")
    assert done.returncode == 0, done.stderr
    contest = json.loads(done.stdout)["contests"][0]
    assert list(contest["contenders"]) == ["turncast", "numpy"]
    assert contest["left_out"] == {}
    assert contest["problem"]["actions"] > STEP.actions
    assert "round 2 of 2" in done.stderr
    assert "## turncast bench step\n\n`turncast bench step --case step --quick " in page.read_text()
    assert page.read_text().count("| turncast |") == 1

    shown = run("bench", "step", *options)
    assert shown.returncode == 0
    assert "NumPy by hand" in shown.stdout


def test_a_live_turn_of_a_model(saved, tmp_path):
    done = run("bench", "step", saved, "--case", "turn", "--quick", "--contenders", "turncast", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["contests"][0]
    assert found["problem"]["actions"] == len(Policy.load(saved).space)
    assert found["contenders"]["turncast"]["p99_us"] >= found["contenders"]["turncast"]["p50_us"] > 0
    assert found["table"][0]["late turn, us"].endswith("(turn 21)")


def test_the_start_of_a_process(saved):
    done = run(
        "bench",
        "step",
        saved,
        "--case",
        "start",
        "--quick",
        "--rounds",
        1,
        "--contenders",
        "turncast",
        "--json",
    )
    assert done.returncode == 0, done.stderr
    (one,) = json.loads(done.stdout)["contests"][0]["contenders"]["turncast"]["rounds"]
    assert 0 < one["seconds"] < 60
    assert one["megabytes"] > 10


def test_bad_input_is_one_line():
    for arguments in (["batch", "--contenders", "torhc"], ["load", "--case", "none"]):
        assert refused(run("bench", *arguments)).startswith("--c")


def test_a_server_under_load(saved, tmp_path):
    page, store = tmp_path / "page.md", f"sqlite:///{tmp_path / 'c.db'}"
    options = ["--conversations", 1, "--conversations", 3, "--seconds", 0.3, "--pace", 40, "--store", store]
    done = run("bench", "serve", saved, *options, "--write", "--page", page, "--json")
    assert done.returncode == 0, done.stderr
    one, three, paced = json.loads(done.stdout)["served"]
    assert [(each["conversations"], each["pace"]) for each in (one, three, paced)] == [
        (1, None),
        (3, None),
        (3, 40),
    ]
    assert paced["turns"] <= 40 * 0.3 + 3 < three["turns"]
    for found in (one, three, paced):
        assert found["turns_per_second"] == found["turns"] / found["seconds"] > 0
        assert 0 < found["p50_ms"] <= found["p99_ms"]
    assert one["turns"] * one["p50_ms"] / 1e3 < 2 * 0.3  # they take turns: one after the other
    section = page.read_text()
    assert "## turncast bench serve\n\n`turncast bench serve " in section
    assert section.count("\n| 3 |") == 2
    assert list(open_store(store).ids()) == []  # it leaves nothing behind


def test_the_load_that_a_server_bears_is_a_case_of_load(tmp_path):
    page = tmp_path / "page.md"
    done = run("bench", "load", "--case", "server", "--quick", "--write", "--page", page, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["contests"], [one["conversations"] for one in found["served"]]) == ([], [1, 4, 4])
    assert page.read_text().count("\n## ") == 1
    assert "Store: sqlite." in page.read_text()


def test_a_server_that_does_not_start_says_why(saved):
    said = refused(run("bench", "serve", saved, "--store", "nowhere://x"))
    assert said.startswith("the server did not start: unknown kind of store 'nowhere'; it is one of")
