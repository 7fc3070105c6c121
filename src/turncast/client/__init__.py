"""Clients of a server, for programs that need no model of their own. Needs the extra `client`."""

from turncast.errors import MissingExtra

try:
    import httpx  # noqa: F401 the only library that the modules of this package need
except ImportError:
    raise MissingExtra("asking a server", "client") from None

from turncast.client.answers import Conversation, Observed, Overridden, Predicted
from turncast.client.async_client import AsyncClient
from turncast.client.client import Client
from turncast.client.errors import NoServer, NotThere, Refused, Unavailable, Unreachable
from turncast.client.retries import Retries

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
