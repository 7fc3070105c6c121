"""`turncast search`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from turncast.atomic_files import check_output_file, replace_file
from turncast.cli.options import AsJson, CorpusOptions, CorpusPaths, Force, split_pair, with_option_groups
from turncast.cli.output import note, show, show_json

EXAMPLES = """[bold]Examples[/bold]

turncast search train.jsonl --out best.toml --minutes 10

turncast search train.jsonl --dev dev.jsonl --out best.toml --trials 50 --seeds 2

turncast search train.jsonl --out best.toml --space units=32..256,dropout=0..0.5,cell=lstm,gru --fix epochs=20

turncast train train.jsonl --config best.toml --out model/"""


@dataclass(frozen=True, slots=True)
class TrialOptions:
    """The number of trials, and the settings that they try."""

    trials: Annotated[
        int | None, typer.Option(min=1, help="Number of trials, earlier ones included (default: 20).")
    ] = None
    minutes: Annotated[
        float | None,
        typer.Option(min=0.0, help="How long to search; without --trials, their number is not limited."),
    ] = None
    seeds: Annotated[int, typer.Option(min=1, help="Trainings per trial; its result is their mean.")] = 1
    space: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUES,...",
            help="Search only these settings: LOW..HIGH, LOW..HIGH..STEP or a comma-separated "
            "list (repeatable).",
        ),
    ] = None
    fix: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE", help="A setting for all trials, for example epochs=20 (repeatable)."
        ),
    ] = None


@with_option_groups
def search(
    corpus: CorpusPaths,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="The TOML file to write, for `turncast train --config`.")
    ],
    trials: TrialOptions,
    reading: CorpusOptions,
    dev: Annotated[
        list[str] | None,
        typer.Option(help="Dev part for the evaluation; by default each seed holds out its own tenth."),
    ] = None,
    study: Annotated[
        Path | None, typer.Option(help="The SQLite file of the trials; by default beside --out.")
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Search hyperparameters: write the settings with the best result on the dev part to a file.

    The same command continues an earlier search that was stopped by Ctrl-C, by --minutes or by a crash.
    """
    from turncast import search as searching  # imported here, because it needs Optuna
    from turncast.search.terminal import render_search

    fixed = dict(split_pair(text, "--fix") for text in trials.fix or [])
    search_space = searching.parse_space(",".join(trials.space)) if trials.space else searching.SPACE
    study = study or out.parent / f"{out.stem}.db"
    check_output_file(out, force=force or study.exists())
    check_output_file(study, force=True)
    result = searching.search(
        reading.open(corpus),
        reading.open_optional(dev),
        space=search_space,
        fixed=fixed,
        seeds=trials.seeds,
        trials=trials.trials,
        minutes=trials.minutes,
        study=study,
        progress=searching.progress_for(),
    )
    replace_file(out, (result.to_toml() + "\n").encode())
    if as_json:
        show_json(result.to_json())
    else:
        show(render_search(result))
    note(f"Wrote {out}; the trials are in {study}. Next: turncast train CORPUS --config {out} --out model/")
