"""Figures, tables, and the page on which they replace the older ones."""

import pytest

from support.bench import STEP, laid_out, steppers
from turncast.bench import markdown, notes, replace_section, table, to_json
from turncast.bench.contest import Contest, Entry, hold
from turncast.bench.operations import operations_a_turn
from turncast.bench.problem import Problem
from turncast.bench.round import Round
from turncast.errors import OutputDenied


def entry(name: str, *seconds: float, **figures: float) -> Entry:
    (entrant,) = steppers(name)
    rounds = [Round(one, 100, [one * 1e4] * 100, figures) for one in seconds]
    return Entry(entrant, 1.0, 0.5, rounds, megabytes=50.0)


def test_ratios_are_of_rounds_side_by_side():
    """The machine halved its speed after the first round: the ratio does not see it."""
    flat = Problem("flat", "flat", features=300, units=128, actions=60)
    found = Contest(
        flat,
        (entry("turncast", 1, 2, 2), entry("numpy", 3, 6, 7)),
        {"torch": "not installed"},
        peak=1e9,
        operations=operations_a_turn(flat),
    )
    heads, rows = table(found)
    told = [dict(zip(heads, row, strict=True)) for row in rows]
    assert [row["contender"] for row in told] == ["turncast", "NumPy by hand"]
    assert told[0]["turns/s"] == "50 (50 to 100)"
    assert told[1]["ratio"] == "3 (3 to 3.5)"
    assert told[0]["GFLOP/s (share of the peak)"] == "0 (5%)"
    assert told[0]["ready, s"] == "1.0"
    assert notes(found)[1] == "Left out: torch: not installed."
    assert "2 m n k" in notes(found)[0]
    record = to_json([found])["contests"][0]
    assert record["contenders"]["numpy"]["ratio"] == pytest.approx({"median": 3.0, "least": 3.0, "most": 3.5})
    assert record["contenders"]["turncast"]["p50_us"] == 2e4
    assert len(record["contenders"]["turncast"]["rounds"]) == 3


def test_every_kind_has_a_table():
    figures = {"later": 5.0, "turn_1": 1.0, "later_turn": 2.0, "later_turn_number": 21, "megabytes": 40.0}
    for kind in ("flat", "bits", "hierarchy", "corpus", "turn", "step", "start", "batch"):
        contenders = entry("turncast", 1, 2, **figures), entry("numpy", 2, 2)
        contenders[1].loaded.extend(contenders[1].rounds)
        contenders[0].loaded.extend(contenders[0].rounds)
        heads, rows = table(Contest(Problem(kind, kind), contenders, {}))
        assert all(len(row) == len(heads) for row in rows), kind
        assert "slower by" in heads
    assert table(Contest(STEP, (), {}))[1] == []


def test_the_section_is_replaced_and_not_doubled(tmp_path):
    page = tmp_path / "results.md"
    found = hold(STEP, laid_out(tmp_path), steppers("numpy"), rounds=1)
    for _ in range(2):
        section = markdown("## turncast bench step", "turncast bench step", [found], 1)
        replace_section(page, "## turncast bench step", section)
        replace_section(page, "## turncast bench", "## turncast bench\n\nother\n")
    text = page.read_text()
    assert text.startswith("# Results\n\n## turncast bench step\n")
    assert text.count("## turncast bench step\n") == text.count("## turncast bench\n") == 1
    assert text.count("### a step\n") == text.count("| NumPy by hand |") == 1
    assert text.endswith("## turncast bench\n\nother\n")
    replace_section(page, "## turncast bench step", "## turncast bench step\n\nnew\n")
    assert page.read_text() == "# Results\n\n## turncast bench step\n\nnew\n\n## turncast bench\n\nother\n"


def test_a_page_in_no_folder_is_refused(tmp_path):
    with pytest.raises(OutputDenied, match=r"there is no folder .*say where with --page FILE"):
        replace_section(tmp_path / "none" / "page.md", "## a", "## a\n")


def test_operations():
    """By hand: F=2, H=3, A=5; the four gates are 12 wide."""
    forwards = 2 * 12 + 3 * 12 + 3 * 5
    inputs = 3 * 12 + 3 * 5
    assert operations_a_turn(Problem("flat", "", features=2, units=3, actions=5)) == 2 * (
        2 * forwards + inputs
    )
    assert operations_a_turn(STEP) is None
