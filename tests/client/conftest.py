"""A real server in a process of its own, for all tests of the clients."""

import pytest

from support.server import serving


@pytest.fixture(scope="session")
def address(saved, tmp_path_factory):
    store = f"sqlite:///{tmp_path_factory.mktemp('store') / 'conversations.db'}"
    with serving(saved, store) as (address, _):
        yield address
