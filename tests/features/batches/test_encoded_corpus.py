"""A corpus as arrays: in memory, or mapped from a file where it is large."""

import numpy as np
import pytest

from support.corpora import tiny
from turncast.features import Batches, CorpusStatistics, encode
from turncast.features.batches import encoded_corpus


@pytest.mark.quick
def test_a_large_corpus_is_mapped_from_a_file(monkeypatch):
    corpus = tiny(dialogues=30)
    statistics = CorpusStatistics.from_corpus(corpus)
    encoder, space = statistics.encoder(), statistics.action_space()
    small = encode(corpus, encoder, space)
    monkeypatch.setattr(encoded_corpus, "_IN_MEMORY", 100)
    large = encode(corpus, encoder, space)
    assert isinstance(large.bits.values, np.memmap)
    assert not isinstance(small.bits.values, np.memmap)
    np.testing.assert_array_equal(large.bits.values, small.bits.values)
    np.testing.assert_array_equal(large.bits.offsets, small.bits.offsets)
    pairs = zip(Batches(large, 50).in_order(), Batches(small, 50).in_order(), strict=True)
    assert all((one.inputs["bits"] == two.inputs["bits"]).all() for one, two in pairs)
