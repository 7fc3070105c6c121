"""Contests of turnwise and others at the same problems, from the same weights, side by side."""

from turnwise.bench.contest import Contest
from turnwise.bench.page import replace_section
from turnwise.bench.report import markdown, notes, table, to_json
from turnwise.bench.verbs import Plan, bench_batch, bench_corpora, bench_load, bench_step, bench_train

__all__ = [
    "Contest",
    "Plan",
    "bench_batch",
    "bench_corpora",
    "bench_load",
    "bench_step",
    "bench_train",
    "markdown",
    "notes",
    "replace_section",
    "table",
    "to_json",
]
