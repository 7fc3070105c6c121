"""Reports, comparisons and growth reports as tables for a terminal."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from turncast.evaluation.report_figures import (
    figures,
    floor_title,
    range_name,
    ranges,
    summed,
)
from turncast.layouts import LAYOUTS, Layout
from turncast.metrics import Fraction, percent
from turncast.vocabulary import join_actions

if TYPE_CHECKING:  # a report prints itself with this module
    from turncast.evaluation.compare import Comparison
    from turncast.evaluation.growth_report import GrowthReport
    from turncast.evaluation.report import Report

_WIDTH = 100
_MISSED_ACTIONS, _CONFUSIONS, _COMPARED_ACTIONS = 8, 5, 10


def render_report(report: Report, confusions: int = _CONFUSIONS) -> Group:
    """Return a report as tables for a terminal, with at most so many confusions."""
    layout = LAYOUTS[report.layout]
    tables: list[RenderableType] = [_summary(report, layout), "", _figures(report)]
    if len(report.teacher_forced.by_turn) > 1:
        tables += ["", _by_turn(report)]
    tables += ["", _most_missed(report, f"{layout.answer}s most often missed")]
    if report.confusions:
        tables += ["", _confusions(report, layout, confusions)]
    return Group(*tables)


def report_text(report: Report) -> str:
    """Return a report as text, 100 columns wide."""
    console = Console(file=StringIO(), width=_WIDTH, highlight=False)
    with console.capture() as captured:
        console.print(render_report(report))
    return captured.get().rstrip()


def report_html(report: Report) -> str:
    """Return a report as HTML, for notebooks."""
    console = Console(file=StringIO(), width=_WIDTH, highlight=False, record=True)
    console.print(render_report(report))
    style = "line-height: 1.3; overflow-x: auto; font-family: monospace"
    return console.export_html(inline_styles=True, code_format=f'<pre style="{style}">{{code}}</pre>')


def _summary(report: Report, layout: Layout) -> Table:
    """Return the accuracy of the policy, between its floors and the ceiling."""
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
    table.add_row("this policy", *_cells(forced.turns), str(forced.turns_interval), style="bold")
    if free:
        table.add_row("fed its own actions", *_cells(free.turns), str(free.turns_interval))
    table.add_row("ceiling: no policy has more", *_cells(report.ceiling.turns))
    for name, floor in report.floors.items():
        table.add_row(floor_title(name, layout), *_cells(floor))
    return table


def _figures(report: Report) -> Table:
    table = Table(show_header=False, show_edge=False, box=None)
    for title, figure in figures(report):
        table.add_row(title, figure)
    for reason, count in report.skipped.items():
        table.add_row("left out", Text(f"{count:,} x {reason}"))
    return table


def _by_turn(report: Report) -> Table:
    """Return the accuracy by turn number; later turns are joined in ranges."""
    free = report.free_running
    table = Table("turn", "right", "of", show_edge=False)
    if free:
        table.add_column("fed its own actions")
    _align_right(table, 1)
    by_turn = report.teacher_forced.by_turn
    for first, end in ranges(len(by_turn)):
        share = summed(by_turn[first:end])
        row = [range_name(first, end), percent(share.value), f"{share.whole:,}"]
        if free:
            row.append(percent(summed(free.by_turn[first:end]).value))
        table.add_row(*row)
    return table


def _most_missed(report: Report, title: str) -> Table:
    """Return the actions that cost most turns."""
    table = Table(title, "taken", "predicted", "right", "F1", show_edge=False)
    _align_right(table, 1)
    missed = sorted(report.actions.items(), key=lambda item: item[1].right - item[1].support)
    for name, score in missed[:_MISSED_ACTIONS]:
        if score.right < score.support:
            counts = (f"{score.support:,}", f"{score.predicted:,}", f"{score.right:,}")
            table.add_row(Text(name), *counts, f"{score.f1:.2f}")
    if not table.rows:
        table.add_row("none", "", "", "", "")
    return table


def _confusions(report: Report, layout: Layout, most: int) -> Table:
    """Return the most frequent confusions, and the number of others."""
    table = Table(f"true {layout.answer}", "predicted", layout.decisions, show_edge=False)
    _align_right(table, 2)
    for confusion in report.confusions[:most]:
        true, predicted = Text(join_actions(confusion.true)), Text(join_actions(confusion.predicted))
        table.add_row(true, predicted, f"{confusion.count:,}")
    others = report.confusions[most:]
    if others:
        table.add_row(f"{len(others):,} others", "", f"{sum(one.count for one in others):,}")
    return table


def render_comparison(comparison: Comparison) -> Group:
    """Return a comparison of two policies as tables for a terminal."""
    table = Table("", title=Text(comparison.corpus), title_justify="left", show_edge=False)
    for name in comparison.names:
        table.add_column(Text(name))
    turns = comparison.right[0].whole
    table.add_row("turns right", *map(str, comparison.right))
    table.add_row(f"turns won, of {turns:,}", *(f"{won:,}" for won in comparison.won_turns))
    table.add_row(
        f"dialogues won, of {comparison.dialogues:,}", *(f"{won:,}" for won in comparison.won_dialogues)
    )
    details = Table(show_header=False, show_edge=False, box=None)
    interval = comparison.difference_interval
    details.add_row(
        "difference in turns right",
        f"{100 * comparison.difference:+.1f} points, "
        f"95% interval {100 * interval.low:+.1f} to {100 * interval.high:+.1f}",
    )
    verdict = "more than chance" if comparison.beyond_chance else "may be chance"
    details.add_row("sign test over dialogues", f"p = {comparison.p_value:.2g}: {verdict}")
    for reason, count in comparison.skipped.items():
        details.add_row("left out", Text(f"{count:,} x {reason}"))
    return Group(table, "", details, "", _compared_actions(comparison))


def _compared_actions(comparison: Comparison) -> Table:
    """Return the actions in which the two policies differ most."""
    table = Table("action", show_edge=False)
    for name in ("taken", *comparison.names):
        table.add_column(Text(name), justify="right")
    ranked = sorted(comparison.actions.items(), key=lambda item: -abs(item[1].right[0] - item[1].right[1]))
    for name, score in ranked[:_COMPARED_ACTIONS]:
        if score.right[0] != score.right[1]:
            table.add_row(Text(name), f"{score.support:,}", *(f"{right:,}" for right in score.right))
    if not table.rows:
        table.add_row("no action differs", "", "", "")
    return table


def render_growth(growth: GrowthReport) -> Group:
    """Return a growth report as a table for a terminal."""
    table = Table("turns right", "before", "after", "", show_edge=False)
    for name, (before, after) in growth.reports.items():
        accuracies = (percent(report.turn_accuracy) for report in (before, after))
        table.add_row(name, *accuracies, f"of {after.turns.whole:,}")
    lines = [f"New: {len(growth.new_actions)} actions, {growth.new_bits} bits of the input."]
    if "old dialogues" not in growth.reports:
        lines.append("What was forgotten is unknown; give old dialogues with --old-dev to measure it.")
    return Group(table, "", *lines, "")


def _cells(fraction: Fraction) -> tuple[str, str]:
    return percent(fraction.value), f"{fraction.part:,} of {fraction.whole:,}"


def _align_right(table: Table, first: int) -> None:
    for column in table.columns[first:]:
        column.justify = "right"
