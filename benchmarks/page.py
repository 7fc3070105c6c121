"""The results page: sections that a command replaces, and the circumstances of a measurement."""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import platform
from pathlib import Path

RESULTS = Path(__file__).resolve().parent / "results.md"


def replace_section(heading: str, section: str) -> None:
    """Put a section, which begins with its heading, in the place of the older one, or at the end."""
    text = RESULTS.read_text(encoding="utf-8")
    before, found, rest = text.partition(f"{heading}\n")
    if not found:
        before = f"{text.rstrip()}\n\n"
    after = rest[rest.index("\n## ") :] if "\n## " in rest else ""
    RESULTS.write_text(before + section + after, encoding="utf-8")


def circumstances(*packages: str) -> str:
    """Say when, on what machine and with which versions a measurement was made."""
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("turnwise", *packages))
    return (
        f"{datetime.date.today()}, {os.cpu_count()} cores ({platform.machine()}, {platform.system()}), "
        f"Python {platform.python_version()}, {versions}."
    )
