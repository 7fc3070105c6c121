"""API keys, and the tickets that stand for a key in a browser's cookie."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Iterable
from pathlib import Path

from turncast.errors import ConfigError

_MIN_LENGTH = 16
_MAX_TIME_DIGITS = 12
OPEN_PATHS = ("/healthz", "/readyz")
"""The paths that need no key."""
SECURITY_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
}
"""How a client sends its key, in OpenAPI's terms."""


def read_keys(path: Path) -> tuple[str, ...]:
    """Return the keys in a file, one per line; empty lines and lines that begin with # are ignored.

    Raises:
        ConfigError: where the file has no key, or a key that is too short to be a secret.
    """
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); check the path") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: the file is not text; write one key per line, as UTF-8") from None
    keys = tuple(line for line in lines if line and not line.startswith("#"))
    if not keys:
        raise ConfigError(f"{path}: the file has no key; write one per line")
    for number, line in enumerate(lines, start=1):
        if line in keys and len(line) < _MIN_LENGTH:
            raise ConfigError(
                f"{path} line {number}: the key is too short; use {_MIN_LENGTH} characters or more"
            )
    return keys


class ApiKeys:
    """The keys that clients may use. Every comparison takes the same time, whichever key matches.

    >>> keys = ApiKeys(["a-key-that-is-long"])
    >>> good, bad = (b"authorization", b"Bearer a-key-that-is-long"), (b"x-api-key", b"another")
    >>> keys.accepts_headers([good]), keys.accepts_headers([bad])
    (True, False)
    """

    def __init__(self, keys: Collection[str]) -> None:
        self._digests = tuple(hashlib.sha256(key.encode()).digest() for key in keys)

    def __bool__(self) -> bool:
        return bool(self._digests)

    def accepts_headers(self, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        """Return whether the headers have a valid key: `Authorization: Bearer KEY` or `X-API-Key: KEY`."""
        key = b""
        for name, value in headers:
            if name == b"authorization" and value[:7].lower() == b"bearer ":
                key = value[7:].strip()
            elif name == b"x-api-key":
                key = value.strip()
        return self._contains(hashlib.sha256(key).digest())

    def make_ticket(self, key: str, until: int) -> str | None:
        """Return a ticket that stands for a key until a time; the key cannot be read from it.

        Args:
            key: the key. None is returned where it is not valid.
            until: the time, in seconds since 1970.

        >>> keys = ApiKeys(["a-key-that-is-long"])
        >>> ticket = keys.make_ticket("a-key-that-is-long", until=100)
        >>> [keys.accepts_ticket(*one) for one in ((ticket, 99), (ticket, 100), ("1" + ticket, 99))]
        [True, False, False]
        >>> keys.make_ticket("another", until=100) is None
        True
        """
        digest = hashlib.sha256(key.encode()).digest()
        return f"{until}.{_signature(digest, until)}" if self._contains(digest) else None

    def accepts_ticket(self, ticket: str, now: float) -> bool:
        """Return whether a ticket was made for one of the keys, and has not expired at this time."""
        text, _, signature = ticket.partition(".")
        if not (text.isascii() and text.isdigit() and signature.isascii()) or len(text) > _MAX_TIME_DIGITS:
            return False
        until = int(text)
        matches = [hmac.compare_digest(signature, _signature(digest, until)) for digest in self._digests]
        return any(matches) and now < until

    def _contains(self, digest: bytes) -> bool:
        matches = [hmac.compare_digest(digest, known) for known in self._digests]  # a list: compare with all
        return any(matches)


def _signature(digest: bytes, until: int) -> str:
    return hmac.digest(digest, b"turncast page until %d" % until, "sha256").hex()
