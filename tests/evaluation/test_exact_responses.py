"""How often the policy's response equals the recorded one."""

import json
from dataclasses import replace

import pytest

import turncast
from support.bookings import bookings
from support.corpora import QUICK, SMALL, tiny
from support.evaluation import ScriptedPolicy
from turncast import ActionSpace, Corpus, Dialogue, NetworkConfig, TrainConfig, Turn, evaluate
from turncast.evaluation.judged import judge
from turncast.evaluation.tallies import FractionTally, exact_response_events

SPACE = ActionSpace(["ask", "bye"])


class Speaking(ScriptedPolicy):
    """A policy that says "Which one?" with whatever it does."""

    def step(self, state, turn):
        answer, after = super().step(state, turn)
        return replace(answer, response="Which one?"), after


def ask(history):
    return ("ask",)


@pytest.mark.quick
@pytest.mark.parametrize(
    ("action", "response", "right", "counted"),
    [
        ("ask", "Which one?", 1, 1),
        ("ask", "  Which\tone? ", 1, 1),
        ("ask", "which one?", 0, 1),
        ("ask", "", 0, 1),
        ("bye", "Which one?", 0, 1),
        ("ask", None, 0, 0),
    ],
)
def test_a_turn_is_exact_where_action_and_text_are(action, response, right, counted):
    policy, tally = Speaking(ask, SPACE), FractionTally(exact_response_events)
    tally.add(judge(policy, Dialogue("d", [Turn("hi", (action,), response=response)])))
    exact = tally.result().get("exact")
    assert (exact.part, exact.whole) == (right, counted) if counted else exact is None


def test_no_response_equals_an_empty_response():
    tally = FractionTally(exact_response_events)
    tally.add(judge(ScriptedPolicy(ask, SPACE), Dialogue("d", [Turn("hi", ("ask",), response=" ")])))
    assert tally.result()["exact"].part == 1


def test_templates_are_judged_as_they_are_filled(tmp_path):
    corpus = bookings(tmp_path)
    config = TrainConfig(epochs=25, patience=25)
    policy = turncast.train(corpus, corpus, network=NetworkConfig(units=16), config=config)
    report = evaluate(policy, corpus)
    assert report.turn_accuracy == 1
    assert (report.exact_response.part, report.exact_response.whole) == (72, 72)
    assert report.to_json()["exact_response"] == 1
    # What was found is needed for the offers and the number: for three of eight turns.
    bare = [Dialogue(one.id, [replace(turn, facts={"kb_results": 3}) for turn in one]) for one in corpus]
    assert evaluate(policy, Corpus("bare", bare)).exact_response.part <= 72 - 3 * 9 + 3


def test_a_report_without_responses_has_no_such_figure(policy):
    silent = Corpus("s", [Dialogue(d.id, [replace(turn, response=None) for turn in d]) for d in tiny()])
    record = evaluate(policy, silent).to_json()
    assert record["exact_response"] is record["exact_responses"] is record["turns_with_response"] is None
    record = evaluate(policy, tiny()).to_json()
    assert record["exact_response"] == record["exact_responses"] / record["turns_with_response"]
    assert json.dumps(record)


def test_a_decision_that_is_no_turn_has_no_such_figure():
    course = turncast.train(tiny(), network=SMALL.model_copy(update={"layout": "one-to-many"}), config=QUICK)
    assert evaluate(course, tiny()).exact_response is None
