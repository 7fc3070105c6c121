"""Facts that give the action of their own turn away, and names that were taken for user texts."""

import random

import pytest

import turncast
from turncast import Corpus, Dialogue, Turn
from turncast.data import validate
from turncast.readers import Columns

PEOPLE = {"check": "ann", "pay": "bob", "call": "carl", "ship": "dora"}


def log(turn_of, seed=1):
    draw = random.Random(seed)
    cases = [[draw.choice(list(PEOPLE)) for _ in range(4)] for _ in range(30)]
    return Corpus("log", [Dialogue(str(n), [turn_of(a, draw) for a in case]) for n, case in enumerate(cases)])


def checks(corpus):
    return [finding.check for finding in validate(corpus).findings if finding.check in CHECKS]


CHECKS = ("facts_determine_action", "texts_like_names")


@pytest.mark.quick
@pytest.mark.parametrize(
    ("turn_of", "expected"),
    [
        (lambda a, draw: Turn(None, [a], {"who": PEOPLE[a]}), ["facts_determine_action"]),
        (
            lambda a, draw: Turn(None, [a], {"who": PEOPLE[a] if draw.random() < 0.9 else "eve"}),
            ["facts_determine_action"],
        ),
        (lambda a, draw: Turn(None, [a], {"who": draw.choice(list(PEOPLE.values()))}), []),
        (lambda a, draw: Turn(None, [a], {"cost": draw.random()}), []),
        (lambda a, draw: Turn(None, [a], {"same": True}), []),
        (lambda a, draw: Turn(PEOPLE[a], [a]), ["texts_like_names"]),
        (lambda a, draw: Turn(PEOPLE[a], [a], response="Done."), []),
        (lambda a, draw: Turn(f"please {a} it now", [a]), []),
    ],
)
def test_a_fact_that_determines_the_action_is_a_warning(turn_of, expected):
    assert checks(log(turn_of)) == expected


def test_the_same_column_given_as_known_after_is_none(tmp_path):
    corpus = log(lambda a, draw: Turn(None, [a], {"who": PEOPLE[a]}))
    rows = [f"{d.id},{t.actions[0]},{t.facts['who']}" for d in corpus for t in d]
    (tmp_path / "log.csv").write_text("case,activity,who\n" + "\n".join(rows))
    for columns, expected in (({"facts": ("who",)}, ["facts_determine_action"]), ({"after": ("who",)}, [])):
        assert checks(turncast.read(tmp_path / "log.csv", columns=Columns(**columns))) == expected


def test_the_finding_names_the_fact_and_the_cure():
    corpus = log(lambda a, draw: Turn(None, [a], {"who": PEOPLE[a]}))
    (finding,) = (f for f in validate(corpus).findings if f.check == "facts_determine_action")
    assert finding.message == "1 fact that nearly give the action of the same turn away"
    assert finding.examples[0].what == "who (avoids 100% of the errors)"
    assert "--column after=NAME" in finding.cure
