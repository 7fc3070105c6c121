"""The rooms of `features` import one another in one direction only."""

import ast
from pathlib import Path

import pytest

import turncast.features

FOLDER = Path(turncast.features.__file__).parent
ORDER = ["text", "responses", "turn_view", "block", "blocks", "encoder", "batches", "corpus_statistics"]
MODULES = [path for path in sorted(FOLDER.rglob("*.py")) if path.parent != FOLDER or path.stem in ORDER]


def room(module):
    return module.removeprefix("turncast.features.").split(".")[0]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_imports_go_down(path):
    here = path.relative_to(FOLDER).parts[0].removesuffix(".py")
    imported = {
        room(node.module)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module.startswith("turncast.features.")
    }
    assert all(ORDER.index(name) <= ORDER.index(here) for name in imported)
