"""`turncast search`, as a user runs it."""

import json
import tomllib

import pytest

from support.cli import refused, run
from support.corpora import tiny
from turncast.data import convert

SEARCH = ["search", "tiny.jsonl", "--out", "best.toml"]
SEARCH += ["--space", "units=4,8", "--fix", "epochs=1", "--fix", "batch_turns=64", "--fix", "devices=1"]


@pytest.fixture(autouse=True)
def corpus(tmp_path, monkeypatch):
    convert(tiny(), tmp_path / "tiny.jsonl")
    monkeypatch.chdir(tmp_path)
    # Trials find what those before compiled.
    monkeypatch.setattr("turncast.search.runner.clear_compiled", lambda: None)


@pytest.mark.quick
def test_search_resumes_and_its_file_trains(tmp_path):
    done = run(*SEARCH, "--trials", 1)
    assert done.stderr.startswith("trial 1/1  dev ")
    assert "Wrote best.toml; the trials are in best.db. Next: turncast train CORPUS" in done.stderr
    assert "tiny: the best of 1 trials, by the dev part" in done.stdout
    assert sorted(file.name for file in tmp_path.iterdir()) == ["best.db", "best.toml", "tiny.jsonl"]

    done = run(*SEARCH, "--trials", 2, "--json")
    record = json.loads(done.stdout)
    assert len(record["trials"]) == 2
    assert done.stderr.startswith("trial 2/2  dev ")
    best = tomllib.loads((tmp_path / "best.toml").read_text())
    assert best == record["best"]["settings"]

    run("train", "tiny.jsonl", "--config", "best.toml", "--out", "m")
    report = json.loads((tmp_path / "m" / "report.json").read_text())
    assert report["turn_accuracy"] == record["best"]["dev_turn_accuracy"]

    message = refused(run(*SEARCH, "--seeds", 2))
    assert message == "best.db: the study differs in seeds; give the same, or another --study"
    message = refused(run(*SEARCH, "--study", "new.db"))
    assert (
        message
        == "best.toml: the file exists; give --force (force=True) to replace it, or choose another name"
    )
    message = refused(run(*SEARCH, "--study", "new.db", "--force", "--minutes", "0"))
    assert message == "the search stopped before the first trial ended; run the same command again"


def test_refusals():
    assert refused(run(*SEARCH, "--fix", "units=8")) == (
        "setting 'units' is both fixed and searched; leave one out"
    )
    assert refused(run(*SEARCH, "--fix", "unit=8")) == "unknown setting 'unit'; did you mean 'units'?"
    assert refused(run(*SEARCH, "--space", "layers=3..1")) == (
        "--space layers='3..1': 3 is more than 1; give the lower one first"
    )
