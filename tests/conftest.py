"""What many tests share: a small trained policy, corpora of our own, and where real ones lie."""

import gc
import os
from pathlib import Path

import numpy as np
import pytest

# Most of a test is compiling what then runs for milliseconds: so XLA compiles in its quickest way, and what
# one test compiles, the next finds compiled.
os.environ.setdefault(
    "XLA_FLAGS",
    "--xla_backend_optimization_level=0 --xla_cpu_use_fusion_emitters=false"
    " --xla_cpu_parallel_codegen_split_count=1",
)
os.environ.setdefault(
    "JAX_COMPILATION_CACHE_DIR", str(Path(__file__).parent.parent / ".pytest_cache" / "jax")
)
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0.02")
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")

import turncast
from support.corpora import QUICK, SMALL, tiny
from support.property_tests import register_profiles
from turncast import Policy

register_profiles()

ROOT = Path(__file__).resolve().parent.parent
CORPORA = Path(os.environ.get("TURNCAST_CORPORA", ROOT.parent / "shared" / "corpora"))

# What is imported and collected stays to the end: the collector of garbage need not go through it.
gc.disable()


def pytest_collection_finish():
    gc.freeze()
    gc.set_threshold(100_000)  # to trace and to lower makes very many objects that stay
    gc.enable()


@pytest.fixture(autouse=True)
def doctest_names(doctest_namespace):
    """Let the examples in docstrings use NumPy and Keras without importing them each time."""
    doctest_namespace["np"] = np


@pytest.fixture(scope="session")
def corpora() -> Path:
    if not CORPORA.is_dir():
        pytest.skip(f"there are no real corpora in {CORPORA}; say where they are with TURNCAST_CORPORA")
    return CORPORA


@pytest.fixture(scope="session")
def policy() -> Policy:
    """A policy of a few units after two epochs: good for nothing but fast."""
    return turncast.train(tiny(), network=SMALL, config=QUICK)


@pytest.fixture(scope="session")
def multi_policy() -> Policy:
    """The same, of a corpus whose turns take several actions."""
    return turncast.train(tiny(multi=True), network=SMALL, config=QUICK)


@pytest.fixture(scope="session")
def saved(policy, tmp_path_factory) -> Path:
    """A saved model; not to be written to."""
    return policy.save(tmp_path_factory.mktemp("model") / "model")
