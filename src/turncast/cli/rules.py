"""`turncast rules`: rules out of a corpus, and a corpus against rules."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from turncast.cli.options import (
    AsJson,
    ColumnNames,
    Conditions,
    CorpusPaths,
    FormatName,
    ReadSettings,
    read_corpus,
)
from turncast.cli.output import show, show_json
from turncast.rules import broken_rules, read_rules, suggest_rules

app = typer.Typer(help="Say what may, may not and must be done.", no_args_is_help=True)

SUGGEST = """[bold]Examples[/bold]

turncast rules suggest dialogs.jsonl

turncast rules suggest dialogs.jsonl --support 50 > rules.yml     (then keep those that are meant)"""

CHECK = """[bold]Examples[/bold]

turncast rules check rules.yml dialogs.jsonl

turncast train dialogs.jsonl --out model/ --rules rules.yml"""


@app.callback()
def rules() -> None:
    """Say what may, may not and must be done."""


@app.command("suggest", epilog=SUGGEST)
def suggest(
    corpus: CorpusPaths,
    format: FormatName = None,
    column: ColumnNames = None,
    read: ReadSettings = None,
    where: Conditions = None,
    support: Annotated[int, typer.Option(min=1, help="Pass over actions taken less often.")] = 20,
    each: Annotated[int, typer.Option(min=1, help="At most so many rules of one action.")] = 2,
    as_json: AsJson = False,
) -> None:
    """Print rules that a corpus never breaks, as a file of rules, each with its support."""
    found = suggest_rules(read_corpus(corpus, format, column, read, where), support, each)
    if as_json:
        show_json({"rules": [asdict(one) for one in found]})
        return
    lines = ["rules:"] if found else ["rules: []"]
    for one in found:
        lines.append(f"  # {one.support:,} times, and never otherwise")
        lines += [
            f"  {'  ' if place else '- '}{key}: {json.dumps(value, ensure_ascii=False)}"
            for place, (key, value) in enumerate(one.record.items())
        ]
    typer.echo("\n".join(lines))


@app.command("check", epilog=CHECK)
def check(
    rules: Annotated[Path, typer.Argument(help="A file of rules, YAML or JSON.", metavar="RULES")],
    corpus: CorpusPaths,
    format: FormatName = None,
    column: ColumnNames = None,
    read: ReadSettings = None,
    where: Conditions = None,
    as_json: AsJson = False,
) -> None:
    """Say which rules a corpus breaks, how often, and where first."""
    known = read_rules(rules)
    broken = broken_rules(read_corpus(corpus, format, column, read, where).load(), known)
    if as_json:
        show_json({"rules": len(known.rules), "broken": [asdict(one) for one in broken]})
        return
    table = Table("action", "refused", "turns", "first", show_edge=False)
    for one in broken:
        first = Text(f"{one.dialogue}, turn {one.turn}")
        table.add_row(Text(one.action), Text(one.reason), f"{one.turns:,}", first)
    show(table if broken else f"None of {len(known.rules):,} rules is broken.")
