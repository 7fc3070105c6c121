"""Sessions: a policy in a live conversation."""

from turnwise.sessions.event import Event, turns_of
from turnwise.sessions.session import Session
from turnwise.sessions.standing import Standing

__all__ = ["Event", "Session", "Standing", "turns_of"]
