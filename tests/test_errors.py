"""Errors: every class can be pickled and copied, so that errors pass between processes."""

import ast
import copy
import importlib
import pickle
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import turncast
from conftest import ROOT
from turncast.errors import TurncastError

PACKAGE = ROOT / "src" / "turncast"

text = st.text(max_size=12)
st.register_type_strategy(Path, text.map(Path))


def error_classes():
    """Return every class of the package that derives from TurncastError, also those of private modules."""
    names, modules = {"TurncastError"}, {"turncast.errors"}
    definitions = [
        (path, node)
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
    ]
    for _ in range(3):  # derived classes may be defined before their bases are known
        for path, node in definitions:
            if names & {base.id for base in node.bases if isinstance(base, ast.Name)}:
                names.add(node.name)
                modules.add(".".join(("turncast", *path.relative_to(PACKAGE).with_suffix("").parts)))
    members = [vars(importlib.import_module(module)).values() for module in modules]
    classes = {one for one in chain(*members) if isinstance(one, type) and issubclass(one, TurncastError)}
    return sorted(classes, key=lambda one: one.__name__)


def any_error(kind):
    """Return a strategy for errors of a class, by the annotations of its constructor, or with a message."""
    has_constructor = any(
        "__init__" in vars(one) for one in kind.__mro__ if one.__module__.startswith("turncast")
    )
    return st.builds(kind) if has_constructor else st.builds(kind, text)


@pytest.mark.parametrize("kind", error_classes(), ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_an_error_passes_between_processes(kind, data):
    error = data.draw(any_error(kind))
    error.add_note("in the third worker")
    for copied in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(copied) is kind
        assert (str(copied), copied.args, vars(copied)) == (str(error), error.args, vars(error))
        assert vars(copied)["__notes__"] == ["in the third worker"]


@pytest.mark.quick
def test_attributes_of_the_built_in_base_are_kept():
    error = pickle.loads(pickle.dumps(turncast.errors.OutputDenied(13, "Permission denied")))
    assert (error.errno, error.strerror) == (13, "Permission denied")
    missing = pickle.loads(pickle.dumps(turncast.errors.MissingExtra("training", "train")))
    assert missing.msg == str(missing)
