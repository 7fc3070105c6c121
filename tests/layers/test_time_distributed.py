"""TimeDistributed as a Keras layer: hierarchies of words and turns, inputs, masks, saving and refusals.

What it computes is law 2: see tests/laws."""

import re

import numpy as np
import pytest

from support.recurrent import arrays, build_and_run, numbers
from turncast.backend import keras, ops
from turncast.layers import LSTM, MaskedPooling, TimeDistributed

k = keras.layers
TURNS = 3
VECTORS, WORDS, IDS = numbers(2, TURNS, 5), numbers(2, TURNS, 4, 5), np.arange(24).reshape(2, TURNS, 4) % 7


class Counted(k.Layer):
    """Counts the ids of a step that its mask calls real."""

    supports_masking = True

    def call(self, ids, mask=None):
        return ops.sum(ops.cast(mask, "float32"), axis=1, keepdims=True)


@pytest.mark.quick
@pytest.mark.parametrize(("shape", "count"), [((2, TURNS, 4), 4), ((2, TURNS), 4)])
def test_ids_have_no_features_so_that_their_mask_stays_whole(shape, count):
    (result,) = arrays(TimeDistributed(Counted())(IDS, mask=np.ones(shape, bool)))
    np.testing.assert_array_equal(result, np.full((2, TURNS, 1), count))


def hierarchy(kind, inner, outer, by_hand):
    tokens = keras.Input((None, None), dtype="int32")
    x = k.Embedding(9, 4, mask_zero=not by_hand)(tokens)
    arguments = {"mask": ops.not_equal(tokens, 0)} if by_hand else {}
    turns = {"mask": ops.any(ops.not_equal(tokens, 0), axis=-1)} if by_hand else {}
    x = kind(inner(3))(x, **arguments)
    x = outer(5, return_sequences=True)(x, **turns)
    return keras.Model(tokens, kind(k.Dense(2, activation="softmax"))(x))


@pytest.mark.parametrize("inner", [LSTM, k.LSTM], ids=["ours", "keras"])
def test_words_and_turns_make_a_hierarchy_that_fits(inner):
    """The natural one, with Keras's implicit masks and with masks passed by hand: the same."""
    implicit, by_hand = (hierarchy(TimeDistributed, inner, inner, by_hand) for by_hand in (False, True))
    for one, other in zip(by_hand.weights, implicit.weights, strict=True):
        one.assign(ops.convert_to_numpy(other.value))
    tokens = np.random.default_rng(1).integers(0, 9, (6, 4, 3))
    tokens[0, 2:] = 0
    answers = [model.predict(tokens, verbose=0) for model in (implicit, by_hand)]
    np.testing.assert_allclose(*answers, atol=1e-6)
    implicit.compile("sgd", "sparse_categorical_crossentropy")
    before = np.array(ops.convert_to_numpy(implicit.weights[0].value))
    implicit.fit(tokens, tokens[..., :1] % 2, batch_size=3, epochs=1, verbose=0)
    assert not np.array_equal(before, ops.convert_to_numpy(implicit.weights[0].value))


@pytest.mark.parametrize("inner", [LSTM, k.LSTM], ids=["ours", "keras"])
def test_any_number_of_steps_and_of_parts_gives_as_many_outputs(inner):
    """TensorFlow compiles the later calls for sizes that it does not know."""
    model = hierarchy(TimeDistributed, inner, inner, by_hand=False)
    ids, turns = keras.Input((None, None, 5)), keras.Input((None,), dtype="bool")
    parts = keras.Model([ids, turns], TimeDistributed(inner(3, return_sequences=True))(ids, mask=turns))
    for steps, words in ((3, 2), (5, 6), (4, 3)):
        tokens = np.random.default_rng(1).integers(0, 9, (4, steps, words))
        assert model.predict(tokens, verbose=0).shape == (4, steps, 2)
        inputs = [numbers(4, steps, words, 5), np.ones((4, steps), bool)]
        assert parts.predict(inputs, verbose=0).shape == (4, steps, words, 3)


def test_several_inputs_and_outputs():
    joined = TimeDistributed(k.Concatenate())([VECTORS, numbers(2, TURNS, 2)])
    assert joined.shape == (2, TURNS, 7)
    a, b = keras.Input((5,), name="a"), keras.Input((2,), name="b")
    inner = keras.Model({"a": a, "b": b}, {"x": k.Dense(3)(a), "y": b})
    outer = {"a": keras.Input((None, 5), name="a"), "b": keras.Input((None, 2), name="b")}
    model = keras.Model(outer, TimeDistributed(inner)(outer))
    result = model.predict({"a": VECTORS, "b": numbers(2, TURNS, 2)}, verbose=0)
    assert {name: array.shape for name, array in result.items()} == {"x": (2, TURNS, 3), "y": (2, TURNS, 2)}
    states = TimeDistributed(LSTM(3, return_state=True))(keras.Input((None, 4, 5)))
    assert [state.shape for state in states] == [(None, None, 3)] * 3


