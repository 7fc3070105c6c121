"""Searching: a corpus -> the settings that do best on its dev part."""

from turncast.search.distribution import Choice, Real, Whole
from turncast.search.progress import PlainProgress, Progress, progress_for
from turncast.search.result import Found
from turncast.search.search import search
from turncast.search.space import SPACE, Row, parse_space
from turncast.search.trial import Trial

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
