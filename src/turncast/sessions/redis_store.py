"""Conversations in Redis."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from turncast.errors import ConfigError, MissingExtra, StoreError
from turncast.sessions.event import Event
from turncast.sessions.store import (
    ANSWER_TIMEOUT,
    ConversationUpdate,
    Store,
    StoredAnswer,
    StoredConversation,
)

try:
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry
except ImportError:
    raise MissingExtra("storing conversations in Redis", "redis") from None

_BATCH = 500  # conversations in one command
_INDEX = "turncast:conversations"

# Redis runs a script alone: no other client writes between the check of the version and the write.
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
local deleted = redis.call('DEL', KEYS[1])
redis.call('DEL', KEYS[2], KEYS[3])
return deleted
"""


class RedisStore(Store):
    """Stores conversations in Redis; several processes may share one.

    The settings of Redis (`appendonly yes`, `appendfsync`) decide what survives a restart of Redis.

    Args:
        url: `redis://host:6379/0`.
        timeout: the time-out of an answer, in seconds.

    Raises:
        ConfigError: for a URL that cannot be read.
        StoreError: where Redis cannot be reached.
    """

    def __init__(self, url: str, *, timeout: float = ANSWER_TIMEOUT) -> None:
        # The library must not retry: where an answer is lost after the write, a retry would find the new
        # version and report that another process wrote it.
        no_retry = Retry(NoBackoff(), 0)
        try:
            self._redis = redis.Redis.from_url(
                url, socket_timeout=timeout, socket_connect_timeout=timeout, retry=no_retry
            )
        except ValueError:
            raise ConfigError(
                "the URL of the store cannot be read; write it as redis://host:6379/0"
            ) from None
        self._save = self._redis.register_script(_SAVE)
        self._delete = self._redis.register_script(_DELETE)
        self.check()

    def load(self, ids: Collection[str]) -> dict[str, StoredConversation]:
        """Return the conversations with these ids; ids that do not exist are left out."""
        names = list(ids)
        fields = ("model", "version", "state", "created", "updated")
        with self._translate_errors(), self._redis.pipeline(transaction=False) as pipeline:
            for id in names:
                pipeline.hmget(_keys(id)[0], *fields)
            rows = pipeline.execute()
        return {
            id: StoredConversation(
                id=id,
                model=model.decode(),
                version=int(version),
                state=state,
                created=float(created),
                updated=float(updated),
            )
            for id, (model, version, state, created, updated) in zip(names, rows, strict=True)
            if version is not None
        }

    def answers(self, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], StoredAnswer]:
        """Return the stored answers to these requests."""
        pairs = list(keys)
        with self._translate_errors(), self._redis.pipeline(transaction=False) as pipeline:
            for id, key in pairs:
                pipeline.hget(_keys(id)[2], key)
            rows = pipeline.execute()
        return {
            (id, key): _answer(key, row)
            for (id, key), row in zip(pairs, rows, strict=True)
            if row is not None
        }

    def events(self, id: str) -> tuple[Event, ...]:
        """Return all events of a conversation, in order."""
        with self._translate_errors():
            rows = self._redis.lrange(_keys(id)[1], 0, -1)
        return tuple(Event.from_json(json.loads(row)) for row in rows)

    def save(self, updates: Sequence[ConversationUpdate]) -> list[bool]:
        """Save each update whose conversation has the expected version."""
        with self._translate_errors(), self._redis.pipeline(transaction=False) as pipeline:
            for update in updates:
                answer = update.answer
                key, content = (
                    ("", "") if answer is None else (answer.key, _json([answer.request, answer.content]))
                )
                events = (_json(event.to_json()) for event in update.events)
                arguments: list[Any] = [
                    update.id,
                    update.version,
                    update.model,
                    update.state,
                    update.at,
                    key,
                    content,
                    *events,
                ]
                self._save(keys=_keys(update.id), args=arguments, client=pipeline)
            return [bool(saved) for saved in pipeline.execute()]

    def delete(self, id: str) -> bool:
        """Delete a conversation with its events and answers, and return whether it existed."""
        with self._translate_errors():
            return bool(self._delete(keys=_keys(id), args=[id, ""]))

    def expire(self, before: float) -> int:
        """Delete the conversations that were last saved before this time, and return their number."""
        total = 0
        while True:
            with self._translate_errors():
                expired: list[Any] = self._redis.zrangebyscore(_INDEX, "-inf", f"({before}", 0, _BATCH)
                for name in expired:
                    id = name.decode()
                    total += bool(self._delete(keys=_keys(id), args=[id, before]))
            if len(expired) < _BATCH:
                return total

    def ids(self) -> Iterator[str]:
        """Yield the id of every conversation, once."""
        yielded = set[bytes]()
        with self._translate_errors():
            for name, _ in self._redis.zscan_iter(_INDEX, count=_BATCH):
                if name not in yielded:
                    yielded.add(name)
                    yield name.decode()

    def check(self) -> None:
        """Return where Redis answers; raise `StoreError` where it does not."""
        with self._translate_errors():
            self._redis.ping()

    def close(self) -> None:
        """Close the connections."""
        self._redis.close()

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        try:
            yield
        except redis.RedisError as error:
            problem = f"the Redis store failed ({type(error).__name__})"
            raise StoreError(f"{problem}; check that it runs and accepts writes") from None


def _keys(id: str) -> list[str]:
    return [f"turncast:{id}:head", f"turncast:{id}:events", f"turncast:{id}:answers", _INDEX]


def _answer(key: str, row: bytes) -> StoredAnswer:
    request, content = json.loads(row)
    return StoredAnswer(key=key, request=request, content=content)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
