"""The table of the demo in the README has the rows of the demo."""

from pathlib import Path

import pytest

from support.corpora import tiny
from turncast import Corpus, Policy
from turncast.cli.demo import _comparison
from turncast.evaluation import evaluate


@pytest.mark.quick
def test_the_readme_shows_the_rows_of_the_demo(saved):
    report = evaluate(Policy.load(saved), Corpus("tiny", list(tiny())))
    table = _comparison(report, report)
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    section = readme[readme.index("The demo simulates") :].split("\n\n")[1]
    shown = [line.split("|")[1].strip() for line in section.splitlines()]
    assert [shown[0], *shown[2:]] == [table.columns[0].header, *table.columns[0].cells]
