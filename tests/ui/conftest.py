"""A real browser and a real server; skipped, with a message, where there is no browser."""

import os
import shutil
from pathlib import Path

import pytest

from support.browser import Visitor
from support.server import serving
from support.web import CORPUS, poor, written

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module", autouse=True)  # it runs an event loop, which other tests must not have
def browser():
    """Chromium: the one that Playwright installed, or one of the system."""
    playwright = pytest.importorskip("playwright.sync_api", reason="`make test-ui` installs a browser")
    with playwright.sync_playwright() as driver:
        installed = driver.chromium.executable_path
        program = (
            installed if Path(installed).exists() else next(filter(None, map(shutil.which, _PROGRAMS)), None)
        )
        if program is None:
            pytest.skip("there is no Chromium; `make test-ui` installs one")
        sandbox = [] if os.geteuid() else ["--no-sandbox"]  # which root cannot have
        browser = driver.chromium.launch(executable_path=program, args=sandbox)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A model with its report; read only."""
    folder = tmp_path_factory.mktemp("ui") / "model"
    poor(folder)
    return folder


@pytest.fixture
def folder(model, tmp_path):
    """A copy of the model, to be retrained."""
    shutil.copytree(model, tmp_path / "model")
    return tmp_path / "model"


@pytest.fixture
def address(folder, tmp_path):
    corpus = written(CORPUS, tmp_path / "corpus.jsonl")
    with serving(folder, f"sqlite:///{tmp_path / 'store.db'}", "--corpus", str(corpus)) as (address, _):
        yield address


@pytest.fixture
def visit(browser):
    """Open pages in new windows; at the end, check that none had an error."""
    visitors = []

    def visit(address, **screen):
        visitors.append(Visitor(browser, address, screen))
        return visitors[-1]

    yield visit
    for visitor in visitors:
        visitor.leave()
