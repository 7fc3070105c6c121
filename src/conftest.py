"""Fixtures that examples in docstrings use with `getfixture`."""

import numpy as np
import pytest

import turncast
from benchmarks.synthetic import random_policy
from support.server import serving


@pytest.fixture(autouse=True)
def names(doctest_namespace):
    """Let examples use NumPy without importing it each time."""
    doctest_namespace["np"] = np


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """Yield the address of a server whose policy has random weights."""
    policy = random_policy(turncast.simulate(dialogues=20, seed=1), np.random.default_rng(0))
    with serving(policy.save(tmp_path_factory.mktemp("model") / "model"), "memory:") as (address, _):
        yield address
