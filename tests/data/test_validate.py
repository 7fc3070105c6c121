"""Validation: each check, its locations, and what is no finding. Repair."""

import pytest
from hypothesis import given

import turncast
from support.property_tests import examples
from support.strategies import corpora as any_corpus
from turncast import Corpus, Dialogue, Turn
from turncast.data import convert, repair, summarise, validate
from turncast.data.action_checks import plain_spelling

LONG = "good evening can you find me a table for four people tonight near the old harbour please"


def corpus(*dialogues, name="c"):
    """Return a corpus of dialogues, each given as its turns."""
    return Corpus(name, [Dialogue(f"d{number}", turns) for number, turns in enumerate(dialogues, start=1)])


def findings(*dialogues, test=(), **settings):
    """Return the findings by the name of the check."""
    parts = corpus(*dialogues), corpus(*test) if test else None
    validation = validate(*parts, **{"min_count": 0} | settings)
    return {finding.check: finding for finding in validation.findings}


def occurrences(finding):
    """Return the examples of a finding as text."""
    return [(example.what, [str(location) for location in example.locations]) for example in finding.examples]


@pytest.mark.quick
def test_contradictions_cap_the_accuracy():
    hello = [[Turn("hi", [action]), Turn("bye", ["goodbye"])] for action in ("greet", "greet", "wave")]
    finding = findings(*hello)["contradictions"]
    assert (finding.severity, finding.count) == ("warning", 1)
    assert finding.figures == {"turns_lost": 1, "best_accuracy": 5 / 6}
    assert "83.3% (5 of 6)" in finding.message
    assert occurrences(finding) == [("2 x greet, 1 x wave", ["d1 turn 1", "d3 turn 1"])]


@pytest.mark.parametrize(
    "other",
    [
        [Turn("hi!", ["wave"])],
        [Turn("hi", ["wave"], {"open": True})],
        [Turn(None, ["wave"])],
        [Turn("so", ["x"]), Turn("hi", ["wave"])],
    ],
)
def test_another_history_is_no_contradiction(other):
    assert "contradictions" not in findings([Turn("hi", ["greet"])], other)


def test_a_log_that_repeats_the_conversation_so_far():
    turns = [Turn("hi", ["greet"]), Turn("book", ["ask"]), Turn("two", ["respond"])]
    grown = [turns[:1], turns[:2], turns, [Turn("hi", ["wave"])]]
    finding = findings(*grown)["beginnings"]
    assert (finding.severity, finding.count, finding.figures) == ("warning", 2, {"share": 0.5})
    assert occurrences(finding) == [("", ["d2", "d1"]), ("", ["d3", "d2"])]
    found = findings(turns, [Turn("a", ["b"])], test=[turns[:2], [Turn("a", ["b"]), Turn("c", ["d"])]])
    assert occurrences(found["beginning_leaks"]) == [("", ["d1", "d1 (test)"]), ("", ["d2", "d2 (test)"])]
    assert "beginnings" not in found


def test_stories_and_event_logs_may_begin_alike():
    story = [Turn(None, ["greet"], {"intent": "hi"}), Turn(None, ["ask"], {"intent": "book"})]
    assert "beginnings" not in findings(story[:1], story)


def test_the_order_of_actions_and_facts_is_no_contradiction():
    one = [Turn("hi", ["a", "b"], {"x": 1, "y": 2})]
    other = [Turn("hi", ["b", "a"], {"y": 2, "x": 1})]
    assert "contradictions" not in findings(one, other)
    assert "duplicates" in findings(one, other)


def test_contradictions_in_an_event_log_are_a_note():
    assert findings([Turn(None, ["a"])], [Turn(None, ["b"])])["contradictions"].severity == "note"


