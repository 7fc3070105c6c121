"""Conversations in memory: gone with the process."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from turncast.sessions.event import Event
from turncast.sessions.store import Answer, Change, Store, Stored


@dataclass(slots=True)
class _Kept:
    """All that is kept of one conversation."""

    stored: Stored
    events: list[Event] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)


class MemoryStore(Store):
    """Keeps conversations in memory, for tests and trials."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}
        self._lock = threading.Lock()

    def load(self, ids: Collection[str]) -> dict[str, Stored]:
        """Return those of the conversations that there are."""
        with self._lock:
            return {id: self._kept[id].stored for id in ids if id in self._kept}

    def answers(self, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], Answer]:
        """Return what was answered to these requests."""
        with self._lock:
            return {
                (id, key): self._kept[id].answers[key]
                for id, key in keys
                if id in self._kept and key in self._kept[id].answers
            }

    def events(self, id: str) -> tuple[Event, ...]:
        """Return all that happened in a conversation."""
        with self._lock:
            return tuple(self._kept[id].events) if id in self._kept else ()

    def save(self, changes: Sequence[Change]) -> list[bool]:
        """Save each change whose conversation has the expected version."""
        with self._lock:
            return [self._save(change) for change in changes]

    def _save(self, change: Change) -> bool:
        kept = self._kept.get(change.id)
        if (kept.stored.version if kept else 0) != change.version:
            return False
        created = kept.stored.created if kept else change.at
        stored = Stored(change.id, change.model, change.version + 1, change.state, created, change.at)
        if kept is None:
            kept = self._kept[change.id] = _Kept(stored)
        kept.stored = stored
        kept.events += change.events
        if change.answer:
            kept.answers[change.answer.key] = change.answer
        return True

    def delete(self, id: str) -> bool:
        """Delete a conversation."""
        with self._lock:
            return self._kept.pop(id, None) is not None

    def expire(self, before: float) -> int:
        """Delete the conversations that were saved last before this time."""
        with self._lock:
            old = [id for id, kept in self._kept.items() if kept.stored.updated < before]
            for id in old:
                del self._kept[id]
            return len(old)

    def ids(self) -> Iterator[str]:
        """Yield the id of every conversation."""
        with self._lock:
            known = list(self._kept)
        yield from known

    def check(self) -> None:
        """Memory is always there."""

    def close(self) -> None:
        """Hold nothing that could be given back."""
