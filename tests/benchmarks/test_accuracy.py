"""From cases to the page: each training once, kept, and counted into rows."""

import json

import pytest

import turncast
from accuracy_page import section
from accuracy_rows import Row, rows_of, trials_of
from protocols.case import Case, Published
from trials import run, run_all

SETTINGS = {"epochs": 1, "units": 8, "bit_units": 8}


@pytest.fixture(scope="module")
def case() -> Case:
    parts = {"test": turncast.simulate(dialogues=4, seed=2).load()}
    published = {"test": Published("best of others", "90%", "95%")}
    train = turncast.simulate(dialogues=12, seed=1).load()
    return Case("tiny", "star", train, parts, published=published, curve="tiny")


def test_trainings_are_kept_and_found_again(case, tmp_path):
    said = []
    trials = trials_of(case, 2, SETTINGS, tmp_path)
    assert [dict(trial.settings).get("layout") for trial in trials.all] == [
        None,
        None,
        *["one-to-one"] * 2,
        None,
    ]
    first = run_all(trials.alone[:1], tmp_path, 1, said.append)
    assert said[0] == "1 trainings, 0 of them done before"
    assert said[1].startswith("1 of 1: tiny, seed 1: ")
    again = run_all([*trials.alone[:1], *trials.alone[:1]], tmp_path, 1, said.append)
    assert again == first
    assert said[2:] == ["1 trainings, 1 of them done before"]
    keys = {trial.key("source") for trial in trials.all}
    assert len(keys) == 5
    assert trials.alone[0].key("other source") not in keys
    assert trials_of(case, 2, {"epochs": 2}, tmp_path).alone[0].key("source") not in keys


def test_a_refusal_comes_back_from_the_process(case, tmp_path):
    trials = trials_of(case, 1, {"decide": "sets"}, tmp_path)
    with pytest.raises(turncast.TurncastError, match=r"^tiny, seed 1: setting 'decide' is 'sets'"):
        run_all(trials.alone, tmp_path, 1, lambda said: None)
    with pytest.raises(turncast.TurncastError, match="unknown setting 'epoch'; did you mean 'epochs'"):
        trials_of(case, 1, {"epoch": 1}, tmp_path)


def test_a_trial_judges_what_it_was_given(case, tmp_path):
    trials = trials_of(case, 2, SETTINGS, tmp_path)
    result = run(trials.together)
    report = result["parts"]["test"]
    turns = [turn for dialogue in case.tests["test"] for turn in dialogue]
    assert (result["dialogues"], report["dialogues"], report["turns"]) == (12, 4, len(turns))
    right = sum(score["right"] for score in report["table"]["actions"].values())
    assert right / len(turns) == pytest.approx(report["floors"]["count_table"])
    assert json.loads(json.dumps(result)) == result


def report(right: int, **more) -> dict:
    known = {"support": 10, "predicted": 10, "right": right}
    actions = {"ask": known, "action_listen": {"support": 90, "predicted": 90, "right": 90}}
    told = {"actions": actions, "weighted_f1": 0.5, "micro_f1": 0.9, "right_dialogues": 1}
    return told | {
        "dialogues": 4,
        "turns": 100,
        "turn_accuracy": (90 + right) / 100,
        "dialogue_accuracy": 0.25,
        "floors": {"majority": 0.1, "bigram": 0.2, "count_table": 0.3},
        "ceiling": {"turn_accuracy": 0.97},
        "top_3_accuracy": 0.8,
        "unknown_actions": 3,
        "table": told,
        **more,
    }


def result(right: int, **more) -> dict:
    return {"dialogues": 12, "actions": 5, "seconds": 2.0, "parts": {"test": report(right, **more)}}


def rows(case: Case, **more) -> list[Row]:
    return [Row(case, "test", [result(2, **more), result(6, **more)], [result(0, **more)], result(8, **more))]


def test_a_row_has_mean_spread_floor_and_goal(case):
    text = section(rows(case), 2, "the command")
    assert "| tiny: test | 30.0%; F1 .500 | 90.0%; F1 .500 | **94.00%** ± 2.83 | .500 ± .000 |" in text
    assert "| 98.00%; F1 .500 | 1 of 4 (25.0%); together 1 | best of others | 90% | 95% |" in text
    assert "| tiny: test | 12 / 4 (100) | 5 | 10.0% | 20.0% | 1 | 1 | 97.0% | 80.0% | 3 | 2 |" in text
    assert "| corpus: part | all |\n| --- | ---: |\n| tiny: test | 94.0% ± 2.8 |" in text
    assert "exact text" not in text


def test_stories_count_f1_without_listening(case):
    (row,) = rows(Case("stories", "stories", case.train, case.tests, f1="spoken"))
    assert [row.f1(one) for one in row.reports] == [0.2, 0.6]


def test_exact_text_has_a_column_where_it_was_judged(case):
    text = section(rows(case, exact_response=0.5), 2, "the command")
    assert "| exact text |" in text
    assert "| 80.0% | 50.00% | 3 |" in text


def test_few_dialogues_are_drawn_by_the_seed_and_put_nothing_together(case, tmp_path):
    few = Case("few", "star", case.train, case.tests, draw=6, in_table=False)
    trials = trials_of(few, 2, SETTINGS, tmp_path)
    assert [trial.draw for trial in trials.all] == [6, 6]
    results = {trial: result(trial.seed) for trial in trials.all}
    (row,) = rows_of(few, trials, results)
    assert [report["turn_accuracy"] for report in row.reports] == [0.91, 0.92]
    assert row.report_together is None
