"""Words in order, as token ids."""

import builtins
import json
import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.corpora import tiny
from turncast import EncoderConfig, Turn
from turncast.errors import MissingExtra, ModelError
from turncast.features import CorpusStatistics, TurnEncoder
from turncast.features.text.tokens import PieceTokens, WordTokens, learn_tokens, tokens_from_json
from turncast.features.text.words import words
from turncast.vocabulary import Vocabulary

COUNTS = {"slow": 4, "slower": 3, "lower": 4, "higher": 4, "table": 5, "rare": 1}
KINDS = ["words", "bpe"]


def tokens_of(kind: str, **settings):
    return learn_tokens(COUNTS, EncoderConfig(tokenizer=kind, **settings))


@pytest.mark.quick
@given(st.text(max_size=30))
def test_the_id_of_a_word_is_its_index_plus_two(text):
    tokens, vocabulary = WordTokens(Vocabulary(["a", "table"]), 8), Vocabulary(["a", "table"])
    assert tokens.ids(words(text)) == [
        vocabulary.index(word) + 2 if word in vocabulary else 1 for word in words(text)[:8]
    ]


@pytest.mark.parametrize("kind", KINDS)
@given(text=st.text(max_size=40) | st.sampled_from(["Slowest TABLES", "我想订位", "<padding>", "▁"]))
def test_ids_are_in_range(kind, text):
    tokens = tokens_of(kind, max_tokens=5)
    ids = tokens.ids(words(text))
    assert len(ids) <= 5
    assert all(1 <= id < tokens.num_tokens for id in ids)
    assert bool(ids) == bool(words(text))


@pytest.mark.parametrize("kind", KINDS)
def test_tokens_after_max_tokens_are_cut_off(kind):
    text = "slow table, slower table; rare higher tables"
    whole = tokens_of(kind).ids(words(text))
    for most in range(1, len(whole) + 2):
        assert tokens_of(kind, max_tokens=most).ids(words(text)) == whole[:most]


@pytest.mark.parametrize("kind", KINDS)
def test_tokens_survive_json(kind):
    tokens = tokens_of(kind)
    record = json.loads(json.dumps({"kind": tokens.name, **tokens.to_json()}))
    again = tokens_from_json(record)
    assert again == tokens
    assert again.ids(words("slower tables, 我")) == tokens.ids(words("slower tables, 我"))
    with pytest.raises(ModelError, match="unknown kind of tokens 'glyphs'; a newer turncast may know it"):
        tokens_from_json({"kind": "glyphs"})


def test_an_unknown_word_is_read_as_pieces():
    assert tokens_of("words").ids(["slowish"]) == [1]
    tokens = tokens_of("bpe")
    assert [tokens.label(id) for id in tokens.ids(["highlow"])] == ["▁hi", "gh", "low"]
    assert [tokens.label(id) for id in tokens.ids(["q"])] == ["▁", "<unknown>"]


@pytest.mark.parametrize("kind", KINDS)
def test_max_words_and_min_count(kind):
    assert tokens_of(kind, max_words=2).num_tokens < tokens_of(kind).num_tokens
    assert tokens_of(kind, min_count=4).num_tokens < tokens_of(kind).num_tokens


def test_the_same_words_give_the_same_pieces():
    """Hashes differ between processes; the order of the library's tables must not matter."""
    code = """
from turncast import EncoderConfig
from turncast.features.text.tokens import PieceTokens
signs = "abcdéxyz我"
counts = {a + b + a: 2 + ord(a) * ord(b) % 3 for a in signs for b in signs}
print(ascii(PieceTokens.learn(counts, EncoderConfig(max_words=60)).definition))
"""
    definitions = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
        ).stdout
        for seed in range(3)
    }
    assert len(definitions) == 1


def test_without_the_library_the_extra_is_named(monkeypatch):
    find = builtins.__import__

    def without(name, *rest):
        if name == "tokenizers":
            raise ImportError(name)
        return find(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtra) as error:
        PieceTokens.learn(COUNTS, EncoderConfig())
    assert str(error.value) == (
        "reading words in byte-pair pieces needs libraries that are not installed; "
        "install them with: pip install 'turncast[bpe]'"
    )


@pytest.mark.parametrize("kind", KINDS)
def test_an_encoder_with_tokens_has_no_bits_of_words(kind):
    config = EncoderConfig(tokenizer=kind, max_tokens=2, position=False, last_response=False)
    statistics = CorpusStatistics.from_corpus(tiny(), config=config)
    encoder, bits = statistics.encoder("mean"), statistics.encoder()
    assert [block.name for block in encoder.blocks] == ["previous_actions", "facts"]
    assert [block.name for block in bits.blocks] == ["user_words", "previous_actions", "facts"]
    assert (bits.num_tokens, bits.encode(Turn("a tea"), bits.start())[0].tokens) == (0, [])
    after = encoder.start().committed(("confirm",))
    turn, _ = encoder.encode(Turn("a tea please", facts={"stock": 1}), after)
    assert len(turn.bits) == 2
    assert len(turn.tokens) == 2
    for silent in (None, "", " \n"):
        assert encoder.encode(Turn(silent), encoder.start())[0].tokens == []
    again = TurnEncoder.from_json(json.loads(json.dumps(encoder.to_json())))
    assert again.to_json() == encoder.to_json()
    assert again.encode(Turn("a tea"), after) == encoder.encode(Turn("a tea"), after)
    assert (again.width, again.num_tokens) == (encoder.width, encoder.num_tokens)
