"""Text to words: normalised Unicode, any script."""

from __future__ import annotations

import unicodedata

import regex

# Scripts that are written without spaces between words; their runs become overlapping pairs of characters.
_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\u30FC\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}"
_RUN = regex.compile(rf"[{_UNSPACED}][{_UNSPACED}\p{{M}}]*")
_LETTER = rf"[[\p{{L}}\p{{M}}\p{{N}}_]--[{_UNSPACED}]]"
# A word with its marks, digits and inner apostrophes; a run of an unspaced script; or one other sign.
_TOKEN = regex.compile(
    rf"{_LETTER}+(?:'{_LETTER}+)*"
    rf"|[[\p{{L}}\p{{N}}]&&[{_UNSPACED}]][{_UNSPACED}\p{{M}}]*"
    r"|[^\s\p{L}\p{M}\p{N}\p{C}_]",
    regex.V1,
)
_ASCII_TOKEN = regex.compile(r"[a-z0-9_]+(?:'[a-z0-9_]+)*|[!-/:-@\[-^`{-~]")


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
    found: list[str] = _TOKEN.findall(normal)
    return [word for token in found for word in (_pairs(token) if _RUN.fullmatch(token) else (token,))]


def _pairs(run: str) -> list[str]:
    return [run[index : index + 2] for index in range(len(run) - 1)] or [run]
