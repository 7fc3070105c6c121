"""What a corpus holds."""

from io import StringIO

import pytest
from rich.console import Console

from support.corpora import tiny
from turncast import Corpus, Dialogue, Turn
from turncast.data import summarise
from turncast.data.terminal import render_summary


def printed(summary) -> str:
    console = Console(file=StringIO(), width=120)
    console.print(render_summary(summary))
    return console.file.getvalue()


@pytest.mark.quick
def test_counts():
    turns = (Turn("Hola, hola 東京", ("a", "b")), Turn(None, (), {"open": True}, "so"), Turn("да", ("a",)))
    corpus = Corpus(
        "c",
        (
            Dialogue("d1", turns, {"happy": True}, "g"),
            Dialogue("d2", turns[:1], {}, "g"),
            Dialogue("d3", turns[:1]),
        ),
    )
    summary = summarise(corpus, samples=1).to_json()
    assert summary == {
        "name": "c",
        "read_as": [],
        "dialogues": 3,
        "turns": 5,
        "turns_with_user_text": 4,
        "turns_with_response": 1,
        "turns_with_several_actions": 3,
        "turns_without_action": 1,
        "lengths": {"min": 1, "median": 1, "mean": 5 / 3, "max": 3},
        "length_counts": {"1": 2, "3": 1},
        "actions": {"a": 4, "b": 3},
        "facts": {"open": 1},
        "metadata": {"happy": 1},
        "words": {"total": 13, "distinct": 4, "occurring_once": 1},
        "scripts": {"Latin": 24, "Han": 6, "Cyrillic": 2},
        "groups": {"number": 1, "dialogues": 2, "largest": 2},
        "skipped": {},
    }


def test_text():
    text = printed(summarise(tiny(), samples=1))
    for expected in (
        "words that occur once",
        "scripts                     Latin 100.0%",
        " 2     │         3 │ ##########                     ",
        " 3     │         9 │ ############################## ",
        " serve_coffee │     3 │  9.1% │ ########",
        "tiny-0",
    ):
        assert expected in text, text
    assert "tiny-1" not in text


def test_very_unlike_lengths_fall_into_a_few_bins():
    lengths = [1, 2, 2, 100]
    dialogues = [Dialogue(str(n), [Turn("x", ["a"])] * length) for n, length in enumerate(lengths)]
    lines = [line.split("│") for line in printed(summarise(Corpus("c", dialogues))).splitlines()]
    bins = {line[0].strip(): line[1].strip() for line in lines if len(line) > 2 and " to " in line[0]}
    assert (bins.pop("1 to 9"), bins.pop("100 to 108")) == ("3", "1")
    assert set(bins.values()) == {"0"}


def test_without_words_and_actions():
    text = printed(summarise(Corpus("c", [Dialogue("d", [Turn()])])))
    assert "words" not in text
    assert "scripts" not in text
