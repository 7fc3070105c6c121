"""A connection to PostgreSQL that does not wait for ever."""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any, TypeVar

import psycopg

SECONDS = 5.0
"""A statement must be answered within so many seconds."""

_T = TypeVar("_T")


class PostgresConnection(psycopg.Connection[Any]):
    """psycopg's connection, closed where a statement is not answered in time.

    The server's own `statement_timeout` does not help where its processes stand still, or the network is
    silent; and a pooler between may refuse to set it.
    """

    def wait(self, gen: Generator[Any, Any, _T], *args: Any, **settings: Any) -> _T:
        """Return what comes of an exchange with the server.

        Raises:
            OperationalError: where the answer does not come in time.
        """
        return super().wait(self._bounded(gen, time.monotonic() + SECONDS), *args, **settings)

    def _bounded(self, gen: Generator[Any, Any, _T], end: float) -> Generator[Any, Any, _T]:
        """Pass on what the exchange waits for and what has come; psycopg tells of nothing too."""
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if not ready and time.monotonic() > end:
                    self.close()
                    raise psycopg.OperationalError(f"no answer within {SECONDS:g} seconds")
                wanted = gen.send(ready)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]
