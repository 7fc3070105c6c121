"""Sessions: a policy in a live conversation, and where conversations are kept."""

from turnwise.sessions.event import Event, turns_of
from turnwise.sessions.export import corpus_of, read_store
from turnwise.sessions.session import Session
from turnwise.sessions.standing import Standing
from turnwise.sessions.store import Store, open_store

__all__ = ["Event", "Session", "Standing", "Store", "corpus_of", "open_store", "read_store", "turns_of"]
