"""A real browser and a real server; skipped, with a message, where there is no browser."""

import os
import shutil
from pathlib import Path

import pytest

from support.browser import Visitor
from support.server import serving
from support.web import CORPUS, poor, written

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module", autouse=True)  # meanwhile an event loop runs, which other tests cannot have
def browser():
    """Chromium: the one that Playwright installed, or else one of the system's."""
    playwright = pytest.importorskip("playwright.sync_api", reason="`make test-ui` installs a browser")
    with playwright.sync_playwright() as driver:
        own = driver.chromium.executable_path
        found = own if Path(own).exists() else next(filter(None, map(shutil.which, _PROGRAMS)), None)
        if found is None:
            pytest.skip("there is no Chromium; `make test-ui` installs one")
        sandbox = [] if os.geteuid() else ["--no-sandbox"]  # which root cannot have
        browser = driver.chromium.launch(executable_path=found, args=sandbox)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A model with its report; not to be written to."""
    folder = tmp_path_factory.mktemp("ui") / "model"
    poor(folder)
    return folder


@pytest.fixture
def folder(model, tmp_path):
    """The same, to be retrained."""
    shutil.copytree(model, tmp_path / "model")
    return tmp_path / "model"


@pytest.fixture
def address(folder, tmp_path):
    corpus = written(CORPUS, tmp_path / "corpus.jsonl")
    with serving(folder, f"sqlite:///{tmp_path / 'store.db'}", "--corpus", str(corpus)) as (address, _):
        yield address


@pytest.fixture
def visit(browser):
    """Opens pages as visitors with screens of their own; at the end none may have met with an error."""
    visitors = []

    def visit(address, **screen):
        visitors.append(Visitor(browser, address, screen))
        return visitors[-1]

    yield visit
    for visitor in visitors:
        visitor.leave()
