"""Conversations in Redis."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from turncast.errors import ConfigError, MissingExtra, StoreError
from turncast.sessions.event import Event
from turncast.sessions.store import Answer, Change, Store, Stored

try:
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry
except ImportError:
    raise MissingExtra("keeping conversations in Redis", "redis") from None

_WAIT = 5  # seconds
_MOST = 500
_INDEX = "turncast:conversations"

# A script runs alone: nothing comes between the look at the version and the writing.
_SAVE = """
local version = tonumber(redis.call('HGET', KEYS[1], 'version') or '0')
if version ~= tonumber(ARGV[2]) then return 0 end
if version == 0 then redis.call('HSET', KEYS[1], 'created', ARGV[5]) end
redis.call('HSET', KEYS[1], 'version', version + 1, 'model', ARGV[3], 'state', ARGV[4], 'updated', ARGV[5])
if ARGV[6] ~= '' then redis.call('HSET', KEYS[3], ARGV[6], ARGV[7]) end
for place = 8, #ARGV do redis.call('RPUSH', KEYS[2], ARGV[place]) end
redis.call('ZADD', KEYS[4], ARGV[5], ARGV[1])
return 1
"""
_DELETE = """
if ARGV[2] ~= '' and tonumber(redis.call('HGET', KEYS[1], 'updated') or '0') >= tonumber(ARGV[2]) then
  return 0
end
redis.call('ZREM', KEYS[4], ARGV[1])
local found = redis.call('DEL', KEYS[1])
redis.call('DEL', KEYS[2], KEYS[3])
return found
"""


class RedisStore(Store):
    """Keeps conversations in Redis; several processes may share one.

    What outlives a stop of Redis is said by its own settings (`appendonly yes`, `appendfsync`).

    Args:
        url: `redis://host:6379/0`.

    Raises:
        ConfigError: for a URL that cannot be read.
        StoreError: where Redis cannot be reached.
    """

    def __init__(self, url: str) -> None:
        # No second try of its own: an answer can be lost after the change was made, and the change would be
        # taken for that of another.
        never = Retry(NoBackoff(), 0)
        try:
            self._redis = redis.Redis.from_url(
                url, socket_timeout=_WAIT, socket_connect_timeout=_WAIT, retry=never
            )
        except ValueError:
            raise ConfigError(
                "the URL of the store cannot be read; write it as redis://host:6379/0"
            ) from None
        self._save = self._redis.register_script(_SAVE)
        self._delete = self._redis.register_script(_DELETE)
        self.check()

    def load(self, ids: Collection[str]) -> dict[str, Stored]:
        """Return those of the conversations that there are."""
        names = list(ids)
        fields = ("model", "version", "state", "created", "updated")
        with self._guard(), self._redis.pipeline(transaction=False) as pipeline:
            for id in names:
                pipeline.hmget(_keys(id)[0], *fields)
            rows = pipeline.execute()
        return {
            id: Stored(id, model.decode(), int(version), state, float(created), float(updated))
            for id, (model, version, state, created, updated) in zip(names, rows, strict=True)
            if version is not None
        }

    def answers(self, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], Answer]:
        """Return what was answered to these requests."""
        wanted = list(keys)
        with self._guard(), self._redis.pipeline(transaction=False) as pipeline:
            for id, key in wanted:
                pipeline.hget(_keys(id)[2], key)
            rows = pipeline.execute()
        return {
            (id, key): Answer(key, *json.loads(row))
            for (id, key), row in zip(wanted, rows, strict=True)
            if row is not None
        }

    def events(self, id: str) -> tuple[Event, ...]:
        """Return all that happened in a conversation, in order."""
        with self._guard():
            rows = self._redis.lrange(_keys(id)[1], 0, -1)
        return tuple(Event.from_json(json.loads(row)) for row in rows)

    def save(self, changes: Sequence[Change]) -> list[bool]:
        """Save each change whose conversation has the expected version."""
        with self._guard(), self._redis.pipeline(transaction=False) as pipeline:
            for change in changes:
                answer = change.answer
                told = ("", "") if answer is None else (answer.key, _json([answer.request, answer.content]))
                events = (_json(event.to_json()) for event in change.events)
                arguments: list[Any] = [
                    change.id,
                    change.version,
                    change.model,
                    change.state,
                    change.at,
                    *told,
                    *events,
                ]
                self._save(keys=_keys(change.id), args=arguments, client=pipeline)
            return [bool(saved) for saved in pipeline.execute()]

    def delete(self, id: str) -> bool:
        """Delete a conversation with all that belongs to it."""
        with self._guard():
            return bool(self._delete(keys=_keys(id), args=[id, ""]))

    def expire(self, before: float) -> int:
        """Delete the conversations that were saved last before this time."""
        total = 0
        while True:
            with self._guard():
                old: list[Any] = self._redis.zrangebyscore(_INDEX, "-inf", f"({before}", 0, _MOST)
                for name in old:
                    id = name.decode()
                    total += bool(self._delete(keys=_keys(id), args=[id, before]))
            if len(old) < _MOST:
                return total

    def ids(self) -> Iterator[str]:
        """Yield the id of every conversation; none twice."""
        seen = set[bytes]()
        with self._guard():
            for name, _ in self._redis.zscan_iter(_INDEX, count=_MOST):
                if name not in seen:
                    seen.add(name)
                    yield name.decode()

    def check(self) -> None:
        """Do nothing, where Redis answers."""
        with self._guard():
            self._redis.ping()

    def close(self) -> None:
        """Close the connections."""
        self._redis.close()

    @contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except redis.RedisError as error:
            problem = f"the Redis store failed ({type(error).__name__})"
            raise StoreError(f"{problem}; check that it is there, and may be written to") from None


def _keys(id: str) -> list[str]:
    return [f"turncast:{id}:head", f"turncast:{id}:events", f"turncast:{id}:answers", _INDEX]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
