"""A server in the test's own process."""

import pytest

from support.server import client_of
from support.stores import postgres, redis_url, store_url

__all__ = ["client", "conversation", "postgres", "redis_url", "store_url"]


@pytest.fixture
def client(policy):
    with client_of({"default": policy}) as client:
        yield client


@pytest.fixture
def conversation(client):
    return f"/v1/conversations/{client.post('/v1/conversations', {}).json()['id']}"
