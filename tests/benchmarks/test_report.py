"""Figures, tables, and the sections of the results page."""

import pytest

from benchmarks.results_page import replace_section
from benchmarks.speed.contest import ContenderResult, Contest, run_contest
from benchmarks.speed.operations import operations_per_turn
from benchmarks.speed.report import markdown, notes, table, to_json
from benchmarks.speed.rounds import Round
from benchmarks.speed.task import BenchmarkTask
from support.contests import STEP, step_contenders, task_folder
from turncast.errors import OutputDenied


def result(name: str, *seconds: float, **figures: float) -> ContenderResult:
    (contender,) = step_contenders(name)
    rounds = [Round(one, 100, [one * 1e4] * 100, figures) for one in seconds]
    return ContenderResult(contender, 1.0, 0.5, rounds, megabytes=50.0)


def test_ratios_compare_rounds_of_the_same_time():
    """The machine is half as fast after the first round: the ratio does not change."""
    flat = BenchmarkTask("flat", "flat", features=300, units=128, actions=60)
    contest = Contest(
        flat,
        (result("turncast", 1, 2, 2), result("numpy", 3, 6, 7)),
        {"torch": "not installed"},
        peak=1e9,
        operations=operations_per_turn(flat),
    )
    heads, rows = table(contest)
    records = [dict(zip(heads, row, strict=True)) for row in rows]
    assert [row["contender"] for row in records] == ["turncast", "NumPy by hand"]
    assert records[0]["turns/s"] == "50 (50 to 100)"
    assert records[1]["ratio"] == "3 (3 to 3.5)"
    assert records[0]["GFLOP/s (share of the peak)"] == "0 (5%)"
    assert records[0]["ready, s"] == "1.0"
    assert notes(contest)[1] == "Left out: torch: not installed."
    assert "2 m n k" in notes(contest)[0]
    record = to_json([contest])["contests"][0]
    assert record["contenders"]["numpy"]["ratio"] == pytest.approx({"median": 3.0, "least": 3.0, "most": 3.5})
    assert record["contenders"]["turncast"]["p50_us"] == 2e4
    assert len(record["contenders"]["turncast"]["rounds"]) == 3


def test_every_kind_has_a_table():
    figures = {"later": 5.0, "turn_1": 1.0, "later_turn": 2.0, "later_turn_number": 21, "megabytes": 40.0}
    for kind in ("flat", "bits", "hierarchy", "corpus", "turn", "step", "start", "batch"):
        contenders = result("turncast", 1, 2, **figures), result("numpy", 2, 2)
        contenders[1].loaded_rounds.extend(contenders[1].rounds)
        contenders[0].loaded_rounds.extend(contenders[0].rounds)
        heads, rows = table(Contest(BenchmarkTask(kind, kind), contenders, {}))
        assert all(len(row) == len(heads) for row in rows), kind
        assert "slower by" in heads
    assert table(Contest(STEP, (), {}))[1] == []


def test_a_section_is_replaced(tmp_path):
    page = tmp_path / "results.md"
    contest = run_contest(STEP, task_folder(tmp_path), step_contenders("numpy"), rounds=1)
    for _ in range(2):
        section = markdown("## Contest: step", "python -m benchmarks step", [contest], 1)
        replace_section("## Contest: step", section, page)
        replace_section("## Contest", "## Contest\n\nother\n", page)
    text = page.read_text()
    assert text.startswith("# Results\n\n## Contest: step\n")
    assert text.count("## Contest: step\n") == text.count("## Contest\n") == 1
    assert text.count("### a step\n") == text.count("| NumPy by hand |") == 1
    assert text.endswith("## Contest\n\nother\n")
    replace_section("## Contest: step", "## Contest: step\n\nnew\n", page)
    assert page.read_text() == "# Results\n\n## Contest: step\n\nnew\n\n## Contest\n\nother\n"


def test_a_page_in_no_folder_is_refused(tmp_path):
    with pytest.raises(OutputDenied, match=r"there is no folder .*give another file with --page FILE"):
        replace_section("## a", "## a\n", tmp_path / "none" / "page.md")


def test_operations():
    """By hand: F=2, H=3, A=5; the four gates are 12 wide."""
    forwards = 2 * 12 + 3 * 12 + 3 * 5
    inputs = 3 * 12 + 3 * 5
    assert operations_per_turn(BenchmarkTask("flat", "", features=2, units=3, actions=5)) == 2 * (
        2 * forwards + inputs
    )
    assert operations_per_turn(STEP) is None
