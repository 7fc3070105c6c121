"""Summaries and validations as tables and lines for a terminal."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from turncast.candidates import candidates_in, without_candidates
from turncast.data.finding import Finding, Occurrence, count_noun
from turncast.data.summary import Summary
from turncast.data.validate import Validation
from turncast.dialogue import Dialogue, Fact
from turncast.dialogue_sources import note_lines

_BAR_WIDTH = 30
_MAX_ACTIONS = 30
_MAX_BINS = 12
_STYLES = {"error": "bold red", "warning": "yellow", "note": "dim"}


def render_summary(summary: Summary) -> Group:
    """Return a summary as tables for a terminal, the sample dialogues last."""
    parts: list[RenderableType] = [
        _figures_table(summary),
        "",
        _lengths_table(summary.lengths),
        "",
        _actions_table(summary),
    ]
    for dialogue in summary.samples:
        parts += ["", _dialogue_table(dialogue)]
    return Group(*parts)


def _figures_table(summary: Summary) -> Table:
    figures = Table(show_header=False, box=None, title=Text(summary.name), title_justify="left")
    lengths, words = summary.length_figures, summary.single_words
    for line in note_lines(summary.notes):
        role, _, what = line.partition(": ")
        figures.add_row(role, Text(what))
    figures.add_row("dialogues", f"{summary.dialogues:,}")
    figures.add_row("turns", f"{summary.turns:,} ({summary.user_turns.part:,} with user text)")
    figures.add_row(
        "turns per dialogue",
        f"{lengths['min']} to {lengths['max']}, median {lengths['median']}, mean {lengths['mean']:.1f}",
    )
    figures.add_row("actions", f"{len(summary.actions):,}")
    figures.add_row("turns with several actions", str(summary.several_actions))
    figures.add_row("turns without an action", str(summary.no_action))
    figures.add_row("facts", f"{len(summary.facts):,} names")
    if summary.metadata:
        figures.add_row("metadata", Text(_names(summary.metadata)))
    if summary.words:
        figures.add_row("words", f"{summary.words:,}, of which {words.whole:,} distinct")
        figures.add_row("words that occur once", str(words))
    if summary.scripts:
        letters = sum(summary.scripts.values())
        shares = (f"{name} {count / letters:.1%}" for name, count in summary.scripts.items())
        figures.add_row("scripts", ", ".join(shares))
    if summary.groups:
        number, largest = len(summary.groups), max(summary.groups.values())
        dialogues = sum(summary.groups.values())
        figures.add_row("groups", f"{number:,} of {dialogues:,} dialogues, the largest of {largest:,}")
    for reason, count in summary.skipped.items():
        figures.add_row("skipped", Text(f"{count:,} x {reason}"))
    return figures


def _names(counts: Mapping[str, int]) -> str:
    names = list(counts)
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")


def _lengths_table(lengths: Mapping[int, int]) -> Table:
    """Return a histogram of the dialogues' lengths, in bins of equal width."""
    shortest, longest = min(lengths), max(lengths)
    width = (longest - shortest) // _MAX_BINS + 1
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


def _actions_table(summary: Summary) -> Table:
    table = Table("action", "turns", "share", "", show_edge=False)
    for column in table.columns[1:3]:
        column.justify = "right"
    most = max(summary.actions.values(), default=0)
    for action, count in list(summary.actions.items())[:_MAX_ACTIONS]:
        table.add_row(Text(action), f"{count:,}", f"{count / summary.turns:.1%}", _bar(count, most))
    if len(summary.actions) > _MAX_ACTIONS:
        table.add_row(f"and {len(summary.actions) - _MAX_ACTIONS:,} more", "", "", "")
    return table


def _bar(count: int, largest: int) -> str:
    return "#" * max(round(count / largest * _BAR_WIDTH), count > 0)


def _dialogue_table(dialogue: Dialogue) -> Table:
    """Return a dialogue as a table with one row per turn."""
    title = Text("\n".join(filter(None, (dialogue.id, _values(dialogue.metadata)))))
    table = Table("", "user", "facts", "actions", title=title, title_justify="left", show_edge=False)
    for number, turn in enumerate(dialogue, start=1):
        actions = ", ".join(turn.actions)
        table.add_row(str(number), Text(turn.user or ""), Text(_facts_text(turn.facts)), Text(actions))
    return table


def _facts_text(facts: Mapping[str, Fact]) -> str:
    """Return the facts as text, and the number of candidates in place of the candidates."""
    candidates = candidates_in(facts) or ()
    number = f"{len(candidates)} candidates" if candidates else ""
    return ", ".join(filter(None, (_values(without_candidates(facts)), number)))


def _values(facts: Mapping[str, Fact]) -> str:
    return ", ".join(f"{name}={value}" for name, value in facts.items())


def render_validation(validation: Validation) -> Group:
    """Return a validation as lines for a terminal: each finding, its first locations and its cure."""
    counts = ", ".join(count_noun(count, severity) for severity, count in validation.counts.items())
    size = f"{count_noun(validation.dialogues, 'dialogue')}, {count_noun(validation.turns, 'turn')}"
    lines: list[RenderableType] = [Text(f"{validation.corpus}: {size}; {counts}")]
    for finding in validation.findings:
        lines += ["", *_finding_lines(finding)]
    return Group(*lines)


def _finding_lines(finding: Finding) -> list[RenderableType]:
    severity = Text(f"{finding.severity}  ", style=_STYLES[finding.severity])
    lines: list[RenderableType] = [severity.append(f"{finding.check}: {finding.message}", style="default")]
    lines += (Text(f"    {_occurrence(example)}") for example in finding.examples)
    more = finding.count - len(finding.examples)
    if finding.examples and more > 0:
        lines.append(Text(f"    and {more:,} more"))
    return [*lines, Text(f"  = {finding.cure}")]


def _occurrence(occurrence: Occurrence) -> str:
    locations = ", ".join(str(location) for location in occurrence.locations)
    if occurrence.what and locations:
        return f"{occurrence.what}  at {locations}"
    return occurrence.what or locations
