"""Errors: every kind of ours passes from one process to another, and can be copied."""

import copy
import importlib
import pickle
import pkgutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import turncast
from turncast.errors import TurncastError

text = st.text(max_size=12)
st.register_type_strategy(Path, text.map(Path))


def kinds(parent=TurncastError):
    yield parent
    for kind in parent.__subclasses__():
        yield from kinds(kind)


def every_kind():
    for room in ("errors", "client", "readers"):
        package = importlib.import_module(f"turncast.{room}")
        for module in pkgutil.iter_modules(getattr(package, "__path__", ()), f"{package.__name__}."):
            importlib.import_module(module.name)
    return sorted(set(kinds()), key=lambda kind: kind.__name__)


def of_kind(kind):
    """Any error of a kind: by the annotations of its constructor, or with a message."""
    constructed = any(
        "__init__" in vars(one) for one in kind.__mro__ if one.__module__.startswith("turncast")
    )
    return st.builds(kind) if constructed else st.builds(kind, text)


@pytest.mark.parametrize("kind", every_kind(), ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_an_error_passes_between_processes(kind, data):
    error = data.draw(of_kind(kind))
    error.add_note("in the third worker")
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(again) is kind
        assert (str(again), again.args, vars(again)) == (str(error), error.args, vars(error))
        assert vars(again)["__notes__"] == ["in the third worker"]


def test_what_the_built_in_kind_knows_passes_too():
    error = pickle.loads(pickle.dumps(turncast.errors.OutputDenied(13, "Permission denied")))
    assert (error.errno, error.strerror) == (13, "Permission denied")
    missing = pickle.loads(pickle.dumps(turncast.errors.MissingExtra("training", "train")))
    assert missing.msg == str(missing)
