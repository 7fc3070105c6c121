"""The results page of this folder."""

from __future__ import annotations

from pathlib import Path

from turncast.bench import page

RESULTS = Path(__file__).resolve().parent / "results.md"


def replace_section(heading: str, section: str) -> None:
    """Put a section, which begins with its heading, in the place of the older one, or at the end."""
    page.replace_section(RESULTS, heading, section)


def circumstances(*packages: str) -> str:
    """Say when, on what machine and with which versions a measurement was made."""
    return page.circumstances(packages)
