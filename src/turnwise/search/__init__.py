"""Searching: a corpus -> the settings that do best on its dev part."""

from turnwise.search.distribution import Choice, Real, Whole
from turnwise.search.found import Found
from turnwise.search.progress import PlainProgress, Progress, progress_for
from turnwise.search.search import search
from turnwise.search.space import SPACE, Row, parse_space
from turnwise.search.trial import Trial

__all__ = [
    "SPACE",
    "Choice",
    "Found",
    "PlainProgress",
    "Progress",
    "Real",
    "Row",
    "Trial",
    "Whole",
    "parse_space",
    "progress_for",
    "search",
]
