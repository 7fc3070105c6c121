"""Sessions: a policy in a live conversation."""

from turnwise.sessions.session import Session

__all__ = ["Session"]
