"""Clients of a server, for programs without a model. Needs the extra `client`."""

from turncast.errors import MissingExtra

try:
    import httpx  # noqa: F401 the only library that this package needs
except ImportError:
    raise MissingExtra("asking a server", "client") from None

from turncast.client.answers import Conversation, Observed, Overridden, Predicted
from turncast.client.async_client import AsyncClient
from turncast.client.client import Client
from turncast.client.errors import NotFound, Refused, Unavailable, Unreachable, WrongServer
from turncast.client.retries import Retries

__all__ = [
    "AsyncClient",
    "Client",
    "Conversation",
    "NotFound",
    "Observed",
    "Overridden",
    "Predicted",
    "Refused",
    "Retries",
    "Unavailable",
    "Unreachable",
    "WrongServer",
]
