"""A PostgreSQL connection whose waits have a time-out."""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any, TypeVar

import psycopg

_T = TypeVar("_T")


class PostgresConnection(psycopg.Connection[Any]):
    """psycopg's connection, which closes itself where a statement is not answered in time.

    PostgreSQL's `statement_timeout` does not help where the server's processes are stopped or the network
    drops packets, and a connection pooler may refuse to set it.

    Attributes:
        answer_seconds: the time-out of a statement.
    """

    answer_seconds = 5.0

    @classmethod
    def with_timeout(cls, seconds: float) -> type[PostgresConnection]:
        """Return this class with another time-out."""
        return type(cls.__name__, (cls,), {"answer_seconds": seconds})

    def wait(self, gen: Generator[Any, Any, _T], *args: Any, **settings: Any) -> _T:
        """Return the result of an exchange with the server.

        Raises:
            OperationalError: where the answer does not arrive in time.
        """
        deadline = time.monotonic() + self.answer_seconds
        return super().wait(self._with_deadline(gen, deadline), *args, **settings)

    def _with_deadline(self, gen: Generator[Any, Any, _T], deadline: float) -> Generator[Any, Any, _T]:
        """Forward the events that psycopg waits for, and close the connection after the deadline.

        psycopg sends an empty event at regular intervals, so the deadline is checked without any data.
        """
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if not ready and time.monotonic() > deadline:
                    self.close()
                    raise psycopg.OperationalError(f"no answer within {self.answer_seconds:g} seconds")
                wanted = gen.send(ready)
        except StopIteration as finished:
            return finished.value  # type: ignore[no-any-return]
