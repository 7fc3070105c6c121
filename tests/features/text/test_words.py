"""Texts split into words, in any script."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turncast.features.text.words import normalise, without_word, words


@pytest.mark.quick
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("¿Dónde está el baño?", ["¿", "dónde", "está", "el", "baño", "?"]),
        ("I’d like—don't you", ["i'd", "like", "—", "don't", "you"]),
        ("नमस्ते दुनिया", ["नमस्ते", "दुनिया"]),
        ("カレーtable 4", ["カレ", "レー", "table", "4"]),
        ("我", ["我"]),
        ("ﬁne Ⅷ", ["fine", "viii"]),
        ("a\0b\tc\u200bd", ["a", "b", "c", "d"]),
        ("😀😀", ["😀", "😀"]),
        ("", []),
    ],
)
def test_words(text, expected):
    assert words(text) == expected


@given(st.text(max_size=30))
def test_equal_texts_in_two_unicode_forms_have_equal_words(text):
    assert words(unicodedata.normalize("NFD", text)) == words(unicodedata.normalize("NFC", text))
    assert normalise(normalise(text)) == normalise(text)
    assert all(word and not word.isspace() for word in words(text))


@given(st.text(st.characters(max_codepoint=127), max_size=30))
def test_the_ascii_pattern_gives_the_words_of_the_general_one(text):
    assert words(text) == words(text + " ñ")[:-1]


@given(st.text(max_size=30))
def test_a_removed_word_is_gone(text):
    for word in words(text):
        assert word not in words(without_word(text, word))


@given(st.text(st.characters(max_codepoint=0x24F), max_size=30))
def test_between_spaces_all_other_words_stay(text):
    for word in words(text):
        assert words(without_word(text, word)) == [other for other in words(text) if other != word]


@pytest.mark.parametrize(
    ("text", "word", "left"),
    [("我想订位", "我想", ["订位"]), ("ที่นี่ ok", "ok", ["ที", "ี่", "่น", "นี", "ี่"]), ("我我我", "我我", ["我"])],
)
def test_a_pair_of_characters_is_removed(text, word, left):
    assert words(without_word(text, word)) == left


def test_a_long_text_takes_linear_time():
    assert len(words("hola, 我想订位 " * 30_000)) == 5 * 30_000
