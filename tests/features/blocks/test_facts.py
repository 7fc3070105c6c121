"""Facts as bits."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turncast import EncoderConfig
from turncast.features.blocks.facts import Facts, learn_facts
from turncast.features.turn_view import TurnView

values = st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False) | st.sampled_from(["north", "south"])
counts = st.dictionaries(
    st.sampled_from(["a", "b", "c"]),
    st.dictionaries(values, st.integers(1, 9), min_size=1, max_size=12),
    max_size=3,
)


@pytest.mark.quick
@given(counts, st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), values, max_size=4))
def test_every_present_fact_sets_one_bit_inside_the_block(counts, facts):
    block = learn_facts(counts, EncoderConfig(min_count=1))
    bits = block.bits(TurnView(facts=facts))
    assert all(0 <= bit < block.width for bit in bits)
    known = sum(name in counts for name in facts)
    assert len(bits) == known + (known < len(facts))
    again = Facts.from_json(block.to_json())
    assert (again.width, again.bits(TurnView(facts=facts))) == (block.width, bits)
    assert len({block.label(bit) for bit in range(block.width)}) == block.width


def test_absent_false_and_unknown_facts_differ():
    block = learn_facts({"open": {True: 3, False: 3}}, EncoderConfig())
    bits = [tuple(block.bits(TurnView(facts=facts))) for facts in ({}, {"open": False}, {"open": True})]
    assert bits[0] == ()
    assert len({*bits, tuple(block.bits(TurnView(facts={"open": "maybe"})))}) == 4


def test_many_numbers_share_few_buckets_of_equal_count():
    block = learn_facts({"n": dict.fromkeys(range(1000), 1)}, EncoderConfig(buckets=4))
    sizes = [0] * block.width
    for number in range(1000):
        (bit,) = block.bits(TurnView(facts={"n": number}))
        sizes[bit] += 1
    assert sizes == [250, 250, 250, 250, 0, 0]


def test_infinite_and_huge_numbers_are_unknown_values():
    block = learn_facts({"n": {1: 5, 2: 5}}, EncoderConfig())
    unknown = block.bits(TurnView(facts={"n": "x"}))
    for number in (math.nan, math.inf, 10**400):
        assert block.bits(TurnView(facts={"n": number})) == unknown
    assert block.bits(TurnView(facts={"n": -(10**9)})) == block.bits(TurnView(facts={"n": 1}))


def test_max_values_and_min_count():
    counts = {"area": {f"v{n}": n for n in range(1, 10)}}
    assert learn_facts(counts, EncoderConfig(max_values=2)).width == 2 + 1 + 1
    assert learn_facts(counts, EncoderConfig(min_count=8)).width == 2 + 1 + 1
    assert learn_facts({"rare": {"x": 1}}, EncoderConfig(min_count=2)).width == 1
