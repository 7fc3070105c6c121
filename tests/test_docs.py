"""The documentation: every page is in the navigation, every public name in the reference, and guides run."""

import importlib
import inspect
import re
import shlex
from pathlib import Path

import pytest

from conftest import ROOT
from support.cli import run

DOCS = ROOT / "docs"
PACKAGE = ROOT / "src" / "turncast"
GUIDES = sorted((DOCS / "guides").glob("*.md"))
PACKAGES = sorted(
    f"turncast.{path.parent.name}" if path.parent != PACKAGE else "turncast"
    for path in [PACKAGE / "__init__.py", *PACKAGE.glob("*/__init__.py")]
    if path.parent.name != "cli" and re.search(r"__all__ = \[\s*\"", path.read_text())
)
FILE = re.compile(r'```\w+ title="([^"]+)"\n(.*?)```', re.DOTALL)
BASH = re.compile(r"```bash\n(.*?)```", re.DOTALL)
LOOKS = (["turncast", "data", "show"], ["turncast", "data", "validate"])


@pytest.mark.quick
def test_every_page_is_in_the_navigation():
    navigation = (ROOT / "mkdocs.yml").read_text().split("\nnav:")[1]
    for page in DOCS.rglob("*.md"):
        assert f": {page.relative_to(DOCS).as_posix()}\n" in navigation, page.name


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_is_in_the_reference(package):
    """The reference page of a package shows all of its `__all__`, so each name needs a docstring."""
    page = DOCS / "reference" / f"{package.removeprefix('turncast').lstrip('.') or 'index'}.md"
    assert f"::: {package}\n" in page.read_text()
    module = importlib.import_module(package)
    for name in module.__all__:
        value = getattr(module, name)
        assert inspect.getdoc(value) or not callable(value), f"{package}.{name} has no docstring"


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_the_commands_of_a_guide_run_on_its_files(guide, tmp_path, monkeypatch):
    """Run each command whose files the guide shows; commands on the reader's own files are left out."""
    text = guide.read_text()
    files = dict(FILE.findall(text))
    for name, content in files.items():
        Path(tmp_path / name).write_text(content)
    monkeypatch.chdir(tmp_path)
    commands = [
        shlex.split(line, comments=True)
        for block in BASH.findall(text)
        for line in block.replace("\\\n", " ").splitlines()
    ]
    looks = [words for words in commands if words[:3] in LOOKS]
    ran = [run(*words[1:]).returncode for words in looks if any(name in words for name in files)]
    assert ran or not files
    assert set(ran) <= {0}


def test_no_page_uses_a_fixture_of_the_tests():
    for page in [ROOT / "README.md", *DOCS.rglob("*.md")]:
        assert "getfixture" not in page.read_text(), page.name


def test_the_glossary_has_each_term_once_and_its_places_exist():
    text = (DOCS / "glossary.md").read_text()
    rows = [
        row.group(1).strip("`").lower()
        for row in re.finditer(r"^\| (.+?) \| .+ \| .+ \|$", text, re.MULTILINE)
    ]
    terms = [term for term in rows if term != "term"]
    assert len(terms) == len(set(terms)) > 100
    for path in re.findall(r"`([\w/]+\.py)`", text):
        assert (PACKAGE / path).exists() or (ROOT / path).exists(), path
    source = "\n".join(path.read_text() for path in PACKAGE.rglob("*.py"))
    for name in re.findall(r"`([A-Z]\w+|[A-Z]+)(?:\.\w+)?`", text):
        assert re.search(rf"\b{name}\b", source), name
