"""Keras finds its backend, whatever is installed and whichever is imported first."""

import os
import subprocess
import sys

import pytest

from turncast import keras_backend


def run(code, tmp_path, **variables):
    """Run code in a process of its own, without KERAS_BACKEND and without a Keras configuration."""
    environment = {name: value for name, value in os.environ.items() if name != "KERAS_BACKEND"}
    environment |= {"KERAS_HOME": str(tmp_path), **variables}
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


WITHOUT_TENSORFLOW = pytest.mark.skipif(
    keras_backend.is_installed("tensorflow"), reason="TensorFlow is installed"
)


@WITHOUT_TENSORFLOW
@pytest.mark.parametrize("first", ["turncast", "turncast.backend", "turncast.layers"])
def test_keras_after_turncast(tmp_path, first):
    assert (
        run(f"import {first}, keras; print(keras.backend.backend())", tmp_path)
        == keras_backend.find_backend()
    )


@WITHOUT_TENSORFLOW
def test_keras_before_turncast_can_be_imported_again(tmp_path):
    code = """
try:
    import keras
except ModuleNotFoundError as error:
    assert "tensorflow" in str(error)
from turncast.layers import LSTM
import keras
print(LSTM(2)(keras.ops.ones((1, 2, 3))).shape)
"""
    assert run(code, tmp_path) == "(1, 2)"


def test_the_backend_of_the_variable_is_missing(tmp_path):
    code = """
import sys
sys.modules["torch"] = None
import turncast
try:
    import turncast.backend
except ImportError as error:
    print(error)
"""
    message = run(code, tmp_path, KERAS_BACKEND="torch")
    assert message.startswith(
        "training on torch needs libraries that are not installed; "
        "install them with: pip install 'turncast[torch]', or set KERAS_BACKEND="
    )


@pytest.mark.parametrize(
    ("installed", "backend"),
    [
        ({"jax", "tensorflow", "torch"}, "jax"),
        ({"tensorflow"}, "tensorflow"),
        ({"torch"}, "torch"),
        ({"tensorflow", "torch"}, "tensorflow"),
        (set(), "jax"),
    ],
)
def test_the_first_installed_backend_is_taken(monkeypatch, installed, backend):
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    monkeypatch.delitem(sys.modules, "keras", raising=False)
    monkeypatch.setattr(keras_backend, "is_installed", installed.__contains__)
    assert keras_backend.find_backend() == backend
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    assert keras_backend.find_backend() == "torch"


def test_a_default_is_set_only_where_that_of_keras_is_missing(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")  # is restored in the end
    monkeypatch.delitem(sys.modules, "keras", raising=False)
    for installed, expected in (({"jax"}, "jax"), ({"jax", "tensorflow"}, None)):
        os.environ.pop("KERAS_BACKEND", None)
        monkeypatch.setattr(keras_backend, "is_installed", installed.__contains__)
        keras_backend.set_default_backend()
        assert os.environ.get("KERAS_BACKEND") == expected


def test_a_loaded_keras_keeps_its_backend(monkeypatch):
    import types

    loaded = types.SimpleNamespace(backend=types.SimpleNamespace(backend=lambda: "tensorflow"))
    monkeypatch.setitem(sys.modules, "keras", loaded)
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    assert keras_backend.find_backend() == "tensorflow"
