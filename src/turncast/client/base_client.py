"""What both clients share: the connection settings, the retries, and operations as methods."""

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

HttpxClient = TypeVar("HttpxClient")
Method = TypeVar("Method", bound=Callable[..., Any])
_IDLE_SECONDS = 4.0  # an idle connection is closed before the server closes it after 5 seconds


class BaseClient(ABC, Generic[HttpxClient]):
    """A client of a server; `Client` waits for the answers, the answers of `AsyncClient` are awaited.

    Args:
        url: the address of the server, as http://127.0.0.1:8000.
        api_key: the key, where the server needs one.
        timeout: the time-out of one try, in seconds.
        retries: when to retry a request.
        connections: the largest number of connections; further requests wait for a free one.

    Raises:
        ConfigError: for an invalid address.
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
        self._random = random.Random()  # noqa: S311 it spreads pauses
        self._http = self._connect(
            base_url=self._url,
            headers={"Authorization": f"Bearer {api_key}"} if api_key else {},
            timeout=timeout,
            limits=httpx.Limits(
                max_connections=connections,
                max_keepalive_connections=connections,
                keepalive_expiry=_IDLE_SECONDS,
            ),
        )

    @abstractmethod
    def _connect(self, **settings: Any) -> HttpxClient:
        """Return httpx's client with these settings."""

    def _pause(self, error: Exception, tries: int) -> float:
        """Return the seconds to wait before the next try; raise the error where there is none."""
        if isinstance(error, httpx.TransportError):
            what = f"{self._url}: no answer ({type(error).__name__})"
            error = Unreachable(f"{what}; check the address, and that the server runs")
        pause = self._retries.pause(error, tries, self._random.random())
        if pause is None:
            raise error from None
        return pause


def as_method(method: Method, operation: Callable[..., Any]) -> Method:
    """Give a method the name, the signature and the docstring (without examples) of an operation."""
    signature = inspect.signature(operation)
    itself = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
    method.__name__ = operation.__name__
    method.__doc__ = (operation.__doc__ or "").partition(">>>")[0].rstrip()
    parameters = [itself, *signature.parameters.values()]
    vars(method)["__signature__"] = signature.replace(parameters=parameters)
    return method


def _checked(url: str) -> str:
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, TypeError):
        parsed = httpx.URL()
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise ConfigError(f"{url!r} is not the address of a server; write it as http://127.0.0.1:8000")
    return url
