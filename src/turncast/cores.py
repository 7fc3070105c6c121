"""The number of CPU cores that this process may use."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

_ROOT, _PROCESS = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")


def available_cores() -> int:
    """Return the number of cores in the process's CPU affinity, capped by the limits of its control groups.

    >>> 1 <= available_cores() <= os.cpu_count()
    True
    """
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, math.floor(min(allowed, cgroup_limit() + 0.5)))


def cgroup_limit(root: Path = _ROOT, process: Path = _PROCESS) -> float:
    """Return the limit of CPU time in cores: the least of the process's control group and all its parents.

    Args:
        root: where the control groups are mounted.
        process: the file that names the control groups of the process.

    Returns:
        The limit; infinity where there is none.
    """
    return min((_limit(folder) for folder in _folders(root, process)), default=math.inf)


def _folders(root: Path, process: Path) -> Iterator[Path]:
    """Yield the folders of the process's control groups and of all their parents, of versions 1 and 2.

    A container may see the path that its group has outside; only the folders that exist then count.
    """
    try:
        lines = process.read_text().splitlines()
    except (OSError, UnicodeDecodeError):
        lines = []
    for line in ("0::/", "1:cpu:/", *lines):
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        names = controllers.split(",")
        if controllers and "cpu" not in names:
            continue
        group = PurePosixPath("/", path.strip())
        if ".." in group.parts:
            continue
        mounts = {root / controllers, root / "cpu"} if controllers else {root, root / "unified"}
        for mount in mounts:
            for folder in (group, *group.parents):
                yield mount / folder.relative_to("/")


def _limit(folder: Path) -> float:
    """Return the limit of one control group in cores; infinity where it has none."""
    try:
        if (folder / "cpu.max").is_file():
            quota, period = (folder / "cpu.max").read_text().split()
        else:
            quota = (folder / "cpu.cfs_quota_us").read_text().strip()
            period = (folder / "cpu.cfs_period_us").read_text().strip()
        return math.inf if quota in ("max", "-1") else int(quota) / int(period)
    except (OSError, ValueError, ZeroDivisionError):
        return math.inf
