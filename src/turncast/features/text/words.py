"""Text to words: normalised Unicode, any script."""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import Any

# Scripts that are written without spaces between words; their runs become overlapping pairs of characters.
_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\u30FC\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}"
_RUN = rf"[{_UNSPACED}][{_UNSPACED}\p{{M}}]*"
_LETTER = rf"[[\p{{L}}\p{{M}}\p{{N}}_]--[{_UNSPACED}]]"
# A word with its marks, digits and inner apostrophes; a run of an unspaced script; or one other sign.
_TOKEN = (
    rf"{_LETTER}+(?:'{_LETTER}+)*"
    rf"|[[\p{{L}}\p{{N}}]&&[{_UNSPACED}]][{_UNSPACED}\p{{M}}]*"
    r"|[^\s\p{L}\p{M}\p{N}\p{C}_]"
)
# The same for ASCII, where the standard library does, in half the time.
_ASCII_TOKEN = re.compile(r"[a-z0-9_]+(?:'[a-z0-9_]+)*|[!-/:-@\[-^`{-~]")


def normalise(text: str) -> str:
    r"""Return the text in one spelling: Unicode NFKC, case folded, straight apostrophes.

    >>> normalise("CAFE\u0301") == normalise("café")
    True
    """
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", folded).replace("’", "'")


def words(text: str) -> list[str]:
    """Return the words of a text in order, punctuation signs as words of their own.

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
    found: list[str] = token_of_any_script.findall(normal)
    return [word for token in found for word in (_pairs(token) if run.fullmatch(token) else (token,))]


def without_word(text: str, word: str) -> str:
    """Return a text in which a word, one of its `words`, no longer is; the others stand in their order.

    In a script without spaces the two characters are cut out, and with them the pairs that they are half of.

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
    """Return what finds tokens and runs of any script; made when first needed, for it takes a while."""
    import regex

    return regex.compile(_TOKEN, regex.V1), regex.compile(_RUN)


def _pairs(run: str) -> list[str]:
    return [run[index : index + 2] for index in range(len(run) - 1)] or [run]
