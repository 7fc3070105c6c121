"""The edges of buckets."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turncast.features.batches.buckets import bucket_edges


def slots(lengths, edges):
    return sum(min(edge for edge in edges if edge >= length) for length in lengths)


@pytest.mark.quick
@given(st.lists(st.integers(1, 30), min_size=1, max_size=25), st.integers(1, 4))
def test_no_other_edges_waste_less(lengths, most):
    edges = bucket_edges(lengths, most)
    assert edges == sorted(set(edges))
    assert len(edges) <= most
    unique = sorted(set(lengths))
    best = min(slots(lengths, [*chosen, unique[-1]]) for chosen in combinations(unique[:-1], len(edges) - 1))
    assert slots(lengths, edges) == best
    enough = sum(lengths) >= 0.85 * slots(lengths, edges)
    assert enough or len(edges) == min(most, len(unique))
