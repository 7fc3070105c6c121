"""Contests of turncast and others at the same problems, from the same weights, side by side."""

from turncast.bench.contest import Contest
from turncast.bench.page import replace_section
from turncast.bench.report import markdown, notes, table, to_json
from turncast.bench.verbs import Plan, bench_batch, bench_corpora, bench_load, bench_step, bench_train

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
