"""Fixtures: PostgreSQL, Redis, and a store of each kind."""

import pytest

from support.services import Postgres, Redis, service
from turncast.sessions import open_store


@pytest.fixture(scope="session")
def postgres():
    with service(Postgres) as running:
        yield running.url


@pytest.fixture(scope="session")
def redis_url():
    with service(Redis) as running:
        yield running.url


@pytest.fixture(params=["memory", "sqlite", "postgresql", "redis"])
def store_url(request, tmp_path):
    """The URL of an empty store."""
    if request.param == "memory":
        return "memory:"
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'conversations.db'}"
    url = request.getfixturevalue({"postgresql": "postgres", "redis": "redis_url"}[request.param])
    store = open_store(url)
    for id in list(store.ids()):
        store.delete(id)
    store.close()
    return url


@pytest.fixture
def store(store_url):
    store = open_store(store_url)
    yield store
    store.close()
