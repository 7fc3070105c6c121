"""Clients of a server, for programs that need no model of their own. Needs the extra `client`."""

from turnwise.errors import MissingExtra

try:
    import httpx  # noqa: F401 the only library that the modules of this package need
except ImportError:
    raise MissingExtra("asking a server", "client") from None

from turnwise.client.answers import Conversation, Observed, Overridden, Predicted
from turnwise.client.async_client import AsyncClient
from turnwise.client.client import Client
from turnwise.client.refused import NoServer, NotThere, Refused, Unavailable, Unreachable
from turnwise.client.retries import Retries

__all__ = [
    "AsyncClient",
    "Client",
    "Conversation",
    "NoServer",
    "NotThere",
    "Observed",
    "Overridden",
    "Predicted",
    "Refused",
    "Retries",
    "Unavailable",
    "Unreachable",
]