def test_several_inputs_bring_a_mask_each():
    """Implicit ones, through a layer that joins them; the joined mask is that of the joined words."""
    inputs = keras.Input((None, 4), dtype="int32"), keras.Input((None, 4), dtype="int32")
    table, over = k.Embedding(7, 3, mask_zero=True), TimeDistributed(LSTM(3))
    joined = TimeDistributed(k.Concatenate(axis=1))([table(ids) for ids in inputs])
    model = keras.Model(inputs, over(joined))
    first, second = IDS, IDS[:, ::-1]
    words = np.concatenate([first, second], axis=2)
    expected = over(table(words), mask=words != 0)
    np.testing.assert_allclose(model.predict([first, second], verbose=0), arrays(expected)[0], atol=1e-6)


@pytest.mark.parametrize("shape", [(0, 3), (2, 0)])
@pytest.mark.parametrize(
    "make", [lambda: k.Dense(4), lambda: LSTM(4), lambda: MaskedPooling("max"), lambda: MaskedPooling("mean")]
)
def test_nothing_gives_nothing(make, shape):
    x = np.zeros((*shape, 2, 4), np.float32)
    (result,) = build_and_run(TimeDistributed(make()), x, mask=np.zeros((*shape, 2), bool))
    assert tuple(result.shape)[:2] == shape
    assert result.shape[-1] == 4


@pytest.mark.parametrize(
    ("layer", "shape", "mask", "message"),
    [
        (
            lambda: k.Dense(4),
            (2, 5),
            None,
            "with at least 3 dimensions, (B, T, ...), received: (2, 5); put it after a layer with "
            "return_sequences=True",
        ),
        (
            lambda: k.Dense(4),
            (2, 3, 5),
            (2, 4),
            "has a shape (2, 4) that does not fit the input of shape (2, 3, 5): expected one that begins "
            "with (2, 3).",
        ),
        (lambda: k.Dense(4), (2, 3, 5), (2,), "must be at least 2D (e.g., `(batch_size, timesteps)`)"),
        (
            lambda: k.Lambda(lambda x: ops.sum(x, axis=0)),
            (2, 3, 5),
            None,
            "needs a layer that keeps the batch axis: Lambda gave (5,) for (6, 5), expected (6, ...)",
        ),
    ],
)
def test_mismatches_are_refused(layer, shape, mask, message):
    mask = None if mask is None else np.ones(mask, bool)
    with pytest.raises(ValueError, match=re.escape(message)):
        TimeDistributed(layer())(np.zeros(shape, np.float32), mask=mask)


@pytest.mark.parametrize("wrap", [lambda x: x, lambda x: [np.zeros_like(x), x], lambda x: {"a": x}])
def test_nan_is_refused(wrap):
    x = np.zeros((1, 2, 3), np.float32)
    x[0, 1, 2] = np.nan
    message = "TimeDistributed got NaN in its input of shape (1, 2, 3), first at [0, 1, 2]"
    with pytest.raises(ValueError, match=re.escape(message)):
        TimeDistributed(k.Identity())(wrap(x))


@pytest.mark.parametrize(
    ("layer", "inputs", "mask", "expected"),
    [
        (lambda: k.Embedding(7, 3, mask_zero=True), IDS, None, (2, TURNS, 4)),
        (lambda: k.Embedding(7, 3), IDS, None, None),
        (lambda: LSTM(3), WORDS, (2, TURNS, 4), (2, TURNS)),
        (lambda: LSTM(3), WORDS, (2, TURNS), (2, TURNS)),
        (lambda: LSTM(3, return_sequences=True), WORDS, (2, TURNS, 4), (2, TURNS, 4)),
        (lambda: k.Dense(3), VECTORS, (2, TURNS), (2, TURNS)),
        (lambda: TimeDistributed(k.Dense(3)), WORDS, (2, TURNS, 4), (2, TURNS, 4)),
        (k.Flatten, WORDS, (2, TURNS, 4), (2, TURNS)),
        (k.Concatenate, [WORDS, WORDS], (2, TURNS), (2, TURNS, 4)),
        (lambda: k.Concatenate(axis=1), [WORDS, WORDS], (2, TURNS, 4), (2, TURNS, 8)),
        (k.Add, [WORDS, WORDS], (2, TURNS, 4), (2, TURNS, 4)),
        (k.Concatenate, [VECTORS, VECTORS], None, None),
        (
            lambda: TimeDistributed(k.Concatenate(axis=1)),
            [WORDS[None]] * 2,
            (1, 2, TURNS, 4),
            (1, 2, TURNS, 8),
        ),
    ],
)
def test_the_mask_that_is_handed_on(layer, inputs, mask, expected):
    result = TimeDistributed(layer()).compute_mask(inputs, None if mask is None else np.ones(mask, bool))
    assert (None if result is None else tuple(result.shape)) == expected


def test_it_is_saved_and_its_weights_are_those_of_keras_s(tmp_path):
    def model(kind):
        inputs = keras.Input((None, 5))
        return keras.Model(inputs, kind(k.Dense(3))(inputs))

    ours, stock = model(TimeDistributed), model(k.TimeDistributed)
    assert [(w.name, w.shape) for w in ours.weights] == [(w.name, w.shape) for w in stock.weights]
    ours.save(tmp_path / "ours.keras")
    again = keras.saving.load_model(tmp_path / "ours.keras")
    ours.save_weights(tmp_path / "x.weights.h5")
    stock.load_weights(tmp_path / "x.weights.h5")
    expected = ours.predict(VECTORS, verbose=0)
    for other in (again, stock):
        np.testing.assert_allclose(other.predict(VECTORS, verbose=0), expected, atol=1e-6)
