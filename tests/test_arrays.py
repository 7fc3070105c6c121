"""Dialogues from arrays: what is read, and the messages of errors."""

import re

import numpy as np
import pytest

import turncast
from turncast import Corpus
from turncast.errors import ArgumentError, CorpusError

X = np.array([[[1, 0], [0, 1], [1, 1]], [[0, 0], [1, 0], [0, 0]]])
Y = np.array([[[1, 0, 0], [0, 1, 1], [0, 0, 0]], [[0, 0, 1], [0, 1, 0], [0, 0, 0]]])
REAL = np.array([[1, 1, 1], [1, 1, 0]], bool)


def turns(corpus):
    return [[(dict(turn.facts), turn.actions) for turn in dialogue] for dialogue in corpus]


def expected(feature="x{}", action="{}"):
    def names(row, pattern):
        return [pattern.format(index) for index in np.flatnonzero(row)]

    return [
        [
            (dict.fromkeys(names(X[row, turn], feature), True), tuple(names(Y[row, turn], action)))
            for turn in range(REAL[row].sum())
        ]
        for row in range(2)
    ]


@pytest.mark.quick
@pytest.mark.parametrize(
    ("x", "y", "more"),
    [
        (X, Y, {"mask": REAL}),
        (X, Y, {"mask": [3, 2]}),
        (X.astype(bool), Y.astype("float32"), {"lengths": [3, 2]}),
        (X.tolist(), Y.tolist(), {"lengths": np.array([3.0, 2.0])}),
        ([X[0], X[1, :2]], [Y[0], Y[1, :2]], {}),
        (np.where(REAL[..., None], X, np.nan), np.where(REAL[..., None], Y, -1), {"mask": REAL}),
        (X[:, ::-1], Y[:, ::-1], {"mask": REAL[:, ::-1]}),
    ],
)
def test_bits_of_features_and_actions(x, y, more):
    corpus = Corpus.from_arrays(x, y, **more)
    result = turns(corpus)
    if x is X or not isinstance(x, np.ndarray) or x.strides[1] > 0:
        assert result == expected()
    else:  # padding before the turns, and so the turns the other way round
        assert result == [dialogue[::-1] for dialogue in expected()]
    assert [dialogue.id for dialogue in corpus] == ["arrays:0", "arrays:1"]


def test_ids_of_actions():
    ids = np.array([[2, 0, 1], [1, 1, -1]])
    corpus = Corpus.from_arrays(X, ids, REAL, action_names=["no", "yes", "pears"])
    assert [[turn.actions[0] for turn in dialogue] for dialogue in corpus] == [
        ["pears", "no", "yes"],
        ["yes"] * 2,
    ]


def test_names():
    corpus = Corpus.from_arrays(
        X, Y, REAL, feature_names=["f0", "f1"], action_names=["a0", "a1", "a2"], name="mine"
    )
    assert turns(corpus) == expected("f{}", "a{}")
    assert corpus.name == "mine"


def test_numbers_become_numeric_facts_and_a_warning_says_so():
    x = np.where(REAL[..., None], X * [1, 2.5], 0)
    with pytest.warns(UserWarning, match=r"features: 1 of 2 are numbers and no bits \(x1\).*'buckets'"):
        corpus = Corpus.from_arrays(x, Y, REAL)
    assert [dict(turn.facts) for turn in next(iter(corpus))] == [
        {"x0": True, "x1": 0},
        {"x1": 2.5},
        {"x0": True, "x1": 2.5},
    ]


