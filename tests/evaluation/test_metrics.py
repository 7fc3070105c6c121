"""Metrics against their definitions, and the baselines."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import turncast
from support.corpora import tiny
from turncast import Dialogue, NetworkConfig, Turn
from turncast.baselines import BaselineCounts, Baselines
from turncast.evaluation.run_accuracy import RunTally
from turncast.evaluation.tallies import top_k_events
from turncast.metrics import ActionTally

sets = st.frozensets(st.sampled_from("abcd"), max_size=3)
dialogues = st.lists(st.lists(st.tuples(sets, sets), min_size=1, max_size=5), min_size=1, max_size=5)


def f1(pairs, action):
    both = sum(action in true and action in predicted for true, predicted in pairs)
    if not both:
        return 0.0
    precision = both / sum(action in predicted for _, predicted in pairs)
    recall = both / sum(action in true for true, _ in pairs)
    return 2 * precision * recall / (precision + recall)


@pytest.mark.quick
@given(dialogues)
def test_metrics_by_their_definitions(judged):
    tally, runs = ActionTally(), RunTally()
    for dialogue in judged:
        tally.add_dialogue(dialogue)
        runs.add_dialogue([true == predicted for true, predicted in dialogue])
    run = runs.result()
    pairs = [pair for dialogue in judged for pair in dialogue]
    assert run.turns.value == pytest.approx(sum(t == p for t, p in pairs) / len(pairs))
    assert run.dialogues.value == pytest.approx(sum(all(t == p for t, p in d) for d in judged) / len(judged))
    actions = sorted({action for pair in pairs for side in pair for action in side})
    support = Counter(action for true, _ in pairs for action in true)
    scores = {action: f1(pairs, action) for action in actions}
    assert tally.macro_f1 == pytest.approx(sum(scores.values()) / len(scores) if scores else 0)
    weighted = sum(scores[a] * support[a] for a in actions) / support.total() if support else 0
    assert tally.weighted_f1 == pytest.approx(weighted)
    right = sum(len(t & p) for t, p in pairs)
    made = sum(len(t) + len(p) for t, p in pairs)
    assert tally.micro_f1 == pytest.approx(2 * right / made if made else 0)


@given(st.lists(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abcd")), min_size=1), min_size=1))
def test_with_one_action_a_turn_micro_f1_is_turn_accuracy(judged):
    tally = ActionTally()
    for dialogue in judged:
        tally.add_dialogue([([true], [predicted]) for true, predicted in dialogue])
    pairs = [pair for dialogue in judged for pair in dialogue]
    assert tally.micro_f1 == pytest.approx(sum(true == predicted for true, predicted in pairs) / len(pairs))


def baselines_of(*dialogues) -> Baselines:
    counts = BaselineCounts()
    for dialogue in dialogues:
        counts.add(NetworkConfig().layout_row.example(dialogue))
    return counts.baselines()


def test_the_baselines():
    baselines = baselines_of(
        Dialogue(
            "1", [Turn("hi", ("greet",)), Turn("book", ("ask",)), Turn("Two  people", ("search",), {"n": 2})]
        ),
        Dialogue("2", [Turn("hi", ("greet",)), Turn("food", ("search",)), Turn("bye", ("search",))]),
        Dialogue("3", [Turn("book", ("ask",)), Turn("bye", ("search",))]),
    )
    assert baselines.predict(Turn("hi"), None) == {
        "majority": ("search",),
        "bigram": ("greet",),
        "count_table": ("greet",),
    }
    assert baselines.predict(Turn("book"), ("greet",))["count_table"] == ("ask",)
    assert baselines.predict(Turn("two people", facts={"n": 2}), ("ask",))["count_table"] == ("search",)
    assert baselines.predict(Turn("unseen"), ("unseen",)) == dict.fromkeys(
        ("majority", "bigram", "count_table"), ("search",)
    )


def test_the_count_table_prefers_what_it_saw_most_exactly():
    baselines = baselines_of(
        Dialogue("1", [Turn("x", ("a",), {"n": 1})]),
        Dialogue("2", [Turn("x", ("b",), {"n": 2})]),
        Dialogue("3", [Turn("x", ("b",), {"n": 2})]),
    )
    assert baselines.predict(Turn("x", facts={"n": 1}), None)["count_table"] == ("a",)
    assert baselines.predict(Turn("x", facts={"n": 3}), None)["count_table"] == ("b",)


def test_the_report_has_all_documented_keys(policy):
    report = turncast.evaluate(policy, tiny("test"))
    record = report.to_json()
    assert {
        "dialogues",
        "turns",
        "turn_accuracy",
        "dialogue_accuracy",
        "micro_f1",
        "macro_f1",
        "weighted_f1",
        "unknown_actions",
        "floors",
    } <= record.keys()
    assert record["floors"].keys() == {"majority", "bigram", "count_table"}
    assert record["right_turns"] / record["turns"] == record["turn_accuracy"]


def test_a_policy_s_figures_are_those_of_its_predictions(policy):
    corpus = tiny("test")
    right = sum(
        prediction.actions == turn.actions
        for dialogue in corpus
        for turn, prediction in zip(dialogue, policy.predict(dialogue), strict=True)
    )
    assert turncast.evaluate(policy, corpus).turns.part == right


def test_the_first_k_count_as_many_actions_as_a_turn_has():
    space = turncast.ActionSpace(["a", "b", "c", "d"], multi=True)
    prediction = turncast.Prediction(np.array([0.9, 0.8, 0.7, 0.1], np.float32), space)

    class OneTurn:
        predictions, right = (prediction,), (True,)

        def __init__(self, *true):
            self.true = (true,)

    def top(*true):
        return [held for _, held in top_k_events(OneTurn(*true))]

    assert top("a", "b", "c") == [True, True, True]
    assert top("a", "c") == [False, True, True]
    assert top("d") == [False, False, True]
