"""The results page: sections that a command replaces, and the circumstances of a measurement."""

from __future__ import annotations

import datetime
import importlib.metadata
import platform
import re
from collections.abc import Iterable
from pathlib import Path

from turncast.cores import available_cores
from turncast.errors import OutputDenied

_BEGIN = "# Results\n"


def replace_section(page: Path, heading: str, section: str) -> None:
    """Put a section, which begins with its heading, in the place of the older one, or at the page's end.

    Args:
        page: a Markdown file; made where there is none.
        heading: a line of two hashes and a name.
        section: the new text.

    Raises:
        OutputDenied: where the folder is not there.
    """
    if not page.parent.is_dir():
        raise OutputDenied(f"{page}: there is no folder {page.parent}; say where with --page FILE")
    text = page.read_text(encoding="utf-8") if page.exists() else _BEGIN
    before, found, rest = text.partition(f"{heading}\n")
    if not found:
        before = f"{text.rstrip()}\n\n"
    after = rest[rest.index("\n## ") :] if "\n## " in rest else ""
    page.write_text(before + section + after, encoding="utf-8")


def circumstances(packages: Iterable[str]) -> str:
    """Say when, on what machine and with which versions of what is installed a measurement was made.

    >>> circumstances(["numpy", "no-such-package"])
    '... cores (...), Python ..., turncast ..., numpy ....'
    """
    versions = [f"{name} {found}" for name in ("turncast", *packages) if (found := _version(name))]
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
    told = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.+)", told.read_text()) if told.exists() else None
    return f"{found[1].strip()}, {platform.machine()}" if found else platform.machine()
