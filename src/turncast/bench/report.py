"""What contests came to: as rows for people and as JSON."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from turncast.bench.contest import TOLERANCE, Contest, Entry
from turncast.bench.operations import COUNTED
from turncast.bench.page import circumstances
from turncast.bench.round import Round
from turncast.bench.summary import Spread, percentile

PACKAGES = ("numpy", "keras", "jax", "tensorflow-cpu", "tensorflow", "torch", "onnxruntime")
HOW = (
    "Every contender has a process of its own and the same weights; their outputs agree within "
    f"{TOLERANCE:g}, and where they are trained without dropout so do the losses of their first three steps, "
    "within 0.001. They take turns, round by round (A B C A B C); figures are medians of the rounds, in "
    "brackets least and most. A ratio is that of rounds side by side; above 1, the first row is quicker. "
    '"Ready" is from the start of the process until all is imported and read; "first step" after that '
    "builds, compiles and takes one step, with nothing kept from before. Memory is the most that the process "
    "had."
)
Row = list[str]


def table(contest: Contest) -> tuple[Row, list[Row]]:
    """Return the heads of the columns and the rows, as text."""
    columns = _columns(contest)
    first = contest.entries[0] if contest.entries else None
    rows = [
        [entry.entrant.title, *(column(entry, first or entry) for column in columns.values())]
        for entry in contest.entries
    ]
    return ["contender", *columns], rows


def _columns(contest: Contest) -> dict[str, Any]:
    """Return by its head what each column says of (entry, first entry)."""
    kind = contest.problem.kind
    columns: dict[str, Any] = {}
    if kind == "start":
        columns["seconds"] = lambda entry, _: _told([r.seconds for r in entry.rounds], ".2f")
    elif kind in ("turn", "step"):
        columns["p50, us"] = lambda entry, _: f"{_microseconds(entry.rounds, 50):,.0f}"
        columns["p99, us"] = lambda entry, _: f"{_microseconds(entry.rounds, 99):,.0f}"
    else:
        columns["turns/s"] = lambda entry, _: _told([r.rate for r in entry.rounds], ",.0f")
    columns["ratio"] = lambda entry, first: (
        "" if entry is first else _told_ratio(_ratio(first.rounds, entry.rounds))
    )
    if kind == "turn":
        columns["first turn, us"] = lambda entry, _: _figure(entry, "turn_1")
        columns["late turn, us"] = lambda entry, _: _late(entry)
    if kind == "batch":
        columns["p99, ms"] = lambda entry, _: f"{_microseconds(entry.rounds, 99) / 1e3:,.2f}"
    if kind == "corpus":
        columns["turns/s of later epochs"] = lambda entry, _: _figure(entry, "later")
        columns["first training, s"] = lambda entry, _: f"{entry.rounds[0].seconds:.1f}"
        columns["a training, s"] = lambda entry, _: _told([r.seconds for r in entry.rounds], ".1f")
    if contest.peak and contest.operations:
        columns["GFLOP/s (share of the peak)"] = lambda entry, _: _share(contest, entry)
    if any(entry.loaded for entry in contest.entries):
        columns["one core busy"] = lambda entry, _: _beside(kind, entry)
        columns["slower by"] = lambda entry, _: _told_ratio(_ratio(entry.rounds, entry.loaded))
    if kind == "start":
        columns["memory, MB"] = lambda entry, _: _figure(entry, "megabytes")
    else:
        columns["ready, s"] = lambda entry, _: f"{entry.import_seconds:.1f}"
        columns["first step, s"] = lambda entry, _: f"{entry.first_seconds:.2f}"
        columns["memory, MB"] = lambda entry, _: f"{entry.megabytes:,.0f}"
    return columns


def notes(contest: Contest) -> list[str]:
    """Say what the table leaves out."""
    said = []
    if contest.peak and contest.operations:
        said.append(
            f"Peak: {contest.peak / 1e9:,.0f} GFLOP/s, the best product of square matrices (1,024 to 2,048, "
            f"32-bit, NumPy, all cores) between the rounds. {COUNTED}: "
            f"{contest.operations / 1e6:.2f} million a turn."
        )
    said += [f"Left out: {name}: {why}." for name, why in contest.left_out.items()]
    return said


def markdown(heading: str, command: str, contests: Iterable[Contest], rounds: int) -> str:
    """Return the section of the results page."""
    parts = [heading, f"`{command}`", f"{circumstances(PACKAGES)} {rounds} rounds.", HOW]
    for contest in contests:
        heads, rows = table(contest)
        lines = [_line(heads), f"|---|{'---:|' * (len(heads) - 1)}", *map(_line, rows)]
        parts += [f"### {contest.problem.title}", "\n".join(lines), *notes(contest)]
    return "\n\n".join(parts) + "\n"


def to_json(contests: Iterable[Contest]) -> dict[str, Any]:
    """Return all figures, each round's too."""
    return {"circumstances": circumstances(PACKAGES), "contests": [_contest_json(c) for c in contests]}


