"""The ceiling: exact on small corpora, and above whatever a policy does."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.evaluation import ScriptedPolicy, choose, parse_corpus
from turncast import ActionSpace, Corpus, Dialogue, NetworkConfig, Turn, evaluate
from turncast.features import TurnEncoder

users, actions = st.sampled_from("xy"), st.sampled_from(["a", "b", "c", "ab", ""])
corpora = st.lists(
    st.lists(st.tuples(users, actions), min_size=1, max_size=4).map(
        lambda turns: " ".join(f"{user}:{taken}" for user, taken in turns)
    ),
    min_size=1,
    max_size=8,
).map(lambda dialogues: parse_corpus(*dialogues))
ABC = ActionSpace("abc")
spaces = st.sampled_from(
    [ActionSpace("ab"), ActionSpace("ab", multi=True), ActionSpace("abc", multi=True, may_be_empty=True)]
)


def ceiling(corpus, space=ABC, layout="many-to-many-2"):
    policy = ScriptedPolicy(lambda history: ("a",), space, NetworkConfig(layout=layout))
    return evaluate(policy, corpus).ceiling


@pytest.mark.quick
def test_the_most_frequent_known_answer_to_each_history():
    corpus = parse_corpus("x:a y:a", "x:a y:b", "x:a y:b", "x:b y:c", "x:q")
    bound = ceiling(corpus)
    # x is answered a, a, a, b and q; after x:a, y is answered a, b, b; after x:b once.
    assert (bound.turns.part, bound.turns.whole) == (3 + 2 + 1, 9)
    assert (bound.unknown.part, bound.contradicted.part) == (1, 2)
    assert (bound.dialogues.part, bound.dialogues.whole) == (4, 5)
    assert bound.to_json()["turn_accuracy"] == 6 / 9


def test_without_memory_a_history_is_one_turn():
    corpus = parse_corpus("x:a y:b", "z:a y:c")
    assert ceiling(corpus).turns.part == 4
    assert ceiling(corpus, layout="one-to-one").turns.part == 3


class CountsTurns:
    """A block that keeps something from turn to turn."""

    width = 0

    def start(self):
        return 0

    def read(self, view, count):
        return (), count + 1


def test_a_block_with_memory_counts_in_every_layout():
    policy = ScriptedPolicy(lambda history: ("a",), ABC, NetworkConfig(layout="one-to-one"))
    policy.encoder = TurnEncoder([*policy.encoder.blocks, CountsTurns()])
    assert evaluate(policy, parse_corpus("x:a y:b", "z:a y:c")).ceiling.turns.part == 4


@pytest.mark.parametrize("layout", ["many-to-many-2", "one-to-one"])
def test_responses_distinguish_histories(layout):
    def best(*dialogues):
        made = [
            Dialogue(response + last, [Turn("x", ["a"], response=response), Turn("y", [last])])
            for response, last in dialogues
        ]
        return ceiling(Corpus("said", made), layout=layout).turns.part

    assert best(("Hi", "b"), ("Ho", "c")) == 4
    assert best(("Hi", "b"), ("Hi", "c")) == 3


def test_the_start_is_not_a_turn_in_which_nothing_was_done():
    corpus = parse_corpus("y:a", "y: y:b")
    assert ceiling(corpus, ActionSpace("ab", multi=True, may_be_empty=True), "one-to-one").turns.part == 2


@pytest.mark.parametrize(
    ("space", "unknown"),
    [
        (ActionSpace("ab"), 3),
        (ActionSpace("ab", multi=True), 2),
        (ActionSpace("ab", multi=True, may_be_empty=True), 1),
    ],
)
def test_what_the_policy_cannot_predict_is_unknown(space, unknown):
    assert ceiling(parse_corpus("x:a y:ab z: u:c"), space).unknown.part == unknown


@given(corpora, spaces, st.sampled_from(["many-to-many-2", "one-to-one"]), st.integers(0, 9))
def test_no_policy_passes_the_ceiling(corpus, space, layout, salt):
    names = sorted(space)
    possible = [(name,) for name in names]
    if space.multi:
        possible += [tuple(names), *([()] if space.may_be_empty else [])]
    policy = ScriptedPolicy(
        lambda history: choose(possible, history, salt), space, NetworkConfig(layout=layout)
    )
    report = evaluate(policy, corpus)
    assert report.turns.part <= report.ceiling.turns.part
    assert report.dialogues.part <= report.ceiling.dialogues.part
    bound = report.ceiling
    assert bound.turns.part + bound.unknown.part + bound.contradicted.part == bound.turns.whole


@given(corpora)
def test_a_policy_that_knows_the_corpus_reaches_it(corpus):
    space = ActionSpace("abc", multi=True, may_be_empty=True)
    taken = {}
    spy = ScriptedPolicy(lambda history: (), space)
    for dialogue in corpus:
        state = spy.start()
        for turn in dialogue:
            before = (*state.turns, (turn.user, None))
            taken.setdefault(before, Counter())[turn.actions] += 1
            _, state = spy.step(state, turn)
    oracle = ScriptedPolicy(
        lambda history: taken[history].most_common(1)[0][0] if history in taken else (), space
    )
    report = evaluate(oracle, corpus)
    assert report.turns == report.ceiling.turns
