"""Values show themselves in a few lines, and names are found where the pages say."""

import re
import subprocess
import sys

import pytest

import turncast
from conftest import ROOT
from support.corpora import tiny
from turncast import Session
from turncast.dialogue_sources import LazyDialogues


@pytest.fixture(scope="module")
def report(policy):
    return turncast.evaluate(policy, turncast.simulate(20, seed=4))


@pytest.fixture(scope="module")
def session(policy):
    session = Session(policy)
    session.observe("hello", {"open": True})
    session.commit([next(iter(policy.space))])
    session.observe("<a> table & chairs")
    return session


@pytest.mark.quick
def test_values_fit_a_few_lines(policy, report, session):
    prediction, _ = policy.step(policy.start(), turncast.Turn("hello"))
    for value in (policy, report, prediction, session):
        assert len(repr(value)) < 300, repr(value)
        assert "\n" not in repr(value)
        assert " at 0x" not in repr(value)
    assert re.fullmatch(
        r"Report\(.*: turns right [\d.]+% \(\d+ of \d+\), .*best floor \w+ [\d.]+%\)", repr(report)
    )
    assert re.fullmatch(r"Prediction\(\w+ 0.\d\d(, \w+ 0.\d\d){3}\)", repr(prediction))
    assert "lstm 8" in repr(policy)
    assert "2 turns, the last one not committed" in repr(session)


def test_a_corpus_shows_its_size_where_that_is_known(tmp_path):
    corpus = tiny()
    assert repr(turncast.Corpus("tiny", tuple(corpus))) == f"Corpus('tiny', {len(list(corpus))} dialogues)"
    path = tmp_path / "dialogs.txt"
    path.write_text('t1: user: "a <b>" (action=1)\n\nt1: user: "b" (action=0)\n')
    read = turncast.read(path)
    assert repr(read) == "Corpus('dialogs', not read yet)"
    assert "a &lt;b&gt;" in read._repr_html_()
    assert len(read) == 2
    assert repr(read) == "Corpus('dialogs', 2 dialogues)"
    assert repr(read.filter(lambda position, _: position)) == "Corpus('dialogs', not read yet)"
    assert len(turncast.Corpus("other", read)) == 2


def test_a_list_of_a_corpus_reads_it_once():
    passes = []

    def start(_):
        passes.append(1)
        yield from tiny()

    for collect in (list, tuple, sorted):
        corpus = turncast.Corpus("counted", LazyDialogues(start))
        passes.clear()
        collected = (
            collect(corpus, key=lambda dialogue: dialogue.id) if collect is sorted else collect(corpus)
        )
        assert len(collected) == len(corpus) == len(list(tiny()))
        assert len(passes) == 1
    corpus = turncast.Corpus("counted", LazyDialogues(start))
    assert len(corpus.map(lambda dialogue: dialogue)) == len(list(tiny()))
    assert corpus


def test_a_printed_report_is_the_table(report):
    text = str(report)
    for words in ("this policy", "ceiling", "floor", "turns right", "taken"):
        assert words in text
    assert max(map(len, text.splitlines())) <= 100


def test_notebooks_get_tables(policy, report, session):
    prediction, _ = policy.step(policy.start(), turncast.Turn("hello"))
    for value in (policy, report, prediction, session):
        html = value._repr_html_()
        assert html.startswith(("<table>", "<pre"))
        assert len(html) < 20_000
    assert "&lt;a&gt; table &amp; chairs" in session._repr_html_()


def test_dir_lists_what_there_is():
    assert {*turncast.__all__, "evaluation", "layers", "explain"} <= {*dir(turncast)}


def test_documented_names_are_reachable_after_one_import():
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    names = set()
    for page in pages:
        names |= set(
            re.findall(r"\bturncast(?:\.[a-z_]+)+\.[A-Za-z_]+(?=[(`])", page.read_text(encoding="utf-8"))
        )
    assert {"turncast.evaluation.compare", "turncast.readers.rasa.to_rasa_yaml"} <= names
    code = "import turncast\n" + "\n".join(sorted(names))
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_module_whose_extra_is_missing_is_no_attribute():
    code = """
import sys
sys.modules["fastapi"] = None
import turncast
assert not hasattr(turncast, "server")
try:
    turncast.server
except AttributeError as error:
    assert "turncast[all]" in str(error), error
"""
    subprocess.run([sys.executable, "-c", code], check=True)
