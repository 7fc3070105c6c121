"""`turncast search`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from turncast.atomic_files import check_output_file, replace_file
from turncast.cli.options import (
    AsJson,
    ColumnNames,
    Conditions,
    CorpusPaths,
    FormatName,
    ReadSettings,
    pair,
    read_corpus,
)
from turncast.cli.output import note, show, show_json

EXAMPLES = """[bold]Examples[/bold]

turncast search train.jsonl --out best.toml --minutes 10

turncast search train.jsonl --dev dev.jsonl --out best.toml --trials 50 --seeds 2

turncast search train.jsonl --out best.toml --space units=32..256,dropout=0..0.5,cell=lstm,gru --fix epochs=20

turncast train train.jsonl --config best.toml --out model/"""


def search(
    corpus: CorpusPaths,
    out: Annotated[Path, typer.Option("--out", "-o", help="The TOML file for `train --config` to write.")],
    dev: Annotated[
        list[str] | None,
        typer.Option(help="Dialogues that judge; each seed holds out its own tenth when not given."),
    ] = None,
    study: Annotated[
        Path | None, typer.Option(help="The SQLite file of the trials; beside --out when not given.")
    ] = None,
    trials: Annotated[
        int | None, typer.Option(min=1, help="How many trials, those done before included (20).")
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(min=0.0, help="How long to search; replaces the 20 trials.")
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Trainings that each trial is the mean of.")] = 1,
    space: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUES,...",
            help="Search only these settings: LOW..HIGH, LOW..HIGH..STEP or values with commas (repeatable).",
        ),
    ] = None,
    fix: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE", help="A setting that all trials share, as epochs=20 (repeatable)."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there already.")] = False,
    format: FormatName = None,
    column: ColumnNames = None,
    read: ReadSettings = None,
    where: Conditions = None,
    as_json: AsJson = False,
) -> None:
    """Look for the settings that do best on the dev part, and write them as a file.

    The same command goes on where it was stopped: with Ctrl-C, by the time, or by a crash.
    """
    from turncast import search as searching  # here: it needs Optuna

    fixed = dict(pair(text, "--fix") for text in fix or [])
    rows = searching.parse_space(",".join(space)) if space else searching.SPACE
    study = study or out.with_suffix(".db")
    check_output_file(out, force=force or study.exists())
    found = searching.search(
        read_corpus(corpus, format, column, read, where),
        read_corpus(dev, format, column, read, where) if dev else None,
        space=rows,
        fixed=fixed,
        seeds=seeds,
        trials=trials,
        minutes=minutes,
        study=study,
        progress=searching.progress_for(),
    )
    replace_file(out, (found.to_toml() + "\n").encode())
    if as_json:
        show_json(found.to_json())
    else:
        show(found)
    note(f"Wrote {out}; the trials are in {study}. Next: turncast train CORPUS --config {out} --out model/")
