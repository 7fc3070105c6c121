"""Rules: what they refuse, how they are written, and how they are refused themselves."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turncast import Turn, simulate
from turncast.errors import ConfigError
from turncast.rules import CompiledRules, read_rules, rules_from_json, suggest_rules
from turncast.vocabulary import Vocabulary

ACTIONS = Vocabulary(["greet", "ask_area", "ask_food", "search", "book"])


def refused_at_each(records, *turns):
    """The actions refused at each turn, by name."""
    compiled = CompiledRules(rules_from_json(records), ACTIONS)
    memory, previous, refusals = compiled.start(), None, []
    for turn in turns:
        refused, memory = compiled.refuse(turn, previous, memory)
        refusals.append({ACTIONS.name(index): reason for index, reason in refused.items()})
        previous = turn.actions
    return refusals


FOUND = Turn("thai", ["search"], {"found": 2, "open": True})
LATER = Turn("book the table", ["book"])


@pytest.mark.quick
@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ({"fact": "found"}, (True, True)),
        ({"fact": "found", "now": True}, (True, False)),
        ({"fact": "found", "is": 2}, (True, True)),
        ({"fact": "found", "is": [0, 1]}, (False, False)),
        ({"fact": "open", "is": True}, (True, True)),
        ({"fact": "found", "at_least": 3}, (False, False)),
        ({"fact": "found", "at_least": 1, "at_most": 2}, (True, True)),
        ({"fact": "open", "at_least": 0}, (False, False)),
        ({"taken": "search"}, (False, True)),
        ({"taken": "s*"}, (False, True)),
        ({"previous": "search"}, (False, True)),
        ({"says": "the table"}, (False, True)),
        ({"says": "table the"}, (False, False)),
        ({"user": "speaks"}, (True, True)),
        ({"user": "silent"}, (False, False)),
        ({"not": {"taken": "search"}}, (True, False)),
        ({"any": [{"says": "thai"}, {"says": "table"}]}, (True, True)),
        ({"all": [{"says": "thai"}, {"fact": "found"}]}, (True, False)),
        ([{"says": "table"}, {"fact": "found"}], (False, True)),
    ],
)
def test_each_condition(when, expected):
    refused = refused_at_each([{"forbid": "greet", "when": when}], FOUND, LATER)
    assert tuple("greet" in one for one in refused) == expected
    allowed = refused_at_each([{"allow": "greet", "when": when}], FOUND, LATER)
    assert tuple("greet" not in one for one in allowed) == expected


def test_the_reasons_and_the_kinds():
    records = [
        {"allow": "book", "when": {"fact": "found", "at_least": 1}, "because": "no api result yet"},
        {"forbid": "ask_*", "when": {"fact": "found"}},
        {"once": "search"},
        {"order": ["search", "book"]},
    ]
    assert refused_at_each(records, Turn("hi", ["greet"]), FOUND, LATER) == [
        {"book": "no api result yet"},
        {
            "ask_area": "not where fact 'found' is known",
            "ask_food": "not where fact 'found' is known",
            "book": "only after 'search'",
        },
        {
            "ask_area": "not where fact 'found' is known",
            "ask_food": "not where fact 'found' is known",
            "search": "'search' is allowed once",
        },
    ]
    forced = [{"force": "search", "when": {"says": "thai"}}]
    (refused, none) = refused_at_each(forced, FOUND, LATER)
    assert set(refused) == set(ACTIONS) - {"search"}
    assert set(refused.values()) == {"another action is forced where the user says 'thai'"}
    assert none == {}
    assert refused_at_each([{"forbid": "greet"}], LATER) == [{"greet": "never"}]


@pytest.mark.parametrize(
    ("records", "message"),
    [
        ("allow", "a file of rules is a list of them; write - allow: ACTION and when: ..."),
        ([{"alow": "book"}], "rule 1: 'alow' is not a kind of rule; did you mean 'allow'?"),
        ([{"when": {}}], "rule 1: a rule has one of allow, forbid, force, once, order; it has 0"),
        ([{"allow": "book"}], "rule 1: 'allow' needs a 'when'; give the condition under which it is allowed"),
        ([{"allow": 3, "when": {}}], "rule 1: 'allow' is a number; give an action, or a list of actions"),
        (
            [{"forbid": "book", "when": {"fat": "x"}}],
            "rule 1: a condition has one of fact, taken, previous, says, user, all, any, not; "
            "it has 'fat'; did you mean 'fact'?",
        ),
        (
            [{"forbid": "book", "when": "x"}],
            "rule 1: a condition is a string; write it as when: {taken: ACTION}",
        ),
        (
            [{"forbid": "book", "when": {"fact": "x", "iss": 1}}],
            "'iss' does not go with 'fact'; did you mean 'is'?",
        ),
        ([{"forbid": "book", "when": {"fact": "x", "at_most": "y"}}], "'at_most' is a string; give a number"),
        ([{"forbid": "book", "when": {"user": "sings"}}], "'user' is 'sings'; give speaks or silent"),
        ([{"forbid": "book", "when": {"any": []}}], "'any' is a list; give a list of conditions"),
        ([{"once": "book", "when": {}}], "'once' takes no 'when'; write it as allow or forbid"),
    ],
)
def test_an_invalid_rule_is_refused(records, message):
    with pytest.raises(ConfigError) as error:
        rules_from_json(records)
    assert str(error.value).endswith(message)
    assert "\n" not in str(error.value)


def test_a_file_in_yaml_or_json(tmp_path):
    text = "rules:\n  - allow: book\n    when: {fact: found}\n  - once: greet\n"
    (tmp_path / "rules.yml").write_text(text)
    rules = read_rules(tmp_path / "rules.yml")
    (tmp_path / "rules.json").write_text(json.dumps(rules.to_json()))
    again = read_rules(tmp_path / "rules.json")
    assert again.rules == rules.rules
    assert len(rules.rules) == 2
    rules.check(ACTIONS, "rules.yml")
    with pytest.raises(ConfigError, match=r"rules.yml line 2: no action is named 'book'$"):
        rules.check(["greet"], "rules.yml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- allow: book\n- forbd: greet\n", " line 2: 'forbd' is not a kind of rule; did you mean 'forbid'?"),
        ("- allow: [\n", " line 2: not YAML: did not find expected node content; correct it"),
    ],
)
def test_a_bad_file_is_refused_with_its_line(text, message, tmp_path):
    path = tmp_path / "rules.yml"
    path.write_text(text.replace("allow: book", "once: book"))
    with pytest.raises(ConfigError) as error:
        read_rules(path)
    assert str(error.value) == f"{path}{message}"
    with pytest.raises(ConfigError, match="no such file or folder; check the path"):
        read_rules(tmp_path / "none.yml")


@given(st.lists(st.sampled_from(["greet", "search", "book"]), max_size=6))
def test_the_memory_is_restored_and_bounded(actions):
    compiled = CompiledRules(rules_from_json([{"once": ["greet", "book"]}]), ACTIONS)
    memory, previous = compiled.start(), None
    for action in actions:
        _, memory = compiled.refuse(Turn("x", facts={"odd": 1}), previous, memory)
        previous = (action,)
    assert json.loads(json.dumps(memory)) == [list(memory[0]), []]
    assert len(memory[0]) <= 3


def test_names_are_texts_as_they_are_written(tmp_path):
    pytest.importorskip("yaml")
    (tmp_path / "rules.yml").write_text(
        "- forbid: [007, 1.50]\n  when: {not: [{taken: 2}, {fact: 3.0, is: 3.0}]}\n- once: TRUE\n"
    )
    rules = read_rules(tmp_path / "rules.yml")
    assert [rule.actions for rule in rules.rules] == [("007", "1.50"), ("TRUE",)]
    assert rules.records[0]["when"] == {"not": [{"taken": "2"}, {"fact": "3.0", "is": 3.0}]}
    assert rules_from_json(list(rules.records)) == rules


def test_suggested_rules_are_never_broken_and_are_few():
    corpus = simulate(dialogues=60, seed=3)
    suggestions = suggest_rules(corpus, support=20)
    assert suggestions
    rules = rules_from_json([dict(one.record) for one in suggestions])
    actions = Vocabulary(
        sorted({action for dialogue in corpus for turn in dialogue for action in turn.actions})
    )
    rules.check(actions, "suggested")
    compiled = CompiledRules(rules, actions)
    for dialogue in corpus:
        memory, previous = compiled.start(), None
        for turn in dialogue:
            refused, memory = compiled.refuse(turn, previous, memory)
            assert not set(actions.indices(turn.actions)) & set(refused)
            previous = turn.actions
    each = [next(iter(one.record.values())) for one in suggestions]
    assert max(each.count(action) for action in each) <= 2
    assert all(one.support >= 20 and one.chance < 1e-4 for one in suggestions)
