"""Many rows of different lengths, sorted and run in blocks, give what one block of all rows gives."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.large import large
from support.property_tests import examples
from support.recurrent import BACKEND, FEATURES, PAIRS, assert_same, gradients, numbers, pair, run, states_of

pytestmark = pytest.mark.skipif(BACKEND != "jax", reason="the loop over blocks of rows is JAX's")
ROWS, LENGTH = 7, 6
OPTIONS = {"return_sequences": True, "return_state": True}


@pytest.fixture(scope="module", autouse=True)
def small_blocks():
    """Blocks of two and three rows, so that seven rows are three blocks, one of them filled up."""
    from turncast.layers import jax_blocks

    before, jax_blocks.ROWS = jax_blocks.ROWS, 3
    yield
    jax_blocks.ROWS = before


def padded(lengths):
    return np.arange(LENGTH) < np.array(lengths)[:, None]


MASKS = {
    "padded": padded([6, 0, 3, 1, 0, 2, 5]),
    "all of it": padded([6] * ROWS),
    "none of it": padded([0] * ROWS),
    "holes": np.random.default_rng(4).random((ROWS, LENGTH)) < 0.5,
}


@pytest.mark.parametrize(
    "options", [{**OPTIONS, "go_backwards": True, "zero_output_for_mask": True}, *large(OPTIONS, {})]
)
@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)
@pytest.mark.parametrize("name", PAIRS)
def test_blocks_equal_keras(name, mask, options):
    ours, stock = pair(name, **options)
    x, states = numbers(ROWS, LENGTH, FEATURES), states_of(ours, ROWS)
    assert_same(*(run(layer, x, mask=mask, initial_state=states) for layer in (ours, stock)))


@pytest.mark.parametrize("mask", ["padded", "holes", *large("all of it", "none of it")])
@pytest.mark.parametrize("name", PAIRS)
def test_every_gradient_is_autodiff_s(name, mask):
    ours, stock = pair(name, **OPTIONS)
    x, states = numbers(ROWS, LENGTH, FEATURES), states_of(ours, ROWS)
    for one, other in zip(
        *(gradients(layer, x, states, MASKS[mask]) for layer in (ours, stock)), strict=True
    ):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-5)


RANDOM = pair("lstm", **OPTIONS)


@examples(30)
@given(st.lists(st.lists(st.booleans(), min_size=LENGTH, max_size=LENGTH), min_size=ROWS, max_size=ROWS))
def test_any_mask_equals_keras(rows):
    x, mask = numbers(ROWS, LENGTH, FEATURES), np.array(rows)
    assert_same(*(run(layer, x, mask=mask) for layer in RANDOM))


@pytest.mark.quick
def test_many_rows_use_blocks(monkeypatch):
    """No test above would see it if the rows ran as one block."""
    from turncast.layers import jax_blocks

    monkeypatch.setattr(jax_blocks, "run_cell_in_blocks", lambda *_: pytest.fail("in blocks"))
    ours, _ = pair("lstm")
    with pytest.raises(pytest.fail.Exception, match="in blocks"):
        ours(numbers(ROWS, LENGTH, FEATURES), mask=MASKS["padded"])
    ours(numbers(5, LENGTH, FEATURES), mask=MASKS["padded"][:5])
