"""What both clients have: where to ask, when to ask again, and calls as methods."""

from __future__ import annotations

import inspect
import random
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import httpx

from turncast.client.errors import Unreachable
from turncast.client.retries import Retries
from turncast.errors import ConfigError

H = TypeVar("H")
M = TypeVar("M", bound=Callable[..., Any])
_IDLE = 4.0  # seconds that an idle connection is kept: the server keeps it for 5


class Asking(ABC, Generic[H]):
    """Asks a server; `Client` waits for the answers, `AsyncClient` awaits them.

    Args:
        url: the server's address, as http://127.0.0.1:8000.
        api_key: the key, where the server wants one.
        timeout: the seconds of a try.
        retries: when to ask again.
        connections: how many there are at most; who finds all in use waits for one.

    Raises:
        ConfigError: for an address that is none.
    """

    def __init__(
        self,
        url: str,
        api_key: str | None = None,
        *,
        timeout: float = 30.0,
        retries: Retries | None = None,
        connections: int = 100,
    ) -> None:
        self._url, self._retries = _checked(url), retries or Retries()
        self._chance = random.Random()  # noqa: S311 it spreads pauses
        self._http = self._opened(
            base_url=self._url,
            headers={"Authorization": f"Bearer {api_key}"} if api_key else {},
            timeout=timeout,
            limits=httpx.Limits(
                max_connections=connections,
                max_keepalive_connections=connections,
                keepalive_expiry=_IDLE,
            ),
        )

    @abstractmethod
    def _opened(self, **settings: Any) -> H:
        """Return httpx's client of these settings."""

    def _pause(self, error: Exception, tried: int) -> float:
        """Return the seconds to wait before the next try; raise where there is to be none."""
        if isinstance(error, httpx.TransportError):
            what = f"{self._url}: no answer ({type(error).__name__})"
            error = Unreachable(f"{what}; check the address, and that the server runs")
        pause = self._retries.pause(error, tried, self._chance.random())
        if pause is None:
            raise error from None
        return pause


def as_method(method: M, call: Callable[..., Any]) -> M:
    """Return a method that says of itself what the function says that makes its call, but its example."""
    signature = inspect.signature(call)
    itself = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
    method.__name__, method.__doc__ = call.__name__, (call.__doc__ or "").partition(">>>")[0].rstrip()
    parameters = [itself, *signature.parameters.values()]
    vars(method)["__signature__"] = signature.replace(parameters=parameters)
    return method


def _checked(url: str) -> str:
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, TypeError):
        parsed = httpx.URL()
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise ConfigError(f"{url!r} is no address of a server; write it as http://127.0.0.1:8000")
    return url
