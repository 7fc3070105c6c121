"""Sessions: live conversations with a policy, and the stores that save them."""

from turncast.sessions.as_corpus import corpus_from_store, read_store
from turncast.sessions.event import Event, turns_from_events
from turncast.sessions.open_store import open_store
from turncast.sessions.session import Session
from turncast.sessions.snapshot import Snapshot
from turncast.sessions.store import Store

__all__ = [
    "Event",
    "Session",
    "Snapshot",
    "Store",
    "corpus_from_store",
    "open_store",
    "read_store",
    "turns_from_events",
]
