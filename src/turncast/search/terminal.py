"""The result of a search as a table for a terminal."""

from __future__ import annotations

from rich.console import Group
from rich.table import Table
from rich.text import Text

from turncast.search.result import SearchResult
from turncast.search.space import DEFAULTS

_MAX_ROWS = 10


def render_search(result: SearchResult) -> Group:
    """Return the best trials as a table for a terminal."""
    mean = f", mean of {result.seeds} seeds" if result.seeds > 1 else ""
    title = Text(f"{result.corpus}: the best of {len(result.trials)} trials, by the dev part{mean}")
    table = Table("trial", "dev", "loss", "epochs", "s", "settings", title=title, title_justify="left")
    for column in table.columns[:-1]:
        column.justify = "right"
    for number, trial in result.ranked[:_MAX_ROWS]:
        changed = (f"{name}={value}" for name, value in trial.settings.items() if value != DEFAULTS[name])
        table.add_row(
            str(number),
            f"{trial.dev_turn_accuracy:.2%}",
            f"{trial.dev_loss:.3f}",
            str(trial.epochs),
            f"{trial.seconds:.0f}",
            Text(", ".join(changed) or "the defaults"),
        )
    statuses = [trial.status for trial in result.trials]
    others = [
        f"{status}: {statuses.count(status)} trials" for status in ("pruned", "failed") if status in statuses
    ]
    return Group(table, *others)
