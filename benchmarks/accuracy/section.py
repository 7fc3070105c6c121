"""The section "Accuracy" of the results page."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from benchmarks.accuracy.rows import AccuracyRow, mean, spread
from benchmarks.protocols.case import PublishedFigures
from benchmarks.results_page import conditions

HEADING = "## Accuracy"
_READING = (
    "Each turn is predicted after the recorded actions of the turns before. `Count table` is a baseline: a "
    "table of counts, learned from the same dialogues, without a network. `No memory` is the same network "
    "with the layout one-to-one. `Together` is one policy with a network for each seed. Early stopping "
    "uses a part of the training part, drawn by the seed. Where a row learns from few dialogues, each seed "
    "draws its own, and there is no policy of all seeds. ± is the standard deviation over the seeds. "
    "Seconds are those of one training on one core.\n\n"
    "F1 is the mean weighted by action; for acts (MultiWOZ, SGD) it is micro F1. TED stories are predicted "
    "after every event, as Rasa's tester does: turns right (the paper's accuracy) include "
    "`action_listen`; F1 is micro F1 over all other actions. So an action in place of `action_listen` is a "
    "wrong prediction, `action_listen` in place of an action is a miss, and the prediction of an action "
    "that the test part does not have counts.\n\n"
    "Two figures are not blind: those of bAbI 6's dev part and of half of STAR's test part were known, "
    "besides those of dev parts, when two defaults were chosen, `batch_turns` and `word_dropout`."
)


def section(rows: Sequence[AccuracyRow], seeds: int, command: str) -> str:
    """Return the section in Markdown."""
    measured = f"{conditions('keras', 'jax', 'numpy')} Means over {seeds} seed{'s' * (seeds > 1)}."
    in_table = [row for row in rows if row.case.in_table]
    parts = [
        HEADING,
        f"`{command}`",
        measured,
        _READING,
        results_table(in_table),
        details_table(in_table),
        notes(in_table),
    ]
    curves = learning_curves([row for row in rows if row.case.curve])
    if curves:
        parts += ["### Learning curves: turns right by training dialogues, drawn by the seed", curves]
    return "\n\n".join(part for part in parts if part) + "\n"


def results_table(rows: Sequence[AccuracyRow]) -> str:
    """Return the table of results, with published figures."""
    columns = ["protocol: part", "count table", "no memory", "**turns right**", "F1", "together"]
    columns += ["dialogues right", "published", "must", "goal"]
    return table(columns, [_results_cells(row) for row in rows])


def _results_cells(row: AccuracyRow) -> list[str]:
    published = row.case.published.get(row.part, PublishedFigures())
    right = [report["turn_accuracy"] for report in row.reports]
    f1 = [row.f1(report) for report in row.reports]
    without, together = row.memoryless_reports, row.report_together
    total, whole = row.reports[0]["dialogues"], mean("dialogue_accuracy", row.reports)
    return [
        f"{row.case.name}: {row.part}",
        f"{mean(_table_share, row.reports):.1%}; F1 {decimals(mean(row.f1, row.tables))}",
        f"{mean('turn_accuracy', without):.1%}; F1 {decimals(mean(row.f1, without))}",
        f"**{mean('turn_accuracy', row.reports):.2%}**{points(spread(right), 2)}",
        f"{decimals(mean(row.f1, row.reports))}{after(spread(f1), decimals)}",
        f"{together['turn_accuracy']:.2%}; F1 {decimals(row.f1(together))}" if together else "",
        f"{number(mean('right_dialogues', row.reports))} of {total:,} ({whole:.1%})"
        + (f"; together {together['right_dialogues']:,}" if together else ""),
        published.best,
        published.must,
        published.goal,
    ]


def _table_share(report: dict) -> float:
    return report["floors"]["count_table"]


def details_table(rows: Sequence[AccuracyRow]) -> str:
    """Return the table of further figures."""
    columns = ["protocol: part", "training / test dialogues (test turns)", "actions", "most frequent"]
    columns += ["after the previous", "count table: dialogues", "no memory: dialogues", "ceiling", "top 3"]
    exact = any(report.get("exact_response") is not None for row in rows for report in row.reports)
    columns += ["exact text"] * exact + ["turns of unknown actions", "seconds"]
    return table(columns, [_details_cells(row, exact) for row in rows])


def _details_cells(row: AccuracyRow, exact: bool) -> list[str]:
    first, reports = row.reports[0], row.reports
    has_text = first.get("exact_response") is not None
    text = [f"{mean('exact_response', reports):.2%}" if has_text else ""]
    return [
        f"{row.case.name}: {row.part}",
        f"{row.alone[0]['dialogues']:,} / {first['dialogues']:,} ({first['turns']:,})",
        f"{mean('actions', row.alone):.0f}",
        f"{mean(lambda report: report['floors']['majority'], reports):.1%}",
        f"{mean(lambda report: report['floors']['bigram'], reports):.1%}",
        number(mean("right_dialogues", row.tables)),
        number(mean("right_dialogues", row.memoryless_reports)),
        f"{mean(lambda report: report['ceiling']['turn_accuracy'], reports):.1%}",
        f"{mean('top_3_accuracy', reports):.1%}",
        *text * exact,
        f"{mean('unknown_actions', reports):.0f}",
        f"{mean('seconds', row.alone):.0f}",
    ]


def notes(rows: Sequence[AccuracyRow]) -> str:
    """Return the notes of each case."""
    notes_by_case = {row.case.name: row.case.notes for row in rows if row.case.notes}
    return "\n".join(f"- {name}: {'; '.join(lines)}." for name, lines in notes_by_case.items())


def learning_curves(rows: Sequence[AccuracyRow]) -> str:
    """Return a table with a row for each corpus and part, and a column for each number of dialogues."""
    curves = dict[str, dict[str, str]]()
    for row in rows:
        size = "all" if row.case.draw is None else f"{row.case.draw}"
        right = [report["turn_accuracy"] for report in row.reports]
        text = f"{mean('turn_accuracy', row.reports):.1%}{points(spread(right), 1)}"
        curves.setdefault(f"{row.case.curve}: {row.part}", {})[size] = text
    sizes = list(dict.fromkeys(size for points in curves.values() for size in points))
    body = [[name, *(points.get(size, "") for size in sizes)] for name, points in curves.items()]
    return table(["corpus: part", *sizes], body) if curves else ""


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown; an empty text where there are no rows."""
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) if rows else ""


def number(value: float) -> str:
    """Write a mean of counts: 4.2, or 4 where it is an integer."""
    return f"{value:,.1f}".removesuffix(".0")


def decimals(value: float) -> str:
    """Write a share as F1 is usually written: .575."""
    return f"{value:.3f}".removeprefix("0")


def points(deviation: float | None, places: int) -> str:
    """Write a deviation of shares after their mean, in percentage points."""
    return after(deviation, lambda value: f"{100 * value:.{places}f}")


def after(deviation: float | None, write: Callable[[float], str]) -> str:
    """Write a deviation after a mean; an empty text where it is None."""
    return "" if deviation is None else f" ± {write(deviation)}"