def test_a_dialogue_without_a_real_turn_is_counted():
    corpus = Corpus.from_arrays(X, Y, lengths=[3, 0])
    assert len(list(corpus)) == 1
    assert corpus.skipped == {"dialogue without a real turn": 1}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": X[0]}, "x: its shape is (3, 2); give (num_seq, seq_len, num_feature)"),
        ({"x": X[..., None]}, "x: its shape is (2, 3, 2, 1); give"),
        ({"x": [["a"]]}, "x: it is a list of <U1; give an array of bits or numbers"),
        ({"x": [X[0], X[1, :2, :1]]}, "x: its arrays have different widths; give all the same width"),
        ({"x": np.where(X, np.nan, 0)}, "x: x[0, 0, 0] is nan; give finite numbers"),
        ({"y": Y[:1]}, "y: its shape is (1, 3, 3), and that of x (2, 3, 2); give bits of shape"),
        ({"y": Y[:, 0, 0]}, "y: its shape is (2,), and that of x (2, 3, 2); give bits"),
        ({"y": Y * 0.7}, "y: y[0, 0, 0] is 0.7, which is not a bit; give 0 and 1"),
        ({"y": Y[..., 0] - 1}, "y: y[0, 1] is -1; give ids from 0 to 0, and name padding"),
        ({"y": Y[..., 0] + 0.5}, "y: y[0, 0] is 1.5; give ids from 0 to"),
        ({"mask": REAL, "lengths": [3, 2]}, "mask: lengths are given too; give mask or lengths"),
        ({"mask": REAL[:, :2]}, "mask: it is an array (2, 2) of bool; give true and false of shape (2, 3)"),
        ({"mask": [[1], [1, 1]]}, "mask: its lists have different lengths"),
        ({"mask": None, "lengths": [[1], [1, 1]]}, "lengths: they are [[1], [1, 1]]; give 2 numbers"),
        (
            {"mask": [[1, 0, 1], [1, 1, 1]]},
            "mask: the real turns of dialogue 0 have padding between them; put",
        ),
        ({"mask": None, "lengths": [3, 4]}, "lengths: they are [3, 4]; give 2 numbers from 0 to 3"),
        (
            {"mask": None},
            "mask: 1 dialogues begin or end with turns without a bit, such as dialogue 1; give mask",
        ),
        ({"feature_names": ["a"]}, "feature_names: there are 1 names for 2; give one for each"),
        ({"feature_names": "ab"}, "feature_names: it has 'ab'; give a list of names"),
        ({"action_names": ["a", "b", "a"]}, "action_names: 'a' is given twice; give different names"),
        ({"action_names": ["a", "b", 3]}, "action_names: it has 3; give a list of names"),
        ({"action_names": ["a", "b"]}, "action_names: there are 2 names for 3; give one for each"),
    ],
)
def test_errors(change, message):
    with pytest.raises(ArgumentError, match=re.escape(message)):
        Corpus.from_arrays(**({"x": X, "y": Y, "mask": REAL} | change))


def test_a_policy_learns_from_arrays():
    rng = np.random.default_rng(1)
    x = rng.integers(0, 2, (60, 4, 3))
    corpus = Corpus.from_arrays(x, x[..., 0] + 0, lengths=np.full(60, 4))
    policy = turncast.train(
        corpus, network=turncast.NetworkConfig(units=16), config=turncast.TrainConfig(epochs=8)
    )
    assert turncast.evaluate(policy, corpus).turns.value > 0.95


def test_the_same_as_a_file(tmp_path):
    path = tmp_path / "mine.npz"
    names = {"feature_names": ["f0", "f1"], "action_names": ["a0", "a1", "a2"]}
    np.savez_compressed(path, x=X, y=Y, mask=REAL, **names)
    corpus = turncast.read(path)
    assert turns(corpus) == expected("f{}", "a{}")
    assert [dialogue.id for dialogue in corpus] == ["mine:0", "mine:1"]


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"X": X, "y": Y}, "unknown array 'X'; the arrays are x, y, mask"),
        ({"x": X}, "there is no array 'y'; write it with np.savez(path, x=x, y=y)"),
        ({"x": X, "y": Y}, "array 'mask': 1 dialogues begin or end with turns without a bit"),
        ({"x": X.astype(object), "y": Y}, "array 'x': it holds Python objects; write bits, numbers or names"),
    ],
)
def test_files_that_are_refused(tmp_path, arrays, message):
    path = tmp_path / "mine.npz"
    np.savez(path, **arrays)
    with pytest.raises(CorpusError) as error:
        list(turncast.read(path))
    assert str(error.value).startswith(str(path))
    assert message in str(error.value)


def test_a_file_notes_what_is_no_bit(tmp_path):
    path = tmp_path / "mine.npz"
    np.savez(path, x=X * [1, 2.5], y=Y, mask=REAL)
    corpus = turncast.read(path).load()
    assert any("features: 1 of 2 are numbers" in note for note in corpus.notes)
