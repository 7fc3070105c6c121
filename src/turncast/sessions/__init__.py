"""Sessions: a policy in a live conversation, and where conversations are kept."""

from turncast.sessions.as_corpus import corpus_of, read_store
from turncast.sessions.event import Event, turns_of
from turncast.sessions.session import Session
from turncast.sessions.snapshot import Standing
from turncast.sessions.store import Store, open_store

__all__ = ["Event", "Session", "Standing", "Store", "corpus_of", "open_store", "read_store", "turns_of"]
