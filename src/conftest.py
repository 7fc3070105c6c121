"""What the examples in docstrings ask for, with `getfixture`."""

import numpy as np
import pytest

import turncast
from benchmarks.synthetic import random_policy
from support.server import serving


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The address of a server that runs; the weights of its policy are drawn."""
    policy = random_policy(turncast.simulate(dialogues=20, seed=1), np.random.default_rng(0))
    with serving(policy.save(tmp_path_factory.mktemp("model") / "model"), "memory:") as (address, _):
        yield address
