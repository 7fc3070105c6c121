"""A server in the test's own process."""

import pytest

from server_support import client_of


@pytest.fixture
def client(policy):
    with client_of({"default": policy}) as client:
        yield client


@pytest.fixture
def conversation(client):
    return f"/v1/conversations/{client.post('/v1/conversations', {}).json()['id']}"
