"""What is counted of a training part, layout by layout."""

from dataclasses import replace

import pytest

from support.layouts import LAYOUTS, told
from turncast import Corpus, EncoderConfig
from turncast.features import CorpusStatistics
from turncast.layouts import END

WORDS = {
    "many-to-many-2": {"a", "tea", "coffee", "please", "small", "large", "yes"},
    "one-to-many": {"a", "tea", "coffee", "please"},
    "its beginning": {"a", "tea", "coffee", "please", "small", "large"},
}


@pytest.mark.parametrize("layout", WORDS)
def test_only_what_is_read_teaches_the_encoder(layout):
    statistics = CorpusStatistics.from_corpus(told(), LAYOUTS[layout], EncoderConfig(min_count=1))
    assert set(statistics.words) == WORDS[layout]
    assert (
        set(statistics.facts)
        == {
            "many-to-many-2": {"stock", "paid"},
            "one-to-many": set(),
            "its beginning": {"stock"},
        }[layout]
    )
    vocabulary = statistics.encoder().blocks[0].to_json()["words"]
    assert set(vocabulary) == WORDS[layout]


@pytest.mark.parametrize(
    ("layout", "actions"),
    [
        ("many-to-many-2", {"ask_size", "confirm", "serve_tea", "serve_coffee"}),
        ("many-to-many-1", {"ask_size", "confirm", "serve_tea", "serve_coffee", END}),
        ("one-to-many", {"ask_size", "confirm", "serve_tea", "serve_coffee", END}),
        ("many-to-one", {"tea", "coffee"}),
    ],
)
def test_the_answers_are_the_actions_to_choose_from(layout, actions):
    space = CorpusStatistics.from_corpus(told(), LAYOUTS[layout]).action_space()
    assert set(space) == actions
    assert not space.multi
    several = CorpusStatistics.from_corpus(told(multi=True), LAYOUTS[layout]).action_space()
    assert several.multi == (layout != "many-to-one")


def test_the_fingerprint_is_the_corpus_s_whatever_is_read():
    seen = {CorpusStatistics.from_corpus(told(), config).fingerprint for config in LAYOUTS.values()}
    assert len(seen) == 1
    other = Corpus("other", [replace(d, metadata={**d.metadata, "drink": "water"}) for d in told()])
    assert CorpusStatistics.from_corpus(other).fingerprint not in seen


def test_the_responses_are_those_of_all_turns():
    for config in LAYOUTS.values():
        assert CorpusStatistics.from_corpus(told(), config).most_frequent_responses()["confirm"] == "Right?"
