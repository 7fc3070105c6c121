"""In which scripts texts are written, by their letters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cache

import regex

OTHER = "other"
# The scripts that are written most, the frequent ones first: each letter is tried in this order.
_NAMES = (
    "Latin Han Cyrillic Arabic Devanagari Hiragana Katakana Hangul Greek Hebrew Thai Bengali "
    "Tamil Telugu Gujarati Gurmukhi Kannada Malayalam Oriya Sinhala Georgian Armenian Ethiopic "
    "Khmer Lao Myanmar Tibetan Mongolian Bopomofo Thaana Cherokee Canadian_Aboriginal Javanese "
    "Tifinagh Syriac Nko Vai Yi"
)
_SCRIPTS = tuple(_NAMES.split())
_LETTER = regex.compile(r"\p{L}")


def scripts(letters: Mapping[str, int]) -> dict[str, int]:
    """Return how many letters there are of each script, the most frequent first.

    Args:
        letters: characters and how often each comes; what is no letter is passed over.

    >>> scripts(Counter("Tokyo: 東京!"))
    {'Latin': 5, 'Han': 2}
    """
    found = Counter[str]()
    for letter, count in letters.items():
        if _LETTER.match(letter):
            found[_script(letter)] += count
    return dict(found.most_common())


@cache
def _script(letter: str) -> str:
    return next((name for name in _SCRIPTS if _of(name).match(letter)), OTHER)


@cache
def _of(name: str) -> regex.Pattern[str]:
    return regex.compile(rf"\p{{Script={name}}}")
