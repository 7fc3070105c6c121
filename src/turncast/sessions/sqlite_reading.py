"""Reading a SQLite file without changing it or its folder, also on a read-only mount."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from turncast.errors import StoreError


class ReadOnlyFile:
    """A SQLite file that is only read.

    A write-ahead log beside the file is read too, as far as another program has written one. Without a log
    the file is opened as immutable: SQLite would otherwise create a log and leave it there, and could not
    open the file on a read-only mount. Another program may begin to write meanwhile; `check_unchanged` finds
    that.

    Args:
        path: the file.
        seconds: the time-out for a lock of a writer.

    Raises:
        StoreError: where there is no such file.
    """

    def __init__(self, path: Path, seconds: float) -> None:
        if not path.is_file():
            raise StoreError(f"sqlite:///{path}: there is no such file; check the path")
        self._path, self._seconds = path, seconds
        log = path.with_name(f"{path.name}-wal")
        self._has_log = log.is_file() and log.stat().st_size > 0
        self._version = self._current_version()

    def connect(self) -> sqlite3.Connection:
        """Return a new connection."""
        mode = "mode=ro" if self._has_log else "mode=ro&immutable=1"
        return sqlite3.connect(
            f"{self._path.absolute().as_uri()}?{mode}",
            uri=True,
            timeout=self._seconds,
            check_same_thread=False,
            isolation_level=None,
        )

    def check_unchanged(self) -> None:
        """Check that nobody wrote to the file while it was read as immutable.

        Raises:
            StoreError: where somebody did.
        """
        if not self._has_log and self._current_version() != self._version:
            raise StoreError(
                f"sqlite:///{self._path}: another program changed the store meanwhile; read it again"
            )

    def _current_version(self) -> tuple[int, int]:
        status = self._path.stat()
        return status.st_mtime_ns, status.st_size
