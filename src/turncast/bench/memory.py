"""The most memory that a process had."""

from __future__ import annotations

import re
import sys
from pathlib import Path


def peak_megabytes(process: int | None = None) -> float:
    """Return the most megabytes that a process had in memory at once.

    Args:
        process: its number; this one when not given. Where the system does not tell of others, the most of
            all processes that this one started and that have ended.

    >>> peak_megabytes() > 1
    True
    """
    # Linux hands `ru_maxrss` down from the process that started this one; the status has its own.
    status = Path("/proc") / str(process or "self") / "status"
    if status.exists() and (found := re.search(r"VmHWM:\s+(\d+) kB", status.read_text())):
        return int(found[1]) / 1024
    import resource  # here: not every system has it

    whose = resource.RUSAGE_CHILDREN if process else resource.RUSAGE_SELF
    return resource.getrusage(whose).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
