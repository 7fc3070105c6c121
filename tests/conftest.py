"""Fixtures of many tests: small trained policies and the folder of real corpora."""

import gc
import os
from pathlib import Path

import pytest

# Most tests compile functions that then run for milliseconds. So XLA compiles without optimising, and a
# cache on disk lets tests, processes and later runs use what an earlier one compiled.
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

# Modules and tests live until the end, so the garbage collector need not visit them.
gc.disable()


def pytest_collection_finish():
    gc.freeze()
    gc.set_threshold(100_000)  # tracing makes very many objects that stay
    gc.enable()


@pytest.fixture(scope="session")
def corpora() -> Path:
    """Return the folder of real corpora."""
    if not CORPORA.is_dir():
        pytest.skip(f"there are no real corpora in {CORPORA}; say where they are with TURNCAST_CORPORA")
    return CORPORA


@pytest.fixture(scope="session")
def policy() -> Policy:
    """Return a small policy that was trained for two epochs."""
    return turncast.train(tiny(), network=SMALL, config=QUICK)


@pytest.fixture(scope="session")
def multi_policy() -> Policy:
    """Return a small policy whose turns take several actions."""
    return turncast.train(tiny(multi=True), network=SMALL, config=QUICK)


@pytest.fixture(scope="session")
def saved(policy, tmp_path_factory) -> Path:
    """Return the folder of the saved policy; tests must not change it."""
    return policy.save(tmp_path_factory.mktemp("model") / "model")
