"""Product quantisation of vectors."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from turncast.features.text.vectors import ProductQuantiser


def vectors_of(count: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, width)).astype(np.float32)


def loss(quantiser: ProductQuantiser, vectors: np.ndarray) -> float:
    """The mean squared distance between vectors and their decoded codes."""
    decoded = np.stack([quantiser.vector(quantiser.codes(vector)) for vector in vectors])
    return float(((decoded - vectors) ** 2).sum(1).mean())


@pytest.mark.quick
@given(st.integers(1, 30), st.integers(1, 9), st.integers(1, 9), st.integers(2, 6), st.integers(0, 5))
def test_a_code_is_the_nearest_centroid(count, width, parts, centroids, seed):
    parts = min(parts, width)
    vectors = vectors_of(count, width, seed)
    quantiser = ProductQuantiser.learn(vectors, parts, centroids, seed)
    assert quantiser.num_centroids == min(centroids, count)
    for vector in vectors:
        codes = quantiser.codes(vector)
        for part, code in enumerate(codes):
            numbers = vector[part::parts]
            distances = ((quantiser.centroids[part, :, : len(numbers)] - numbers) ** 2).sum(1)
            assert distances[code] <= distances.min() + 1e-5
        assert quantiser.vector(codes).shape == (width,)


def test_as_many_centroids_as_vectors_lose_nothing():
    vectors = vectors_of(20, 7)
    assert loss(ProductQuantiser.learn(vectors, 3, 20, 1), vectors) < 1e-10


@pytest.mark.parametrize(("less", "more"), [((2, 4), (4, 4)), ((2, 4), (2, 16))])
def test_more_parts_and_more_centroids_lose_less(less, more):
    vectors = vectors_of(300, 16)
    assert loss(ProductQuantiser.learn(vectors, *more, 1), vectors) < 0.9 * loss(
        ProductQuantiser.learn(vectors, *less, 1), vectors
    )


def test_k_means_improves_on_its_initial_centroids(monkeypatch):
    vectors = vectors_of(300, 8)
    learned = ProductQuantiser.learn(vectors, 2, 8, 1)
    monkeypatch.setattr("turncast.features.text.vectors.quantiser._NUM_ITERATIONS", 0)
    assert loss(learned, vectors) < 0.9 * loss(ProductQuantiser.learn(vectors, 2, 8, 1), vectors)


def test_the_seed_matters_and_the_size_of_chunks_does_not(monkeypatch):
    vectors = vectors_of(200, 8)
    first = ProductQuantiser.learn(vectors, 2, 8, 1)
    assert np.array_equal(ProductQuantiser.learn(vectors, 2, 8, 1).centroids, first.centroids)
    assert not np.array_equal(ProductQuantiser.learn(vectors, 2, 8, 2).centroids, first.centroids)
    monkeypatch.setattr("turncast.features.text.vectors.quantiser._CHUNK", 7)
    assert np.allclose(ProductQuantiser.learn(vectors, 2, 8, 1).centroids, first.centroids, atol=1e-5)


def test_a_constant_part_does_not_affect_the_others():
    vectors = vectors_of(50, 4)
    vectors[:, 1::2] = 0
    quantiser = ProductQuantiser.learn(vectors, 2, 8, 1)
    assert quantiser.centroids.shape == (2, 8, 2)
    codes = {tuple(quantiser.codes(vector)) for vector in vectors}
    assert {second for _, second in codes} == {0}
    assert len({first for first, _ in codes}) == 8


def test_a_quantiser_survives_json():
    vectors = vectors_of(50, 10)
    quantiser = ProductQuantiser.learn(vectors, 3, 8, 1)
    again = ProductQuantiser.from_json(json.loads(json.dumps(quantiser.to_json())))
    assert np.array_equal(again.centroids, quantiser.centroids)
    assert all(np.array_equal(again.codes(vector), quantiser.codes(vector)) for vector in vectors)
    assert (again.num_parts, again.num_centroids, again.width) == (3, 8, 10)
