"""A report as tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from turncast.evaluation.confusions import named
from turncast.evaluation.report import Report
from turncast.layouts import LAYOUTS, Layout
from turncast.metrics import Fraction

_WEAKEST, _CONFUSIONS = 8, 5
_ALONE = 4  # so many first turns have a line each


def floor_title(name: str, layout: Layout) -> str:
    """Return what a floor is, in words."""
    titles = {
        "majority": f"the most frequent {layout.answer}",
        "bigram": f"the most frequent {layout.bigram_context}",
        "count_table": "a table of counts",
    }
    return f"floor: {titles[name]}"


def report_text(report: Report) -> Group:
    """Return a report as tables."""
    layout = LAYOUTS[report.layout]
    tables: list[RenderableType] = [_summary(report, layout), "", _more(report, layout)]
    if len(report.teacher_forced.by_turn) > 1:
        tables += ["", _by_turn(report)]
    tables += ["", _weakest(report, f"{layout.answer}s most often missed")]
    if report.confusions:
        tables += ["", _confusions(report, layout)]
    return Group(*tables)


def _summary(report: Report, layout: Layout) -> Table:
    """The policy between its floors and the ceiling."""
    table = Table(
        "",
        f"{layout.decisions} right",
        "",
        "95% interval",
        title=Text(report.corpus),
        title_justify="left",
        show_edge=False,
    )
    forced, free = report.teacher_forced, report.free_running
    row = ("this policy", f"{forced.turns.value:.1%}", _of(forced.turns), str(forced.turns_interval))
    table.add_row(*row, style="bold")
    if free:
        row = ("fed its own actions", f"{free.turns.value:.1%}", _of(free.turns), str(free.turns_interval))
        table.add_row(*row)
    ceiling = report.ceiling.turns
    table.add_row("ceiling: no policy has more", f"{ceiling.value:.1%}", _of(ceiling))
    for name, floor in report.floors.items():
        table.add_row(floor_title(name, layout), f"{floor.value:.1%}", _of(floor))
    return table


def _more(report: Report, layout: Layout) -> Table:
    table = Table(show_header=False, show_edge=False, box=None)
    for title, figure in figures(report, layout):
        table.add_row(title, figure)
    for reason, count in report.skipped.items():
        table.add_row("left out", Text(f"{count:,} x {reason}"))
    return table


def figures(report: Report, layout: Layout) -> Iterator[tuple[str, str]]:
    """Yield a line for each figure, its title first."""
    run = report.teacher_forced
    if not layout.last_turn_only:
        yield "dialogues right throughout", f"{run.dialogues}, 95% interval {run.dialogues_interval}"
        possible = report.ceiling.dialogues
        if possible.part < possible.whole:
            yield "dialogues without an unknown action", f"{possible} (at most these can be right)"
        prefix = f"{run.prefix_turns:.1f}, {run.prefix_share:.1%} of a dialogue"
        yield f"{layout.decisions} before the first error", prefix
    if report.exact_response:
        yield "right, and said to the letter", str(report.exact_response)
    if report.ahead:
        shares = ", ".join(f"{share.value:.1%}" for share in report.ahead)
        yield f"right 1 to {len(report.ahead)} actions ahead", shares
    found = " / ".join(f"{share.value:.1%}" for share in report.top.values())
    yield f"true {layout.answer} among the first {' / '.join(map(str, report.top))}", found
    scores = (report.micro_f1, report.macro_f1, report.weighted_f1)
    yield "F1 micro / macro / weighted", " / ".join(f"{score:.3f}" for score in scores)
    if report.sets:
        sets = f"{report.sets.hamming_loss.value:.4f} / {report.sets.jaccard:.3f}"
        yield "Hamming loss / Jaccard index", sets
    if report.seen:
        yield "right where the history was seen in training", str(report.seen.seen)
        yield "right where it was not", str(report.seen.unseen)
    yield from report.calibration.lines()
    unknown = f"{report.unknown_actions:,} (counted as wrong)"
    yield f"{layout.decisions} with an unknown {layout.answer}", unknown
    contradicted = f"{report.ceiling.contradicted.part:,} (at most the others can be right)"
    yield f"{layout.decisions} contradicted by the same history", contradicted


def _by_turn(report: Report) -> Table:
    """Accuracy by turn number; many turns are shown in ranges."""
    free = report.free_running
    table = Table("turn", "right", "of", show_edge=False)
    if free:
        table.add_column("fed its own actions")
    for column in table.columns[1:]:
        column.justify = "right"
    by_turn = report.teacher_forced.by_turn
    for first, last in ranges(len(by_turn)):
        share = summed(by_turn[first:last])
        row = [range_name(first, last), f"{share.value:.1%}", f"{share.whole:,}"]
        if free:
            row.append(f"{summed(free.by_turn[first:last]).value:.1%}")
        table.add_row(*row)
    return table


def ranges(turns: int) -> Iterator[tuple[int, int]]:
    """Yield ranges of places: 1, 2, 3, 4, then 5 to 8, 9 to 16 and so on."""
    first = 0
    while first < turns:
        last = min(turns, first + 1 if first < _ALONE else 2 * first)
        yield first, last
        first = last


def range_name(first: int, last: int) -> str:
    """Return what a range of turns is called, as "5 to 8"."""
    return str(last) if last == first + 1 else f"{first + 1} to {last}"


def _weakest(report: Report, title: str) -> Table:
    """The actions that cost most turns."""
    table = Table(title, "taken", "predicted", "right", "F1", show_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    missed = sorted(report.actions.items(), key=lambda item: item[1].right - item[1].support)
    for name, score in missed[:_WEAKEST]:
        if score.right < score.support:
            counts = (f"{score.support:,}", f"{score.predicted:,}", f"{score.right:,}")
            table.add_row(Text(name), *counts, f"{score.f1:.2f}")
    if not table.rows:
        table.add_row("none", "", "", "", "")
    return table


def _confusions(report: Report, layout: Layout) -> Table:
    """The most frequent confusions, and how many there are beside them."""
    table = Table(f"true {layout.answer}", "predicted", layout.decisions, show_edge=False)
    table.columns[2].justify = "right"
    for confusion in report.confusions[:_CONFUSIONS]:
        true, predicted = Text(named(confusion.true)), Text(named(confusion.predicted))
        table.add_row(true, predicted, f"{confusion.count:,}")
    others = report.confusions[_CONFUSIONS:]
    if others:
        table.add_row(f"{len(others):,} others", "", f"{sum(one.count for one in others):,}")
    return table


def summed(shares: tuple[Fraction, ...]) -> Fraction:
    """Return the share of all of them together."""
    return Fraction(sum(share.part for share in shares), sum(share.whole for share in shares))


def _of(fraction: Fraction) -> str:
    return f"{fraction.part:,} of {fraction.whole:,}"
