"""`turnwise bench`, as a user runs it."""

import json

from bench_support import STEP
from cli_support import refused, run
from turnwise import Policy


def test_step_writes_a_table_and_json(tmp_path):
    page = tmp_path / "page.md"
    options = ["--case", "step", "--quick", "--contenders", "turnwise,numpy", "--page", page]
    done = run("bench", "step", *options, "--write", "--json")
    assert done.returncode == 0, done.stderr
    contest = json.loads(done.stdout)["contests"][0]
    assert list(contest["contenders"]) == ["turnwise", "numpy"]
    assert contest["left_out"] == {}
    assert contest["problem"]["actions"] > STEP.actions
    assert "round 2 of 2" in done.stderr
    assert "## turnwise bench step\n\n`turnwise bench step --case step --quick " in page.read_text()
    assert page.read_text().count("| turnwise |") == 1

    shown = run("bench", "step", *options)
    assert shown.returncode == 0
    assert "NumPy by hand" in shown.stdout


def test_a_live_turn_of_a_model(saved, tmp_path):
    done = run("bench", "step", saved, "--case", "turn", "--quick", "--contenders", "turnwise", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["contests"][0]
    assert found["problem"]["actions"] == len(Policy.load(saved).space)
    assert found["contenders"]["turnwise"]["p99_us"] >= found["contenders"]["turnwise"]["p50_us"] > 0
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
        "turnwise",
        "--json",
    )
    assert done.returncode == 0, done.stderr
    (one,) = json.loads(done.stdout)["contests"][0]["contenders"]["turnwise"]["rounds"]
    assert 0 < one["seconds"] < 60
    assert one["megabytes"] > 10


def test_bad_input_is_one_line():
    for arguments in (["batch", "--contenders", "torhc"], ["load", "--case", "none"]):
        assert refused(run("bench", *arguments)).startswith("--c")
