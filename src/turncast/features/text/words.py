"""Split a text into words: normalised Unicode, any script."""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import Any

# Scripts without spaces between words; their runs become overlapping pairs of characters.
_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\u30FC\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}"
_RUN = rf"[{_UNSPACED}][{_UNSPACED}\p{{M}}]*"
_LETTER = rf"[[\p{{L}}\p{{M}}\p{{N}}_]--[{_UNSPACED}]]"
# A word with its marks, digits and inner apostrophes; a run of an unspaced script; or one other symbol.
_TOKEN = (
    rf"{_LETTER}+(?:'{_LETTER}+)*"
    rf"|[[\p{{L}}\p{{N}}]&&[{_UNSPACED}]][{_UNSPACED}\p{{M}}]*"
    r"|[^\s\p{L}\p{M}\p{N}\p{C}_]"
)
# The same for ASCII, with the standard library, in half the time.
_ASCII_TOKEN = re.compile(r"[a-z0-9_]+(?:'[a-z0-9_]+)*|[!-/:-@\[-^`{-~]")
PATTERNS = {"ascii": _ASCII_TOKEN.pattern, "any_script": _TOKEN, "unspaced_run": _RUN}
"""The patterns of words, for programs that read texts without turncast."""


# Characters inside words and symbols that change how they look, not what they mean: the soft hyphen, the
# zero-width joiner and non-joiner, the word joiner, and the selectors of a variant (of an emoji).
_INVISIBLE = dict.fromkeys((0xAD, 0x200C, 0x200D, 0x2060, *range(0xFE00, 0xFE10)))


def normalise(text: str) -> str:
    r"""Return the text in one spelling: Unicode NFKC, case folded, straight apostrophes, nothing invisible.

    >>> normalise("CAFE\u0301") == normalise("café")
    True
    >>> normalise("co\u00adop \u2764\ufe0f") == "coop \u2764"
    True
    """
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKC", text.translate(_INVISIBLE)).casefold()
    return unicodedata.normalize("NFKC", folded).replace("’", "'")


def words(text: str) -> list[str]:
    """Return the words of a text in order; each punctuation symbol is a word.

    Words keep their accents. A run in a script without spaces becomes its overlapping pairs of characters.

    >>> words("¿Qué tal? I'd like a table, please!")
    ['¿', 'qué', 'tal', '?', "i'd", 'like', 'a', 'table', ',', 'please', '!']
    >>> words("我想订位")
    ['我想', '想订', '订位']
    """
    normal = normalise(text)
    if normal.isascii():
        return _ASCII_TOKEN.findall(normal)
    token_of_any_script, run = _patterns()
    tokens: list[str] = token_of_any_script.findall(normal)
    return [word for token in tokens for word in (_pairs(token) if run.fullmatch(token) else (token,))]


def without_word(text: str, word: str) -> str:
    """Return a text without a word that `words` returns for it; the other words keep their order.

    In a script without spaces this removes the two characters, and so the neighbouring pairs too.

    >>> without_word("No, a table, please", "table"), without_word("我想订位", "想订")
    ('no , a , please', '我 位')
    """
    token_of_any_script, run = _patterns()
    tokens = token_of_any_script.findall(normalise(text))
    return " ".join(
        token.replace(word, " ") if run.fullmatch(token) else token for token in tokens if token != word
    )


@functools.cache
def _patterns() -> tuple[Any, Any]:
    """Return the patterns of tokens and runs of any script, compiled at first use: that takes a while."""
    import regex

    return regex.compile(_TOKEN, regex.V1), regex.compile(_RUN)


def _pairs(run: str) -> list[str]:
    return [run[index : index + 2] for index in range(len(run) - 1)] or [run]
