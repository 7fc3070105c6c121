"""The section "Accuracy" of the results page."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from accuracy_rows import Row, mean, spread
from page import circumstances
from protocols.case import Published

HEADING = "## Accuracy"
_READING = (
    "Turns are judged after the actions really taken. `Count table` is the floor: a table of counts, learned "
    "from the same dialogues, without a network; `no memory` is the same network, one-to-one; `together` is "
    "one policy of as many networks as seeds. What stops a training is cut off its training part by the "
    "seed. Where few dialogues are learned from, each seed draws its own, and nothing is put together. After "
    "± stands the standard deviation over the seeds. Seconds are of one training on one core.\n\n"
    "F1 is weighted by action, of acts (MultiWOZ, SGD) micro. TED stories are predicted after every event, "
    "as Rasa's tester does: turns (the paper's accuracy) include `action_listen`; F1 is micro over all other "
    "actions, in what is true and in what is predicted. To act where one should listen is so a wrong "
    "prediction, to listen where one should act a miss, and an action that the test part never has counts "
    "where it is predicted.\n\n"
    "No blind test are bAbI 6's dev part and half of STAR's test part: their figures were in view, beside "
    "those of dev parts, when two defaults were chosen, `batch_turns` and `word_dropout`."
)


def section(rows: Sequence[Row], seeds: int, command: str) -> str:
    """Return the section in Markdown."""
    said = f"{circumstances('keras', 'jax', 'numpy')} Means over {seeds} seed{'s' * (seeds > 1)}."
    in_table = [row for row in rows if row.case.in_table]
    parts = [HEADING, f"`{command}`", said, _READING, beside(in_table), more(in_table), notes(in_table)]
    curves = learning_curves([row for row in rows if row.case.curve])
    if curves:
        parts += ["### Learning curves: turns right by training dialogues, drawn by the seed", curves]
    return "\n\n".join(part for part in parts if part) + "\n"


def beside(rows: Sequence[Row]) -> str:
    """Return the table of figures beside the published ones."""
    columns = ["protocol: part", "count table", "no memory", "**turns right**", "F1", "together"]
    columns += ["dialogues right", "published", "must", "goal"]
    return table(columns, [_beside(row) for row in rows])


def _beside(row: Row) -> list[str]:
    published = row.case.published.get(row.part, Published())
    right = [report["turn_accuracy"] for report in row.reports]
    f1 = [row.f1(report) for report in row.reports]
    without, together = row.memoryless_reports, row.report_together
    of, whole = row.reports[0]["dialogues"], mean("dialogue_accuracy", row.reports)
    return [
        f"{row.case.name}: {row.part}",
        f"{mean(_table_share, row.reports):.1%}; F1 {decimals(mean(row.f1, row.tables))}",
        f"{mean('turn_accuracy', without):.1%}; F1 {decimals(mean(row.f1, without))}",
        f"**{mean('turn_accuracy', row.reports):.2%}**{points(spread(right), 2)}",
        f"{decimals(mean(row.f1, row.reports))}{after(spread(f1), decimals)}",
        f"{together['turn_accuracy']:.2%}; F1 {decimals(row.f1(together))}" if together else "",
        f"{number(mean('right_dialogues', row.reports))} of {of:,} ({whole:.1%})"
        + (f"; together {together['right_dialogues']:,}" if together else ""),
        published.best,
        published.must,
        published.goal,
    ]


def _table_share(report: dict) -> float:
    return report["floors"]["count_table"]


def more(rows: Sequence[Row]) -> str:
    """Return the table of what else was found."""
    columns = ["protocol: part", "dialogues learned from / judged on (turns)", "actions", "most frequent"]
    columns += ["after the previous", "count table: dialogues", "no memory: dialogues", "ceiling", "top 3"]
    exact = any(report.get("exact_response") is not None for row in rows for report in row.reports)
    columns += ["exact text"] * exact + ["turns of unknown actions", "seconds"]
    return table(columns, [_more(row, exact) for row in rows])


def _more(row: Row, exact: bool) -> list[str]:
    first, reports = row.reports[0], row.reports
    said = first.get("exact_response") is not None
    text = [f"{mean('exact_response', reports):.2%}" if said else ""]
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


def notes(rows: Sequence[Row]) -> str:
    """Return what the cases have to say, each case once."""
    said = {row.case.name: row.case.notes for row in rows if row.case.notes}
    return "\n".join(f"- {name}: {'; '.join(told)}." for name, told in said.items())


def learning_curves(rows: Sequence[Row]) -> str:
    """Return a table with a row for each corpus and part, and a column for each number of dialogues."""
    curves = dict[str, dict[str, str]]()
    for row in rows:
        size = "all" if row.case.draw is None else f"{row.case.draw}"
        right = [report["turn_accuracy"] for report in row.reports]
        said = f"{mean('turn_accuracy', row.reports):.1%}{points(spread(right), 1)}"
        curves.setdefault(f"{row.case.curve}: {row.part}", {})[size] = said
    sizes = list(dict.fromkeys(size for points in curves.values() for size in points))
    body = [[name, *(points.get(size, "") for size in sizes)] for name, points in curves.items()]
    return table(["corpus: part", *sizes], body) if curves else ""


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown; nothing where there are no rows."""
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) if rows else ""


def number(value: float) -> str:
    """Write a mean of counts, 4.2, or 4 where it is whole."""
    return f"{value:,.1f}".removesuffix(".0")


def decimals(value: float) -> str:
    """Write a share as F1 is written, .575."""
    return f"{value:.3f}".removeprefix("0")


def points(deviation: float | None, places: int) -> str:
    """Write a deviation of shares behind their mean, in points."""
    return after(deviation, lambda value: f"{100 * value:.{places}f}")


def after(deviation: float | None, write: Callable[[float], str]) -> str:
    """Write a deviation behind a mean; nothing where there is none."""
    return "" if deviation is None else f" ± {write(deviation)}"
