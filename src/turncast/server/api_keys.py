"""Keys that clients show."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Iterable
from pathlib import Path

from turncast.errors import ConfigError

_SHORTEST = 16
OPEN = ("/healthz", "/readyz")
"""Paths that need no key."""
SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
}
"""How a key is shown, as OpenAPI says it."""


def read_keys(path: Path) -> tuple[str, ...]:
    """Return the keys in a file, one a line; empty lines and lines that begin with # are passed over.

    Raises:
        ConfigError: where there is none, or one is too short to be a secret.
    """
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); check the path") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: the file is not text; write one key a line, as UTF-8") from None
    keys = tuple(line for line in lines if line and not line.startswith("#"))
    if not keys:
        raise ConfigError(f"{path}: there is no key; write one a line")
    for number, line in enumerate(lines, start=1):
        if line in keys and len(line) < _SHORTEST:
            raise ConfigError(f"{path} line {number}: the key is short; give {_SHORTEST} characters or more")
    return keys


class Keys:
    """Tells whether a client shows a key. How long that takes says nothing about the keys.

    >>> keys = Keys(["a-key-that-is-long"])
    >>> keys.fit([(b"authorization", b"Bearer a-key-that-is-long")]), keys.fit([(b"x-api-key", b"another")])
    (True, False)
    """

    def __init__(self, keys: Collection[str]) -> None:
        self._digests = tuple(hashlib.sha256(key.encode()).digest() for key in keys)

    def __bool__(self) -> bool:
        return bool(self._digests)

    def fit(self, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        """Tell whether one of the headers shows a key: `Authorization: Bearer KEY` or `X-API-Key: KEY`."""
        shown = b""
        for name, value in headers:
            if name == b"authorization" and value[:7].lower() == b"bearer ":
                shown = value[7:].strip()
            elif name == b"x-api-key":
                shown = value.strip()
        digest = hashlib.sha256(shown).digest()
        fits = [hmac.compare_digest(digest, known) for known in self._digests]  # all, whichever fits
        return any(fits)

    def ticket(self, shown: str, until: int) -> str | None:
        """Return what stands for a key until then, for a browser's cookie: it does not tell the key.

        Args:
            shown: the key; None is returned where it does not fit.
            until: seconds since 1970.

        >>> keys = Keys(["a-key-that-is-long"])
        >>> ticket = keys.ticket("a-key-that-is-long", until=100)
        >>> keys.take(ticket, now=99), keys.take(ticket, now=100), keys.take("1" + ticket, now=99)
        (True, False, False)
        >>> keys.ticket("another", until=100) is None
        True
        """
        digest = hashlib.sha256(shown.encode()).digest()
        known = [hmac.compare_digest(digest, one) for one in self._digests]
        return f"{until}.{_seal(digest, until)}" if any(known) else None

    def take(self, ticket: str, now: float) -> bool:
        """Tell whether a ticket is one of ours, and has not ended."""
        text, _, seal = ticket.partition(".")
        if not (text.isascii() and text.isdigit() and seal.isascii()) or len(text) > _LONGEST_TIME:
            return False
        until = int(text)
        fits = [hmac.compare_digest(seal, _seal(digest, until)) for digest in self._digests]
        return any(fits) and now < until


_LONGEST_TIME = 12


def _seal(digest: bytes, until: int) -> str:
    return hmac.digest(digest, b"turncast page until %d" % until, "sha256").hex()
