"""What a policy does when its own actions are fed back, beside teacher forcing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.corpora import tiny
from support.evaluation import ScriptedPolicy, choose, parse_corpus
from turncast import ActionSpace, NetworkConfig, Session, Turn, evaluate
from turncast.evaluation.judged import free_run, judge

SPACE = ActionSpace("abc")
letters = st.sampled_from("abc")
corpora = st.lists(
    st.lists(st.tuples(st.sampled_from("xy"), letters), min_size=1, max_size=5).map(
        lambda turns: " ".join(f"{user}:{action}" for user, action in turns)
    ),
    min_size=1,
    max_size=5,
).map(lambda dialogues: parse_corpus(*dialogues))


def follows(history):
    """Does what it did last; begins with a, and makes an error at z."""
    if history[-1][0] == "z":
        return ("b",)
    return tuple(history[-2][1]) if len(history) > 1 else ("a",)


@pytest.mark.quick
def test_one_error_costs_more_when_it_is_fed_back():
    report = evaluate(ScriptedPolicy(follows, SPACE), parse_corpus("x:a x:a z:a x:a x:a", "x:a x:a"))
    forced, free = report.teacher_forced, report.free_running
    assert (forced.turns.part, forced.turns.whole, forced.dialogues.part) == (6, 7, 1)
    assert (free.turns.part, free.turns.whole, free.dialogues.part) == (4, 7, 1)
    assert (forced.prefix_turns, forced.prefix_share) == (2.0, (2 / 5 + 1) / 2)
    assert (free.prefix_turns, free.prefix_share) == (2.0, (2 / 5 + 1) / 2)
    assert [(share.part, share.whole) for share in forced.by_turn] == [(2, 2), (2, 2), (0, 1), (1, 1), (1, 1)]
    assert [(share.part, share.whole) for share in free.by_turn] == [(2, 2), (2, 2), (0, 1), (0, 1), (0, 1)]
    record = report.to_json()
    assert record["free_running"]["right_turns"] == 4
    assert record["teacher_forced"]["by_turn"] == [[2, 2], [2, 2], [0, 1], [1, 1], [1, 1]]


def test_an_unknown_action_is_not_fed_back():
    fed = []
    policy = ScriptedPolicy(lambda history: fed.append(history) or ("a",), SPACE)
    policy.encoder = ScriptedPolicy(follows, ActionSpace("bc")).encoder
    assert free_run(policy, parse_corpus("x:b y:b").dialogues[0].turns) == (("a",), ("a",))
    assert fed[-1] == (("x", frozenset()), ("y", None))


def test_the_response_is_fed_back_where_the_actions_are_right():
    turns = [Turn("x", ["a"], response="One."), Turn("z", ["a"], response="Two."), Turn("x", ["a"])]
    policy = ScriptedPolicy(follows, SPACE)
    assert free_run(policy, turns) == (("a",), ("b",), ("b",))
    assert policy.responses_seen == [None, "One.", None]


@given(corpora, st.integers(0, 3))
def test_until_the_first_error_both_runs_are_the_same(corpus, salt):
    policy = ScriptedPolicy(lambda history: (choose("abc", history, salt),), SPACE)
    for dialogue in corpus:
        judged = judge(policy, dialogue)
        first = (*judged.right, False).index(False)
        assert judged.free[: first + 1] == judged.predicted[: first + 1]
    report = evaluate(policy, corpus)
    forced, free = report.teacher_forced, report.free_running
    assert (forced.dialogues, forced.prefix_turns) == (free.dialogues, free.prefix_turns)
    assert forced.prefix_share == free.prefix_share
    assert sum(share.part for share in free.by_turn) == free.turns.part


@pytest.mark.parametrize("which", ["policy", "multi_policy"])
def test_free_running_equals_a_session(which, request):
    policy = request.getfixturevalue(which)
    for dialogue in tiny("live", 4):
        session, taken = Session(policy), []
        for turn in dialogue:
            taken.append(session.observe(turn.user, turn.facts).actions)
            session.commit()
        assert free_run(policy, dialogue.turns) == tuple(taken)
    report = evaluate(policy, tiny("live", multi=which == "multi_policy"))
    forced, free = report.teacher_forced, report.free_running
    assert (forced.dialogues, forced.prefix_share) == (free.dialogues, free.prefix_share)


def test_a_layout_without_actions_before_has_no_free_run():
    corpus = parse_corpus("x:a")
    assert judge(ScriptedPolicy(follows, SPACE), corpus.dialogues[0], free=False).free is None
    for layout, runs in (("one-to-one", True), ("many-to-many-2", True)):
        policy = ScriptedPolicy(follows, SPACE, NetworkConfig(layout=layout))
        assert (evaluate(policy, corpus).free_running is not None) == runs
