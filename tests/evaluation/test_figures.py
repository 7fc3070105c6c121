"""The figures of a report: exact on small corpora, and the same in whatever order dialogues come."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import ROOT
from support.corpora import tiny
from support.evaluation import ScriptedPolicy, choose, parse_corpus, text_of
from turncast import ActionSpace, Corpus, Dialogue, Turn, evaluate
from turncast.evaluation import Errors, compare

SPACE = ActionSpace("abcdef")
SETS = ActionSpace("abc", multi=True, may_be_empty=True)


def last_word(history):
    """Do what the user's last word says, a letter an action."""
    return tuple(history[-1][0].split()[-1].strip("-"))


def talk(*turns: tuple[str, str]) -> Corpus:
    """Return one dialogue of (what is predicted, what is true)."""
    return Corpus(
        "talk", [Dialogue("d", [Turn(f"do {predicted or '-'}", tuple(true)) for predicted, true in turns])]
    )


@pytest.mark.quick
def test_the_true_action_among_the_first_k():
    # After the predicted one, the others are ranked by name.
    report = evaluate(
        ScriptedPolicy(last_word, SPACE),
        talk(("a", "a"), ("b", "a"), ("a", "c"), ("a", "e"), ("a", "f"), ("a", "q")),
    )
    assert {k: share.part for k, share in report.top.items()} == {1: 1, 3: 3, 5: 4}
    record = report.to_json()
    assert record["top_accuracy"] == {"1": 1 / 6, "3": 3 / 6, "5": 4 / 6}
    assert record["top_3_accuracy"] == 3 / 6
    assert record["unknown_actions"] == 1


def test_a_turn_without_action_is_right_where_none_is_predicted():
    report = evaluate(ScriptedPolicy(last_word, SETS), talk(("", ""), ("a", "")))
    assert {k: share.part for k, share in report.top.items()} == {1: 1, 3: 1, 5: 1}


def test_sets():
    report = evaluate(ScriptedPolicy(last_word, SETS), talk(("ab", "ab"), ("a", "ab"), ("", ""), ("c", "aq")))
    # Four labels are known or were taken: a, b, c, q. Wrong bits: 0, 1, 0, and three of the last turn.
    assert (report.sets.hamming_loss.part, report.sets.hamming_loss.whole) == (4, 16)
    assert report.sets.jaccard == (1 + 1 / 2 + 1 + 0) / 4
    assert report.turns.part == 2
    assert report.to_json()["sets"] == {"hamming_loss": 0.25, "wrong_bits": 4, "bits": 16, "jaccard": 0.625}
    assert "Hamming loss / Jaccard index" in text_of(report)
    one = evaluate(ScriptedPolicy(last_word, SPACE), talk(("a", "a")))
    assert (one.sets, one.to_json()["sets"]) == (None, None)
    assert "Hamming" not in text_of(one)


def test_confusions_are_of_sets_the_most_frequent_first():
    turns = [("a", "b")] * 2 + [("ba", "c")] * 3 + [("ab", "c")] + [("a", "a")] + [("", "ab")]
    report = evaluate(ScriptedPolicy(last_word, SETS), talk(*turns))
    assert report.to_json()["confusions"] == [
        {"true": ["c"], "predicted": ["a", "b"], "count": 4},
        {"true": ["b"], "predicted": ["a"], "count": 2},
        {"true": ["a", "b"], "predicted": [], "count": 1},
    ]
    text = text_of(report)
    assert "a + b" in text
    assert "(nothing)" in text


def test_json_has_fifty_confusions_and_their_number():
    names = [f"act{number}" for number in range(60)]
    space = ActionSpace(names)
    turns = [Turn(name, ("act0",)) for name in names]
    policy = ScriptedPolicy(lambda history: (history[-1][0],), space)
    report = evaluate(policy, Corpus("many", [Dialogue("d", turns)]))
    record = report.to_json()
    assert (len(record["confusions"]), record["num_confusions"], len(report.confusions)) == (50, 59, 59)
    assert "54 others" in text_of(report)


def test_later_turns_are_joined_in_ranges():
    turns = [("a", "a")] * 6 + [("a", "b")] * 4
    rows = [
        line.split()
        for line in text_of(evaluate(ScriptedPolicy(last_word, SPACE), talk(*turns))).splitlines()
    ]
    assert ["4", "│", "100.0%", "│", "1", "│", "100.0%"] in rows
    assert ["5", "to", "8", "│", "50.0%", "│", "4", "│", "50.0%"] in rows
    assert ["9", "to", "10", "│", "0.0%", "│", "2", "│", "0.0%"] in rows


dialogues = st.lists(
    st.lists(
        st.tuples(st.sampled_from("xy"), st.sampled_from(["a", "b", "ab", "q"])), min_size=1, max_size=4
    ),
    min_size=2,
    max_size=6,
).map(
    lambda made: (
        parse_corpus(*(" ".join(f"{user}:{taken}" for user, taken in turns) for turns in made)).dialogues
    )
)


@given(dialogues, st.randoms(use_true_random=False), st.integers(0, 3))
def test_the_order_of_the_dialogues_changes_nothing(made, random, salt):
    space = ActionSpace("abc", multi=True)
    policy = ScriptedPolicy(
        lambda history: choose(["a", "b", "ab"], history, salt),
        space,
        probability=lambda history: len(history) / 10,
    )
    shuffled = random.sample(made, len(made))
    records = []
    for order in (made, shuffled):
        errors = Errors()
        report = evaluate(policy, Corpus("c", order), errors=errors)
        records.append((report.to_json(), list(errors.corpus("wrong"))))
    assert records[0] == records[1]


def test_every_key_is_defined_in_the_docs(multi_policy):
    corpus, documented = tiny(multi=True), (ROOT / "docs" / "evaluation.md").read_text()
    records = (
        evaluate(multi_policy, corpus).to_json(),
        compare(multi_policy, multi_policy, corpus).to_json(),
    )
    names = {name for record in records for name in _names(record)}
    assert {name for name in names if f"`{name}`" not in documented} == set()


def _names(record):
    """Yield the keys of a report and of the figures in it; not those that are names of actions."""
    for name, value in record.items():
        yield name
        if isinstance(value, dict) and name not in ("actions", "skipped", "top_accuracy"):
            yield from _names(value)


@pytest.mark.parametrize("which", ["policy", "multi_policy"])
def test_an_evaluation_of_nothing_is_all_zeros(which, request):
    report = evaluate(request.getfixturevalue(which), Corpus("empty", []))
    assert (report.turns.whole, report.ceiling.turns.whole, report.turn_accuracy) == (0, 0, 0.0)
    assert "this policy" in text_of(report)
