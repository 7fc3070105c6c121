"""A store of each kind, empty for each test."""

from support.stores import postgres, redis_url, store, store_url

__all__ = ["postgres", "redis_url", "store", "store_url"]
