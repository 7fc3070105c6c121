"""From cases to the page: each training runs once, is cached, and goes into the rows."""

import json
import multiprocessing
import time

import pytest

import turncast
from benchmarks.accuracy.rows import AccuracyRow, rows_of, runs_for
from benchmarks.accuracy.section import section
from benchmarks.accuracy.training_runs import run_all, train_and_evaluate
from benchmarks.protocols.case import ProtocolCase, PublishedFigures

SETTINGS = {"epochs": 1, "units": 8, "bit_units": 8}


@pytest.fixture(scope="module")
def case() -> ProtocolCase:
    parts = {"test": turncast.simulate(dialogues=4, seed=2).load()}
    published = {"test": PublishedFigures("best of others", "90%", "95%")}
    train = turncast.simulate(dialogues=12, seed=1).load()
    return ProtocolCase("tiny", "star", train, parts, published=published, curve="tiny")


@pytest.mark.large
def test_finished_trainings_are_cached(case, tmp_path):
    lines = []
    runs = runs_for(case, 2, SETTINGS, tmp_path)
    assert [dict(run.settings).get("layout") for run in runs.all] == [
        None,
        None,
        *["one-to-one"] * 2,
        None,
    ]
    first = run_all(runs.alone[:1], tmp_path, 1, lines.append)
    assert lines[0] == "1 trainings, 0 of them cached"
    assert lines[1].startswith("1 of 1: tiny, seed 1: ")
    again = run_all([*runs.alone[:1], *runs.alone[:1]], tmp_path, 1, lines.append)
    assert again == first
    assert lines[2:] == ["1 trainings, 1 of them cached"]
    keys = {run.key("source") for run in runs.all}
    assert len(keys) == 5
    assert runs.alone[0].key("other source") not in keys
    assert runs_for(case, 2, {"epochs": 2}, tmp_path).alone[0].key("source") not in keys


@pytest.mark.quick
def test_a_refusal_is_returned_by_the_process(case, tmp_path):
    runs = runs_for(case, 1, {"decide": "sets"}, tmp_path)
    with pytest.raises(turncast.TurncastError, match=r"^tiny, seed 1: setting 'decide' is 'sets'"):
        run_all(runs.alone, tmp_path, 1, lambda line: None)
    with pytest.raises(turncast.TurncastError, match="unknown setting 'epoch'; did you mean 'epochs'"):
        runs_for(case, 1, {"epoch": 1}, tmp_path)


def test_a_refusal_stops_no_other_process(case, tmp_path):
    other = multiprocessing.get_context("spawn").Process(target=time.sleep, args=(600,), daemon=True)
    other.start()
    try:
        with pytest.raises(turncast.TurncastError):
            run_all(runs_for(case, 1, {"decide": "sets"}, tmp_path).alone, tmp_path, 1, lambda line: None)
        other.join(0.5)
        assert other.is_alive()
    finally:
        other.kill()
        other.join()


def test_a_run_evaluates_its_test_parts(case, tmp_path):
    runs = runs_for(case, 2, SETTINGS, tmp_path)
    result = train_and_evaluate(runs.together)
    report = result["parts"]["test"]
    turns = [turn for dialogue in case.tests["test"] for turn in dialogue]
    assert (result["dialogues"], report["dialogues"], report["turns"]) == (12, 4, len(turns))
    right = sum(score["right"] for score in report["table"]["actions"].values())
    assert right / len(turns) == pytest.approx(report["floors"]["count_table"])
    assert json.loads(json.dumps(result)) == result


def report(right: int, **more) -> dict:
    known = {"support": 10, "predicted": 10, "right": right}
    actions = {"ask": known, "action_listen": {"support": 90, "predicted": 90, "right": 90}}
    scores = {"actions": actions, "weighted_f1": 0.5, "micro_f1": 0.9, "right_dialogues": 1}
    return scores | {
        "dialogues": 4,
        "turns": 100,
        "turn_accuracy": (90 + right) / 100,
        "dialogue_accuracy": 0.25,
        "floors": {"majority": 0.1, "bigram": 0.2, "count_table": 0.3},
        "ceiling": {"turn_accuracy": 0.97},
        "top_3_accuracy": 0.8,
        "unknown_actions": 3,
        "table": scores,
        **more,
    }


def result(right: int, **more) -> dict:
    return {"dialogues": 12, "actions": 5, "seconds": 2.0, "parts": {"test": report(right, **more)}}


def rows(case: ProtocolCase, **more) -> list[AccuracyRow]:
    return [
        AccuracyRow(
            case, "test", [result(2, **more), result(6, **more)], [result(0, **more)], result(8, **more)
        )
    ]


def test_a_row_has_mean_spread_floor_and_goal(case):
    text = section(rows(case), 2, "the command")
    assert "| tiny: test | 30.0%; F1 .500 | 90.0%; F1 .500 | **94.00%** ± 2.83 | .500 ± .000 |" in text
    assert "| 98.00%; F1 .500 | 1 of 4 (25.0%); together 1 | best of others | 90% | 95% |" in text
    assert "| tiny: test | 12 / 4 (100) | 5 | 10.0% | 20.0% | 1 | 1 | 97.0% | 80.0% | 3 | 2 |" in text
    assert "| corpus: part | all |\n| --- | ---: |\n| tiny: test | 94.0% ± 2.8 |" in text
    assert "exact text" not in text


def test_stories_count_f1_without_listening(case):
    (row,) = rows(ProtocolCase("stories", "stories", case.train, case.tests, f1="micro_without_listen"))
    assert [row.f1(one) for one in row.reports] == [0.2, 0.6]


def test_exact_text_has_a_column_where_it_was_judged(case):
    text = section(rows(case, exact_response=0.5), 2, "the command")
    assert "| exact text |" in text
    assert "| 80.0% | 50.00% | 3 |" in text


def test_few_dialogues_are_drawn_by_the_seed_without_an_ensemble(case, tmp_path):
    few = ProtocolCase("few", "star", case.train, case.tests, draw=6, in_table=False)
    runs = runs_for(few, 2, SETTINGS, tmp_path)
    assert [run.draw for run in runs.all] == [6, 6]
    results = {run: result(run.seed) for run in runs.all}
    (row,) = rows_of(few, runs, results)
    assert [report["turn_accuracy"] for report in row.reports] == [0.91, 0.92]
    assert row.report_together is None