def test_duplicates_and_leaks():
    one = [Turn(LONG, ["search"], response="One moment.")]
    spelt = [Turn(LONG.upper().replace(" ", "  "), ["search"])]
    near = [Turn(LONG + " soon", ["search"])]
    other = [Turn("something else", ["search"])]
    in_corpus = findings(one, one, spelt, other)
    assert occurrences(in_corpus["duplicates"]) == [("", ["d1", "d2"])]
    assert occurrences(in_corpus["near_duplicates"]) == [("", ["d1", "d3"])]
    across = findings(one, test=(one, spelt, near, other), near=0.8)
    assert occurrences(across["leaks"]) == [("", ["d1", "d1 (test)"])]
    assert occurrences(across["near_leaks"]) == [("", ["d1", "d2 (test)"]), ("", ["d1", "d3 (test)"])]
    assert across["leaks"].message == "25.0% (1 of 4) test dialogues are in the corpus too"
    assert "near_leaks" not in findings(one, test=([Turn(LONG, ["book"])] * 2,), near=1.0)


def test_equal_dialogues_of_an_event_log_are_no_duplicates():
    course = [Turn(None, ["a"]), Turn(None, ["b"])]
    assert findings(course, course, test=(course,)) == {}


def test_a_group_in_both_parts_is_an_error():
    train = Corpus("train", [Dialogue("a", [Turn("x", ["a"])], group="g"), Dialogue("b", [Turn("y", ["a"])])])
    test = Corpus("test", [Dialogue("c", [Turn("z", ["a"])], group="g"), Dialogue("d", [Turn("q", ["a"])])])
    (finding,) = (f for f in validate(train, test).findings if f.check == "shared_groups")
    assert (finding.severity, finding.count) == ("error", 1)
    assert occurrences(finding) == [("g", ["a", "c (test)"])]


def test_actions_that_are_rare_or_only_in_the_test_part():
    usual = [[Turn(str(number), ["greet"])] for number in range(3)]
    rare = [Turn("rare", ["refund"])]
    finding = findings(*usual, rare, min_count=3)["rare_actions"]
    assert (finding.count, occurrences(finding)) == (1, [("1 x 'refund'", ["d4 turn 1"])])
    assert "rare_actions" not in findings(*usual, rare, min_count=1)
    finding = findings(*usual, test=([Turn("a", ["greet"]), Turn("b", ["refund", "greet"])],))["only_in_test"]
    assert occurrences(finding) == [("1 x 'refund'", ["d1 turn 2 (test)"])]
    assert finding.figures == {"turns": 1, "turns_share": 0.5}


@pytest.mark.parametrize("other", ["Ask_Name", "ask-name", "ask name", "askName", " ask_name", "ask_name."])
def test_spellings_of_one_action(other):
    finding = findings([Turn("a", ["ask_name"]), Turn("b", ["ask_name"]), Turn("c", [other])])["spellings"]
    assert occurrences(finding) == [(f"2 x 'ask_name', 1 x {other!r}", ["d1 turn 1", "d1 turn 3"])]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("v1.2", "v12"),
        ("b", "b^m"),
        ("+", "-"),
        ("qy", "qy?m"),
        ("t_1_1", "t_11"),
        ("ask", "asks"),
        ("%", "%%"),
        ("_", "-"),
        ("C", "C++"),
    ],
)
def test_different_actions_have_different_plain_spellings(one, other):
    assert plain_spelling(one) != plain_spelling(other)


def test_empty_blank_and_giant_turns():
    checks = findings(
        [Turn("x", ["a"]), Turn(), Turn(" ", ["a"]), Turn("word " * 30, ["a"]), Turn(None, ["a"])],
        max_words=20,
    )
    places = {check: occurrences(finding) for check, finding in checks.items()}
    assert places == {
        "empty_turns": [("", ["d1 turn 2"])],
        "blank_texts": [("", ["d1 turn 3"])],
        "giant_turns": [("", ["d1 turn 4"])],
    }


def test_facts():
    turns = [
        Turn(str(n), [f"a{n % 2}"], {"version": 1, "seen": True, "next": f"a{n % 2}"} | {"n": n})
        for n in range(12)
    ]
    checks = findings(turns, [Turn("last", ["a0"], {"version": 1, "next": "none"})])
    assert occurrences(checks["constant_facts"]) == [("version = 1", ["d1 turn 1"])]
    finding = findings(turns)["answer_in_facts"]
    assert (finding.severity, occurrences(finding)) == ("error", [("next", ["d1 turn 1"])])


