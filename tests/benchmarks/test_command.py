"""`python -m benchmarks`, as a user runs it."""

import json
import subprocess
import sys

import pytest

from benchmarks.command import BENCHMARKS, main
from conftest import ROOT
from support.contests import STEP
from turncast import Policy
from turncast.sessions import open_store


@pytest.fixture
def run(capsys):
    """Run a benchmark in this process; return its status, stdout and stderr."""

    def run(*arguments):
        status = main([str(argument) for argument in arguments])
        return (status, *capsys.readouterr())

    return run


@pytest.mark.quick
def test_the_overview_names_every_benchmark():
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert [line.split()[0] for line in done.stdout.splitlines()[2:]] == list(BENCHMARKS)


@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_benchmark_has_help_and_a_place_in_its_readme(name, run):
    status, help_text, _ = run(name, "--help")
    assert status == 0
    assert f"python -m benchmarks {name}" in help_text
    assert f"### {name}\n" in (ROOT / "benchmarks" / "README.md").read_text()


def test_every_command_of_the_results_page_exists():
    for page in ("benchmarks/results.md", "README.md", "docs/decisions.md", "benchmarks/README.md"):
        for part in (ROOT / page).read_text().split("python -m benchmarks ")[1:]:
            name = part.split()[0].strip("`.,;:)")
            assert name in {*BENCHMARKS, "NAME", "--help"}, (page, name)


def test_an_unknown_name_is_refused_with_the_nearest(run):
    status, shown, message = run("lyers")
    assert (status, shown) == (2, "")
    assert message == "benchmarks: there is no benchmark 'lyers'; did you mean 'layers'?\n"


def test_step_writes_a_table_and_json(run, tmp_path):
    page = tmp_path / "page.md"
    options = ["--case", "step", "--quick", "--contenders", "turncast,numpy", "--page", page]
    status, shown, progress = run("step", *options, "--write", "--json")
    assert status == 0, progress
    contest = json.loads(shown)["contests"][0]
    assert list(contest["contenders"]) == ["turncast", "numpy"]
    assert contest["left_out"] == {}
    assert contest["task"]["actions"] > STEP.actions
    assert "round 2 of 2" in progress
    assert "## Contest: step\n\n`python -m benchmarks step --case step --quick " in page.read_text()
    assert page.read_text().count("| turncast |") == 1

    status, shown, _ = run("step", *options)
    assert status == 0
    assert "NumPy by hand" in shown


def test_a_live_turn_of_a_model(run, saved):
    options = ["--case", "turn", "--quick", "--contenders", "turncast", "--json"]
    status, shown, progress = run("step", saved, *options)
    assert status == 0, progress
    contest = json.loads(shown)["contests"][0]
    assert contest["task"]["actions"] == len(Policy.load(saved).space)
    assert contest["contenders"]["turncast"]["p99_us"] >= contest["contenders"]["turncast"]["p50_us"] > 0
    assert contest["table"][0]["late turn, us"].endswith("(turn 21)")


def test_the_start_of_a_process(run, saved):
    options = ["--case", "start", "--quick", "--rounds", 1, "--contenders", "turncast", "--json"]
    status, shown, progress = run("step", saved, *options)
    assert status == 0, progress
    (one,) = json.loads(shown)["contests"][0]["contenders"]["turncast"]["rounds"]
    assert 0 < one["seconds"] < 60
    assert one["megabytes"] > 10


def test_bad_input_is_one_line(run):
    for arguments in (["batch", "--contenders", "torhc"], ["load", "--case", "none"]):
        status, shown, message = run(*arguments)
        assert (status, shown) == (2, "")
        assert message.startswith("benchmarks: --c")
        assert message.count("\n") == 1


def test_a_server_under_load(run, saved, tmp_path):
    page, store = tmp_path / "page.md", f"sqlite:///{tmp_path / 'c.db'}"
    options = ["--conversations", 1, "--conversations", 3, "--seconds", 0.3, "--pace", 40, "--store", store]
    status, shown, progress = run("serve", saved, *options, "--write", "--page", page, "--json")
    assert status == 0, progress
    one, three, paced = json.loads(shown)["server"]
    assert [(each["conversations"], each["pace"]) for each in (one, three, paced)] == [
        (1, None),
        (3, None),
        (3, 40),
    ]
    assert paced["turns"] <= 40 * 0.3 + 3 < three["turns"]
    for load in (one, three, paced):
        assert load["turns_per_second"] == load["turns"] / load["seconds"] > 0
        assert 0 < load["p50_ms"] <= load["p99_ms"]
    assert one["turns"] * one["p50_ms"] / 1e3 < 2 * 0.3  # one turn after the other
    section = page.read_text()
    assert "## A server under load\n\n`python -m benchmarks serve " in section
    assert section.count("\n| 3 |") == 2
    assert list(open_store(store).ids()) == []  # its conversations are deleted


def test_the_server_is_a_case_of_load(run, tmp_path):
    page = tmp_path / "page.md"
    status, shown, progress = run("load", "--case", "server", "--quick", "--write", "--page", page, "--json")
    assert status == 0, progress
    figures = json.loads(shown)
    assert (figures["contests"], [one["conversations"] for one in figures["server"]]) == ([], [1, 4, 4])
    assert page.read_text().count("\n## ") == 1
    assert "Store: sqlite." in page.read_text()


def test_a_server_that_does_not_start_says_why(run, saved):
    status, _, message = run("serve", saved, "--store", "nowhere://x")
    assert status == 2
    error = message.splitlines()[-1]
    assert error.startswith(
        "benchmarks: the server did not start: unknown kind of store 'nowhere'; it is one of"
    )
