"""`turncast rules`: suggest rules from a corpus, and check a corpus against rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from turncast.cli.commands import Command, CommandGroup
from turncast.cli.options import AsJson, CorpusOptions, CorpusPaths, with_option_groups
from turncast.cli.output import show, show_json, show_yaml
from turncast.readers.safe_yaml import yaml_scalar
from turncast.rules import broken_rules, read_rules, suggest_rules

app = typer.Typer(
    cls=CommandGroup,
    add_completion=False,
    help="Rules for allowed, forbidden and required actions.",
    no_args_is_help=True,
)

SUGGEST = """[bold]Examples[/bold]

turncast rules suggest dialogs.jsonl

turncast rules suggest dialogs.jsonl --support 50 > rules.yml     (then edit the file)"""

CHECK = """[bold]Examples[/bold]

turncast rules check rules.yml dialogs.jsonl

turncast train dialogs.jsonl --out model/ --rules rules.yml"""


@app.callback()
def rules() -> None:
    """Rules for allowed, forbidden and required actions."""


@app.command("suggest", cls=Command, epilog=SUGGEST)
@with_option_groups
def suggest(
    corpus: CorpusPaths,
    reading: CorpusOptions,
    support: Annotated[int, typer.Option(min=1, help="Ignore actions with fewer turns.")] = 20,
    each: Annotated[int, typer.Option(min=1, help="Number of rules for one action, at most.")] = 2,
    as_json: AsJson = False,
) -> None:
    """Print a rules file with rules that a corpus never breaks, each with its support."""
    suggestions = suggest_rules(reading.open(corpus), support, each)
    if as_json:
        show_json({"rules": [asdict(rule) for rule in suggestions]})
        return
    lines = ["rules:"] if suggestions else ["rules: []"]
    for rule in suggestions:
        lines.append(f"  # {rule.support:,} turns, without exception")
        lines += [
            f"  {'  ' if index else '- '}{key}: {_flow(value)}"
            for index, (key, value) in enumerate(rule.record.items())
        ]
    show_yaml(lines)


def _flow(value: Any) -> str:
    """Return a condition or a name in YAML, on one line."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {yaml_scalar(item)}' for key, item in value.items())}}}"
    return yaml_scalar(value)


@app.command("check", cls=Command, epilog=CHECK)
@with_option_groups
def check(
    rules: Annotated[Path, typer.Argument(help="A rules file, YAML or JSON.", metavar="RULES")],
    corpus: CorpusPaths,
    reading: CorpusOptions,
    as_json: AsJson = False,
) -> None:
    """List the rules that a corpus breaks: how often, and where first."""
    checked = read_rules(rules)
    broken = broken_rules(reading.open(corpus).load(), checked)
    if as_json:
        show_json({"rules": len(checked.rules), "broken": [asdict(rule) for rule in broken]})
        return
    table = Table("action", "refused", "turns", "first", show_edge=False)
    for rule in broken:
        first = Text(f"{rule.dialogue}, turn {rule.turn}")
        table.add_row(Text(rule.action), Text(rule.reason), f"{rule.turns:,}", first)
    show(table if broken else f"None of the {len(checked.rules):,} rules is broken.")
