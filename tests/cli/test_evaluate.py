"""`turncast evaluate --errors` and `turncast compare`, as a user runs them."""

import json
import sys

import pytest

from support.cli import refused, run
from support.corpora import tiny
from turncast.data import convert


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    path = tmp_path_factory.mktemp("corpus") / "tiny.jsonl"
    convert(tiny(), path)
    return path


@pytest.mark.quick
def test_errors_can_be_written_and_evaluated_again(saved, corpus, tmp_path):
    file = tmp_path / "errors.jsonl"
    done = run("evaluate", saved, corpus, "--errors", file, "--json")
    report = json.loads(done.stdout)
    wrong = report["turns"] - report["right_turns"]
    assert done.stderr == f"Wrote {wrong} wrong turns to {file}. Next: turncast data show {file}\n"
    shown = run("data", "show", file, "--samples", 1)
    assert (shown.returncode, shown.stderr) == (0, "")
    most = report["confusions"][0]
    assert f"confusion={' + '.join(most['true'])} -> {' + '.join(most['predicted'])}" in shown.stdout
    again = json.loads(run("evaluate", saved, file, "--json").stdout)
    assert (again["dialogues"], again["right_dialogues"]) == (wrong, 0)

    message = refused(run("evaluate", saved, corpus, "--errors", file))
    assert (
        message == f"{file}: the file exists; give --force (force=True) to replace it, or choose another name"
    )
    one = tmp_path / "one.jsonl"
    one.write_text(file.read_text().splitlines()[0])
    done = run("evaluate", saved, one, "--errors", file, "--force")
    assert done.returncode == 0, done.stderr
    assert len(file.read_text().splitlines()) < wrong
    message = refused(run("evaluate", saved, corpus, "--force"))
    assert message == "--force replaces the files of --errors and --report; give one, or leave it out"


def test_a_report_is_written_as_a_page(saved, corpus, tmp_path):
    file = tmp_path / "report.html"
    done = run("evaluate", saved, corpus, "--report", file, "--json")
    assert (done.returncode, done.stderr) == (0, f"Wrote {file}; open it in a browser.\n")
    record, page = json.loads(done.stdout), file.read_text(encoding="utf-8")
    assert f"<h1><bdi>{saved.name}</bdi> on <bdi>tiny</bdi></h1>" in page
    assert f"{record['right_turns']} of {record['turns']}" in page

    message = refused(run("evaluate", saved, corpus, "--report", file))
    assert (
        message == f"{file}: the file exists; give --force (force=True) to replace it, or choose another name"
    )
    file.write_text("old")
    both = run("evaluate", saved, corpus, "--report", file, "--errors", tmp_path / "e.jsonl", "--force")
    assert both.stderr.count("Wrote ") == 2
    assert file.read_text(encoding="utf-8") == page
    message = refused(run("evaluate", saved, corpus, "--report", file, "--errors", file, "--force"))
    assert message == f"--errors and --report both name {file}; give each its own file"


def test_a_page_without_its_libraries_is_refused_first(saved, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    message = refused(run("evaluate", saved, tmp_path / "nothing", "--report", tmp_path / "report.html"))
    assert message == (
        "a report as a page needs libraries that are not installed; install them with: "
        "pip install 'turncast[report]'"
    )
    assert not (tmp_path / "report.html").exists()


def test_compare(saved, corpus, tmp_path):
    done = run("compare", saved, saved, corpus)
    assert (done.returncode, done.stderr) == (0, "")
    assert "no action differs" in done.stdout
    record = json.loads(run("compare", saved, saved, corpus, "--json").stdout)
    assert (record["names"], record["won_turns"]) == ([str(saved)] * 2, [0, 0])
    message = refused(run("compare", saved, tmp_path / "nothing", corpus))
    assert message.startswith(f"{tmp_path / 'nothing'}: there is no such folder")