def test_a_text_repeated_for_every_act():
    acts = [Turn(LONG, ["a"]), Turn(LONG, ["b"]), Turn("thank you very much", ["c"])]
    assert findings(*[acts] * 10)["repeated_texts"].count == 10
    once = [[Turn(f"{LONG} {n}", ["a"]), Turn(f"and then {n} more", ["b"])] for n in range(300)]
    assert "repeated_texts" not in findings(*once, *[acts] * 5)


def test_a_response_that_is_the_user_s_text():
    turns = [Turn(f"what the user said {n}", ["a"], response=f"What the user said {n}") for n in range(10)]
    assert findings(turns)["echoes"].severity == "error"


def test_a_system_that_begins():
    late = [Turn(None, ["greet"]), Turn("hello", ["ask"])]
    prompt = [[Turn(f"hello {n}", ["ask"])] for n in range(100)]
    assert findings(*prompt, late)["late_beginnings"].count == 1
    assert "late_beginnings" not in findings(*[late] * 50, *prompt)


def test_nothing_to_learn():
    assert findings([Turn("hello")])["no_actions"].severity == "error"


def test_the_simulated_corpus_is_clean():
    assert validate(turncast.simulate(300, seed=1), turncast.simulate(50, seed=2)).findings == ()


def test_the_number_of_examples_is_limited():
    many = [Turn(str(number), [f"rare{number}"]) for number in range(9)]
    finding = findings(many, min_count=2, examples=2)["rare_actions"]
    assert (finding.count, len(finding.examples)) == (9, 2)


@given(any_corpus)
@examples(40)
def test_any_corpus_can_be_validated(made):
    validation = validate(made, made)
    assert validation.turns == summarise(made).turns
    assert sum(validation.counts.values()) == len(validation.findings)


def test_repair(tmp_path):
    turns = [Turn("hi", [" greet ", "ask"]), Turn("bye", ["goodbye"])]
    plain = [Turn("hi", ["greet", "ask"]), Turn("bye", ["goodbye"])]
    log = [Turn(None, ["a"])]
    made = Corpus(
        "c",
        [
            Dialogue("a", turns, {"n": 1}),
            Dialogue("b", plain, {"n": 1}),
            Dialogue("other metadata", plain, {"n": 2}),
            Dialogue("other group", plain, {"n": 1}, "g"),
            Dialogue("log", log),
            Dialogue("same course", log),
        ],
    )
    repaired = repair(made, tmp_path / "x.jsonl")
    assert (repaired.removed, repaired.stripped) == ({"b": "a"}, {" greet ": 1})
    again = turncast.read(tmp_path / "x.jsonl")
    assert [dialogue.id for dialogue in again] == [
        "a",
        "other metadata",
        "other group",
        "log",
        "same course",
    ]
    assert next(iter(again))[0].actions == ("greet", "ask")
    # A repaired corpus needs no repair.
    twice = repair(again, tmp_path / "y.jsonl")
    assert (twice.removed, twice.stripped) == ({}, {})
    assert (tmp_path / "x.jsonl").read_bytes() == (tmp_path / "y.jsonl").read_bytes()


@given(made=any_corpus)
@examples(30)
def test_a_repair_removes_only_duplicates(made, tmp_path_factory):
    folder = tmp_path_factory.mktemp("repair")
    repaired = repair(made, folder / "x.jsonl")
    assert repaired.written.dialogues + len(repaired.removed) == len(made.dialogues)
    if not repaired.removed and not repaired.stripped:
        convert(made, folder / "y.jsonl")
        assert (folder / "x.jsonl").read_bytes() == (folder / "y.jsonl").read_bytes()


@pytest.mark.parametrize(
    ("train", "test"),
    [
        ("babi/dialog-babi-task1-API-calls-trn.txt", "babi/dialog-babi-task1-API-calls-dev.txt"),
        ("eventlog/helpdesk.csv", "eventlog/helpdesk.csv"),
    ],
)
def test_real_corpora_have_no_errors(corpora, train, test):
    assert validate(turncast.read(corpora / train), turncast.read(corpora / test)).counts["error"] == 0
