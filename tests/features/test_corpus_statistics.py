"""The counts of a training part, layout by layout."""

from dataclasses import replace

import pytest

from support.layouts import LAYOUTS, drinks_corpus
from turncast import Corpus, EncoderConfig
from turncast.features import CorpusStatistics
from turncast.layouts import END

WORDS = {
    "many-to-many-2": {"a", "tea", "coffee", "please", "small", "large", "yes"},
    "one-to-many": {"a", "tea", "coffee", "please"},
    "its beginning": {"a", "tea", "coffee", "please", "small", "large"},
}


@pytest.mark.quick
@pytest.mark.parametrize("layout", WORDS)
def test_the_encoder_is_learned_only_from_turns_that_the_network_reads(layout):
    statistics = CorpusStatistics.from_corpus(drinks_corpus(), LAYOUTS[layout], EncoderConfig(min_count=1))
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
def test_the_action_space_has_the_actions_of_the_targets(layout, actions):
    space = CorpusStatistics.from_corpus(drinks_corpus(), LAYOUTS[layout]).action_space()
    assert set(space) == actions
    assert not space.multi
    several = CorpusStatistics.from_corpus(drinks_corpus(multi=True), LAYOUTS[layout]).action_space()
    assert several.multi == (layout != "many-to-one")


def test_the_fingerprint_does_not_depend_on_the_layout():
    fingerprints = {
        CorpusStatistics.from_corpus(drinks_corpus(), config).fingerprint for config in LAYOUTS.values()
    }
    assert len(fingerprints) == 1
    other = Corpus("other", [replace(d, metadata={**d.metadata, "drink": "water"}) for d in drinks_corpus()])
    assert CorpusStatistics.from_corpus(other).fingerprint not in fingerprints


def test_responses_are_counted_at_all_turns():
    for config in LAYOUTS.values():
        assert (
            CorpusStatistics.from_corpus(drinks_corpus(), config).most_frequent_responses()["confirm"]
            == "Right?"
        )
