"""The results page: sections that a benchmark replaces, and the conditions of a measurement."""

from __future__ import annotations

import datetime
import importlib.metadata
import platform
import re
from pathlib import Path

from turncast.cores import available_cores
from turncast.errors import OutputDenied

RESULTS = Path(__file__).resolve().parent / "results.md"
_TITLE = "# Results\n"


def replace_section(heading: str, section: str, page: Path = RESULTS) -> None:
    """Replace a section of the page, or append it where the page has none with this heading.

    Args:
        heading: a line of two hashes and a name.
        section: the new text, which begins with the heading.
        page: a Markdown file; created where it does not exist.

    Raises:
        OutputDenied: where the folder of the page does not exist.
    """
    if not page.parent.is_dir():
        raise OutputDenied(f"{page}: there is no folder {page.parent}; give another file with --page FILE")
    text = page.read_text(encoding="utf-8") if page.exists() else _TITLE
    before, old_heading, rest = text.partition(f"{heading}\n")
    if not old_heading:
        before = f"{text.rstrip()}\n\n"
    after = rest[rest.index("\n## ") :] if "\n## " in rest else ""
    page.write_text(before + section + after, encoding="utf-8")


def conditions(*packages: str) -> str:
    """Return date, machine and the versions of the installed packages of a measurement.

    >>> conditions("numpy", "no-such-package")
    '... cores (...), Python ..., turncast ..., numpy ....'
    """
    versions = [f"{name} {version}" for name in ("turncast", *packages) if (version := _version(name))]
    return (
        f"{datetime.date.today()}, {available_cores()} cores ({_processor()}, {platform.system()}), "
        f"Python {platform.python_version()}, {', '.join(versions)}."
    )


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    model = re.search(r"model name\s*: (.+)", cpuinfo.read_text()) if cpuinfo.exists() else None
    return f"{model[1].strip()}, {platform.machine()}" if model else platform.machine()
