"""The pictures of the documentation: `make screenshots` writes them."""

import os
from pathlib import Path

import pytest

import turncast
from support.server import serving
from support.web import written
from turncast.cli.main import run

FOLDER = os.environ.get("TURNCAST_SCREENSHOTS")
LARGEST = 150_000  # bytes


@pytest.mark.skipif(FOLDER is None, reason="`make screenshots` takes them")
def test_screenshots_of_the_page(visit, tmp_path, monkeypatch):
    corpus, model = written(turncast.simulate(300, seed=1), tmp_path / "bookings.jsonl"), tmp_path / "model"
    monkeypatch.setattr("sys.argv", ["turncast", "train", str(corpus), "--out", str(model), "--epochs", "8"])
    assert run() == 0
    with serving(model, "memory:", "--corpus", str(corpus)) as (address, _):
        visitor = visit(address, viewport={"width": 900, "height": 1240})
        page = visitor.go("/")
        visitor.say("a table for four by the river please")
        visitor.say("any kitchen is fine")
        visitor.correct(1, "ask_time")
        page.evaluate("scrollTo(0, 0); document.activeElement.blur()")
        _take(page, "page-talk.png")
        visitor.go("/ui/evaluation")
        page.click("#evaluate")
        page.wait_for_selector(".matrix, #job .empty")
        _take(page, "page-evaluation.png")


@pytest.mark.skipif(FOLDER is None, reason="`make screenshots` takes them")
def test_screenshot_of_a_report(visit, tmp_path, monkeypatch):
    corpus, test, report = (tmp_path / name for name in ("bookings.jsonl", "held-out.jsonl", "report.html"))
    written(turncast.simulate(300, seed=1), corpus)
    written(turncast.simulate(100, seed=2), test)
    model = tmp_path / "bookings"
    for arguments in (
        ["train", corpus, "--out", model, "--epochs", "8"],
        ["evaluate", model, test, "--report", report],
    ):
        monkeypatch.setattr("sys.argv", ["turncast", *map(str, arguments)])
        assert run() == 0
    visitor = visit(report.as_uri(), viewport={"width": 1000, "height": 840})
    _take(visitor.go(""), "report.png")


def _take(page, name):
    path = Path(FOLDER) / name
    page.screenshot(path=path, caret="initial")  # Playwright's own way to hide it is an inline style
    assert path.stat().st_size < LARGEST
