"""`turncast data validate`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer

from turncast.atomic_files import check_output_file
from turncast.cli.options import AsJson, CorpusOptions, CorpusPaths, Force, with_option_groups
from turncast.cli.output import counting, show, show_json
from turncast.data import repair
from turncast.data import validate as validate_corpus
from turncast.data.repair import Repaired
from turncast.data.terminal import render_validation
from turncast.errors import ConfigError

FAILED = 1

EXAMPLES = """[bold]Examples[/bold]

turncast data validate dialogs.jsonl

turncast data validate train.txt --test test.txt --fail-on-warnings

turncast data validate dialogs.jsonl --fix fixed.jsonl"""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of the checks, as `turncast.data.validate` takes them, and the number of examples."""

    min_count: Annotated[int, typer.Option(min=0, help="Report actions with fewer turns.")] = 3
    near: Annotated[
        float,
        typer.Option(
            min=0.5, max=1, help="Share of common word trigrams above which dialogues are near duplicates."
        ),
    ] = 0.9
    max_words: Annotated[int, typer.Option(min=1, help="Report user texts with more words.")] = 1000
    examples: Annotated[int, typer.Option(min=0, help="Number of examples of each finding to show.")] = 3


@with_option_groups
def validate(
    corpus: CorpusPaths,
    limits: Limits,
    reading: CorpusOptions,
    test: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CORPUS", help="A test corpus; leaks between the two are reported (repeatable)."
        ),
    ] = None,
    fix: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write the corpus as JSON Lines without exact duplicates and without blanks around actions.",
        ),
    ] = None,
    force: Force = False,
    fail_on_warnings: Annotated[
        bool, typer.Option("--fail-on-warnings", help="Exit with status 1 for warnings too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check a corpus for contradictions, duplicates, leaks into a test corpus, unusual labels and turns.

    The exit status is 1 where there are errors, which would make a score invalid.
    """
    if fix:
        check_output_file(fix, force=force)
    elif force:
        raise ConfigError("--force replaces the file of --fix; give --fix FILE, or leave it out")
    dialogues, test_dialogues = reading.open(corpus), reading.open_optional(test)
    with counting("reading") as progress:
        validation = validate_corpus(dialogues, test_dialogues, **asdict(limits), progress=progress)
    repaired = repair(dialogues, fix, force=force) if fix else None
    if as_json:
        fixed = {"fixed": repaired.to_json()} if repaired else {}
        show_json(validation.to_json() | fixed)
    else:
        show(render_validation(validation))
        if repaired:
            show("", _changes(repaired))
    counts = validation.counts
    if counts["error"] or (fail_on_warnings and counts["warning"]):
        raise typer.Exit(FAILED)


def _changes(repaired: Repaired) -> str:
    written, turns = repaired.written, sum(repaired.stripped.values())
    return (
        f"Wrote {written.file}: {written.dialogues:,} dialogues; removed {len(repaired.removed):,} exact "
        f"duplicates, stripped blanks from {len(repaired.stripped):,} actions in {turns:,} turns"
    )