def _contest_json(contest: Contest) -> dict[str, Any]:
    first = contest.entries[0] if contest.entries else None
    heads, rows = table(contest)
    return {
        "problem": asdict(contest.problem),
        "peak_flops": contest.peak,
        "operations_a_turn": contest.operations,
        "left_out": contest.left_out,
        "table": [dict(zip(heads, row, strict=True)) for row in rows],
        "contenders": {e.entrant.name: _entry_json(e, first or e) for e in contest.entries},
    }


def _entry_json(entry: Entry, first: Entry) -> dict[str, Any]:
    samples = [sample for one in entry.rounds for sample in one.samples]
    record: dict[str, Any] = {
        "turns_per_second": asdict(Spread.of([one.rate for one in entry.rounds])),
        "ratio": asdict(_ratio(first.rounds, entry.rounds)),
        "ready_seconds": entry.import_seconds,
        "first_step_seconds": entry.first_seconds,
        "megabytes": entry.megabytes,
        "rounds": [_round_json(one) for one in entry.rounds],
    }
    if samples:
        record |= {f"p{share}_us": percentile(samples, share) for share in (50, 99)}
    if entry.loaded:
        record["slower_beside_a_busy_core"] = asdict(_ratio(entry.rounds, entry.loaded))
        record["loaded_rounds"] = [_round_json(one) for one in entry.loaded]
    return record


def _round_json(one: Round) -> dict[str, Any]:
    return {"seconds": one.seconds, "turns": one.turns, **one.figures}


def _ratio(rounds: Sequence[Round], others: Sequence[Round]) -> Spread:
    return Spread.of_ratios([one.rate for one in rounds], [one.rate for one in others])


def _microseconds(rounds: Sequence[Round], share: float) -> float:
    return percentile([sample for one in rounds for sample in one.samples], share)


def _figure(entry: Entry, name: str) -> str:
    found = [one.figures[name] for one in entry.rounds if name in one.figures]
    return f"{statistics.median(found):,.0f}" if found else ""


def _late(entry: Entry) -> str:
    number = _figure(entry, "later_turn_number")
    return f"{_figure(entry, 'later_turn')} (turn {number})" if number else ""


def _share(contest: Contest, entry: Entry) -> str:
    assert contest.operations
    assert contest.peak
    done = statistics.median(one.rate for one in entry.rounds) * contest.operations
    return f"{done / 1e9:,.0f} ({done / contest.peak:.0%})"


def _beside(kind: str, entry: Entry) -> str:
    if kind in ("turn", "step"):
        return f"p50 {_microseconds(entry.loaded, 50):,.0f}, p99 {_microseconds(entry.loaded, 99):,.0f} us"
    return f"{_told([one.rate for one in entry.loaded], ',.0f')} turns/s"


def _told(figures: Sequence[float], format: str) -> str:
    return _told_spread(Spread.of(figures), format)


def _told_spread(spread: Spread, format: str) -> str:
    return f"{spread.median:{format}} ({spread.least:{format}} to {spread.most:{format}})"


def _told_ratio(spread: Spread) -> str:
    median, least, most = (
        f"{ratio:,.0f}" if ratio >= 100 else f"{ratio:.3g}"
        for ratio in (spread.median, spread.least, spread.most)
    )
    return f"{median} ({least} to {most})"


def _line(cells: Row) -> str:
    return f"| {' | '.join(cells)} |"
