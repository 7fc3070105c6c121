"""Conversations in memory: lost with the process."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from turncast.sessions.event import Event
from turncast.sessions.store import ConversationUpdate, Store, StoredAnswer, StoredConversation


@dataclass(slots=True)
class _Record:
    """All that the store has of one conversation."""

    conversation: StoredConversation
    events: list[Event] = field(default_factory=list)
    answers: dict[str, StoredAnswer] = field(default_factory=dict)


class MemoryStore(Store):
    """Stores conversations in memory, for tests and trials."""

    def __init__(self) -> None:
        self._records: dict[str, _Record] = {}
        self._lock = threading.Lock()

    def load(self, ids: Collection[str]) -> dict[str, StoredConversation]:
        """Return the conversations with these ids; ids that do not exist are left out."""
        with self._lock:
            return {id: self._records[id].conversation for id in ids if id in self._records}

    def answers(self, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], StoredAnswer]:
        """Return the stored answers to these requests."""
        with self._lock:
            return {
                (id, key): self._records[id].answers[key]
                for id, key in keys
                if id in self._records and key in self._records[id].answers
            }

    def events(self, id: str) -> tuple[Event, ...]:
        """Return all events of a conversation, in order."""
        with self._lock:
            return tuple(self._records[id].events) if id in self._records else ()

    def save(self, updates: Sequence[ConversationUpdate]) -> list[bool]:
        """Save each update whose conversation has the expected version."""
        with self._lock:
            return [self._save(update) for update in updates]

    def _save(self, update: ConversationUpdate) -> bool:
        record = self._records.get(update.id)
        if (record.conversation.version if record else 0) != update.version:
            return False
        conversation = StoredConversation(
            id=update.id,
            model=update.model,
            version=update.version + 1,
            state=update.state,
            created=record.conversation.created if record else update.at,
            updated=update.at,
        )
        if record is None:
            record = self._records[update.id] = _Record(conversation)
        record.conversation = conversation
        record.events += update.events
        if update.answer:
            record.answers[update.answer.key] = update.answer
        return True

    def delete(self, id: str) -> bool:
        """Delete a conversation, and return whether it existed."""
        with self._lock:
            return self._records.pop(id, None) is not None

    def expire(self, before: float) -> int:
        """Delete the conversations that were last saved before this time, and return their number."""
        with self._lock:
            expired = [id for id, record in self._records.items() if record.conversation.updated < before]
            for id in expired:
                del self._records[id]
            return len(expired)

    def ids(self) -> Iterator[str]:
        """Yield the id of every conversation."""
        with self._lock:
            ids = list(self._records)
        yield from ids

    def check(self) -> None:
        """Do nothing: memory can always be reached."""

    def close(self) -> None:
        """Do nothing: there is no connection to close."""
