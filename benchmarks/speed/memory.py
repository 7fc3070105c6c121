"""The peak memory of a process."""

from __future__ import annotations

import re
import sys
from pathlib import Path


def peak_megabytes(process: int | None = None) -> float:
    """Return the peak memory of a process in megabytes.

    Args:
        process: its number; this process where None. Where the system has no /proc, the figure for another
            process is the peak among all child processes that have ended.

    >>> peak_megabytes() > 1
    True
    """
    # On Linux, `ru_maxrss` starts with the peak of the parent; /proc has the process's own.
    status = Path("/proc") / str(process or "self") / "status"
    if status.exists() and (peak := re.search(r"VmHWM:\s+(\d+) kB", status.read_text())):
        return int(peak[1]) / 1024
    import resource  # here: not every system has it

    whose = resource.RUSAGE_CHILDREN if process else resource.RUSAGE_SELF
    return resource.getrusage(whose).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
