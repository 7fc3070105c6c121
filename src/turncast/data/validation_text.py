"""A validation as text for people."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from turncast.data.finding import Example, Finding, many
from turncast.data.validate import Validation

_STYLES = {"error": "bold red", "warning": "yellow", "note": "dim"}


def validation_text(found: Validation) -> Group:
    """Return the findings, each with its cure and the first places."""
    counts = ", ".join(many(count, severity) for severity, count in found.counts.items())
    size = f"{many(found.dialogues, 'dialogue')}, {many(found.turns, 'turn')}"
    lines: list[RenderableType] = [Text(f"{found.corpus}: {size}; {counts}")]
    for finding in found.findings:
        lines += ["", *_lines(finding)]
    return Group(*lines)


def _lines(finding: Finding) -> list[RenderableType]:
    severity = Text(f"{finding.severity}  ", style=_STYLES[finding.severity])
    lines: list[RenderableType] = [severity.append(f"{finding.check}: {finding.message}", style="default")]
    lines += (Text(f"    {_example(example)}") for example in finding.examples)
    more = finding.count - len(finding.examples)
    if finding.examples and more > 0:
        lines.append(Text(f"    and {more:,} more"))
    return [*lines, Text(f"  = {finding.cure}")]


def _example(example: Example) -> str:
    places = ", ".join(str(place) for place in example.places)
    return f"{example.what}  at {places}" if example.what and places else example.what or places
