"""The results of contests: as tables for people and as JSON."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from benchmarks.results_page import conditions
from benchmarks.speed.contest import TOLERANCE, ContenderResult, Contest
from benchmarks.speed.operations import COUNTED
from benchmarks.speed.rounds import Round
from benchmarks.speed.spread import Spread, percentile

PACKAGES = ("numpy", "keras", "jax", "tensorflow-cpu", "tensorflow", "torch", "onnxruntime")
METHOD = (
    "Every contender runs in a process of its own, with the same weights. Its outputs must agree with the "
    f"first one's within {TOLERANCE:g}; where training has no dropout, the losses of the first three steps "
    "must agree within 0.001. The rounds alternate (A B C A B C). Figures are medians of the rounds, with "
    "least and most in brackets. A ratio compares rounds that ran one after the other; above 1, the first "
    'row is faster. "Ready" is the time from the start of the process until all is imported and read; "first '
    'step" then builds, compiles and runs one step, without any cache. Memory is the peak of the process.'
)
Row = list[str]


def table(contest: Contest) -> tuple[Row, list[Row]]:
    """Return the column heads and the rows, as text."""
    columns = _columns(contest)
    first = contest.results[0] if contest.results else None
    rows = [
        [result.contender.title, *(column(result, first or result) for column in columns.values())]
        for result in contest.results
    ]
    return ["contender", *columns], rows


def _columns(contest: Contest) -> dict[str, Any]:
    """Return for each column head a function from (result, first result) to the cell."""
    kind = contest.task.kind
    columns: dict[str, Any] = {}
    if kind == "start":
        columns["seconds"] = lambda result, _: _spread_text([r.seconds for r in result.rounds], ".2f")
    elif kind in ("turn", "step"):
        columns["p50, us"] = lambda result, _: f"{_microseconds(result.rounds, 50):,.0f}"
        columns["p99, us"] = lambda result, _: f"{_microseconds(result.rounds, 99):,.0f}"
    else:
        columns["turns/s"] = lambda result, _: _spread_text([r.rate for r in result.rounds], ",.0f")
    columns["ratio"] = lambda result, first: (
        "" if result is first else _ratio_text(_ratio(first.rounds, result.rounds))
    )
    if kind == "turn":
        columns["first turn, us"] = lambda result, _: _figure(result, "turn_1")
        columns["late turn, us"] = lambda result, _: _late_turn(result)
    if kind == "batch":
        columns["p99, ms"] = lambda result, _: f"{_microseconds(result.rounds, 99) / 1e3:,.2f}"
    if kind == "corpus":
        columns["turns/s of later epochs"] = lambda result, _: _figure(result, "later")
        columns["first training, s"] = lambda result, _: f"{result.rounds[0].seconds:.1f}"
        columns["a training, s"] = lambda result, _: _spread_text([r.seconds for r in result.rounds], ".1f")
    if contest.peak and contest.operations:
        columns["GFLOP/s (share of the peak)"] = lambda result, _: _share_of_peak(contest, result)
    if any(result.loaded_rounds for result in contest.results):
        columns["one core busy"] = lambda result, _: _with_load(kind, result)
        columns["slower by"] = lambda result, _: _ratio_text(_ratio(result.rounds, result.loaded_rounds))
    if kind == "start":
        columns["memory, MB"] = lambda result, _: _figure(result, "megabytes")
    else:
        columns["ready, s"] = lambda result, _: f"{result.import_seconds:.1f}"
        columns["first step, s"] = lambda result, _: f"{result.first_seconds:.2f}"
        columns["memory, MB"] = lambda result, _: f"{result.megabytes:,.0f}"
    return columns


def notes(contest: Contest) -> list[str]:
    """Return notes below the table: the peak of the machine, and who was left out."""
    lines = []
    if contest.peak and contest.operations:
        lines.append(
            f"Peak: {contest.peak / 1e9:,.0f} GFLOP/s, the best product of square matrices (1,024 to 2,048, "
            f"32-bit, NumPy, all cores) between the rounds. {COUNTED}: "
            f"{contest.operations / 1e6:.2f} million a turn."
        )
    lines += [f"Left out: {name}: {reason}." for name, reason in contest.left_out.items()]
    return lines


def markdown(heading: str, command: str, contests: Iterable[Contest], rounds: int) -> str:
    """Return the section of the results page."""
    parts = [heading, f"`{command}`", f"{conditions(*PACKAGES)} {rounds} rounds.", METHOD]
    for contest in contests:
        heads, rows = table(contest)
        lines = [_line(heads), f"|---|{'---:|' * (len(heads) - 1)}", *map(_line, rows)]
        parts += [f"### {contest.task.title}", "\n".join(lines), *notes(contest)]
    return "\n\n".join(parts) + "\n"


def to_json(contests: Iterable[Contest]) -> dict[str, Any]:
    """Return all figures, those of each round included."""
    return {"conditions": conditions(*PACKAGES), "contests": [_contest_json(c) for c in contests]}


def _contest_json(contest: Contest) -> dict[str, Any]:
    first = contest.results[0] if contest.results else None
    heads, rows = table(contest)
    return {
        "task": asdict(contest.task),
        "peak_flops": contest.peak,
        "operations_per_turn": contest.operations,
        "left_out": contest.left_out,
        "table": [dict(zip(heads, row, strict=True)) for row in rows],
        "contenders": {r.contender.name: _result_json(r, first or r) for r in contest.results},
    }


def _result_json(result: ContenderResult, first: ContenderResult) -> dict[str, Any]:
    samples = [sample for one in result.rounds for sample in one.samples]
    record: dict[str, Any] = {
        "turns_per_second": asdict(Spread.from_figures([one.rate for one in result.rounds])),
        "ratio": asdict(_ratio(first.rounds, result.rounds)),
        "ready_seconds": result.import_seconds,
        "first_step_seconds": result.first_seconds,
        "megabytes": result.megabytes,
        "rounds": [_round_json(one) for one in result.rounds],
    }
    if samples:
        record |= {f"p{percent}_us": percentile(samples, percent) for percent in (50, 99)}
    if result.loaded_rounds:
        record["slower_with_a_busy_core"] = asdict(_ratio(result.rounds, result.loaded_rounds))
        record["loaded_rounds"] = [_round_json(one) for one in result.loaded_rounds]
    return record


def _round_json(one: Round) -> dict[str, Any]:
    return {"seconds": one.seconds, "turns": one.turns, **one.figures}


def _ratio(rounds: Sequence[Round], others: Sequence[Round]) -> Spread:
    return Spread.from_ratios([one.rate for one in rounds], [one.rate for one in others])


def _microseconds(rounds: Sequence[Round], percent: float) -> float:
    return percentile([sample for one in rounds for sample in one.samples], percent)


def _figure(result: ContenderResult, name: str) -> str:
    figures = [one.figures[name] for one in result.rounds if name in one.figures]
    return f"{statistics.median(figures):,.0f}" if figures else ""


def _late_turn(result: ContenderResult) -> str:
    number = _figure(result, "later_turn_number")
    return f"{_figure(result, 'later_turn')} (turn {number})" if number else ""


def _share_of_peak(contest: Contest, result: ContenderResult) -> str:
    assert contest.operations
    assert contest.peak
    flops = statistics.median(one.rate for one in result.rounds) * contest.operations
    return f"{flops / 1e9:,.0f} ({flops / contest.peak:.0%})"


def _with_load(kind: str, result: ContenderResult) -> str:
    if kind in ("turn", "step"):
        p50, p99 = (_microseconds(result.loaded_rounds, percent) for percent in (50, 99))
        return f"p50 {p50:,.0f}, p99 {p99:,.0f} us"
    return f"{_spread_text([one.rate for one in result.loaded_rounds], ',.0f')} turns/s"


def _spread_text(figures: Sequence[float], format: str) -> str:
    spread = Spread.from_figures(figures)
    return f"{spread.median:{format}} ({spread.least:{format}} to {spread.most:{format}})"


def _ratio_text(spread: Spread) -> str:
    median, least, most = (
        f"{ratio:,.0f}" if ratio >= 100 else f"{ratio:.3g}"
        for ratio in (spread.median, spread.least, spread.most)
    )
    return f"{median} ({least} to {most})"


def _line(cells: Row) -> str:
    return f"| {' | '.join(cells)} |"
