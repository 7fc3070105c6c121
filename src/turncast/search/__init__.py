"""Search: a corpus -> the settings that are best on its dev part."""

from turncast.search.distribution import Choice, Real, Whole
from turncast.search.progress import PlainSearchProgress, SearchProgress, progress_for
from turncast.search.result import SearchResult
from turncast.search.search import search
from turncast.search.space import SPACE, SearchedSetting, parse_space
from turncast.search.trial import Trial

__all__ = [
    "SPACE",
    "Choice",
    "PlainSearchProgress",
    "Real",
    "SearchProgress",
    "SearchResult",
    "SearchedSetting",
    "Trial",
    "Whole",
    "parse_space",
    "progress_for",
    "search",
]
