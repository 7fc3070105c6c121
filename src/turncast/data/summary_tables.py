"""A summary as tables for people."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from turncast.candidates import candidates_in, without_candidates
from turncast.data.summary import Summary
from turncast.dialogue import Dialogue, Fact

_BAR = 30
_MOST_ACTIONS = 30
_MOST_BINS = 12


def summary_tables(summary: Summary) -> Group:
    """Return all that a summary holds, the samples last."""
    parts: list[RenderableType] = [_figures(summary), "", _lengths(summary.lengths), "", _actions(summary)]
    for dialogue in summary.samples:
        parts += ["", _dialogue(dialogue)]
    return Group(*parts)


def _figures(summary: Summary) -> Table:
    figures = Table(show_header=False, box=None, title=Text(summary.name), title_justify="left")
    lengths, spoken = summary.length_figures, summary.seen_once
    figures.add_row("dialogues", f"{summary.dialogues:,}")
    figures.add_row("turns", f"{summary.turns:,} ({summary.user_turns.part:,} with user text)")
    figures.add_row(
        "turns a dialogue",
        f"{lengths['min']} to {lengths['max']}, median {lengths['median']}, mean {lengths['mean']:.1f}",
    )
    figures.add_row("actions", f"{len(summary.actions):,}")
    figures.add_row("turns with several actions", str(summary.several))
    figures.add_row("turns without an action", str(summary.none))
    figures.add_row("facts", f"{len(summary.facts):,} names")
    if summary.metadata:
        figures.add_row("metadata", Text(_names(summary.metadata)))
    if summary.words:
        figures.add_row("words", f"{summary.words:,}, of which {spoken.whole:,} distinct")
        figures.add_row("distinct words seen once", str(spoken))
    if summary.scripts:
        letters = sum(summary.scripts.values())
        shares = (f"{name} {count / letters:.1%}" for name, count in summary.scripts.items())
        figures.add_row("scripts", ", ".join(shares))
    if summary.groups:
        most = max(summary.groups.values())
        figures.add_row(
            "groups",
            f"{len(summary.groups):,} of {sum(summary.groups.values()):,} dialogues, the largest of {most:,}",
        )
    for reason, count in summary.skipped.items():
        figures.add_row("left out", Text(f"{count:,} x {reason}"))
    return figures


def _names(counts: Mapping[str, int]) -> str:
    names = list(counts)
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")


def _lengths(lengths: Mapping[int, int]) -> Table:
    """How many dialogues are how long, in bins of like width."""
    shortest, longest = min(lengths), max(lengths)
    width = (longest - shortest) // _MOST_BINS + 1
    bins = dict.fromkeys(range((longest - shortest) // width + 1), 0)
    for length, count in lengths.items():
        bins[(length - shortest) // width] += count
    table = Table("turns", "dialogues", "", show_edge=False)
    table.columns[1].justify = "right"
    for number, count in bins.items():
        first = shortest + number * width
        name = str(first) if width == 1 else f"{first} to {first + width - 1}"
        table.add_row(name, f"{count:,}", _bar(count, max(bins.values())))
    return table


def _actions(summary: Summary) -> Table:
    table = Table("action", "taken", "share", "", show_edge=False)
    for column in table.columns[1:3]:
        column.justify = "right"
    most = max(summary.actions.values(), default=0)
    for action, count in list(summary.actions.items())[:_MOST_ACTIONS]:
        table.add_row(Text(action), f"{count:,}", f"{count / summary.turns:.1%}", _bar(count, most))
    if len(summary.actions) > _MOST_ACTIONS:
        table.add_row(f"and {len(summary.actions) - _MOST_ACTIONS:,} more", "", "", "")
    return table


def _bar(count: int, most: int) -> str:
    return "#" * max(round(count / most * _BAR), count > 0)


def _dialogue(dialogue: Dialogue) -> Table:
    """A dialogue as a table, a turn a row."""
    title = Text("\n".join(filter(None, (dialogue.id, _values(dialogue.metadata)))))
    table = Table("", "user", "facts", "actions", title=title, title_justify="left", show_edge=False)
    for number, turn in enumerate(dialogue, start=1):
        actions = ", ".join(turn.actions)
        table.add_row(str(number), Text(turn.user or ""), Text(_seen(turn.facts)), Text(actions))
    return table


def _seen(facts: Mapping[str, Fact]) -> str:
    """Write the facts out, and of candidates only how many there are."""
    candidates = candidates_in(facts) or ()
    told = f"{len(candidates)} candidates" if candidates else ""
    return ", ".join(filter(None, (_values(without_candidates(facts)), told)))


def _values(facts: Mapping[str, Fact]) -> str:
    return ", ".join(f"{name}={value}" for name, value in facts.items())
