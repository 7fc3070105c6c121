"""A dev part: by dialogue, and groups stay together."""

import pytest

from turncast import Corpus, Dialogue, Turn
from turncast.errors import CorpusError
from turncast.training import split_dev


def corpus(groups):
    turns = [Turn("hi", ["greet"])]
    return Corpus("c", [Dialogue(str(n), turns, group=group) for n, group in enumerate(groups)])


@pytest.mark.quick
def test_a_group_stays_together():
    whole = corpus([f"task {n % 5}" for n in range(40)] + [None] * 10)
    for seed in range(10):
        train, dev = (list(part) for part in split_dev(whole, 0.2, seed))
        assert len(train) + len(dev) == 50
        assert len(dev) >= 10
        assert not {d.group for d in train if d.group} & {d.group for d in dev if d.group}


def test_one_group_cannot_be_split():
    with pytest.raises(CorpusError, match="one group"):
        split_dev(corpus(["a"] * 5), 0.2, 1)
