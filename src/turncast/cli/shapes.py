"""`turncast shapes`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from turncast.cli.options import AsJson, CorpusOptions, NetworkOptions, with_option_groups
from turncast.cli.output import note, show, show_json
from turncast.config import Configuration
from turncast.corpus import Corpus
from turncast.errors import ConfigError, OutputDenied
from turncast.explain.terminal import render_sequences_comparison, render_shapes
from turncast.policy import Policy
from turncast.simulator import simulate

if TYPE_CHECKING:
    from turncast.explain import SequencesComparison

EXAMPLES = """[bold]Examples[/bold]

turncast shapes                                   (simulated bookings)

turncast shapes dialogs.jsonl --layout many-to-one --set outcome=happy

turncast shapes model/ dialogs.jsonl              (a trained model on your dialogues)

turncast shapes dialogs.jsonl --words lstm --svg network.svg

turncast shapes --compare return_sequences"""


@with_option_groups
def shapes(
    network: NetworkOptions,
    reading: CorpusOptions,
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            help="A model folder, dialogues, or both; by default simulated bookings.",
            metavar="[MODEL] [CORPUS]",
        ),
    ] = None,
    dialogues: Annotated[int, typer.Option(min=1, max=1000, help="Number of dialogues in the batch.")] = 8,
    compare: Annotated[
        str | None,
        typer.Option(
            metavar="return_sequences",
            help="Show the shapes with and without return_sequences, side by side.",
        ),
    ] = None,
    svg: Annotated[
        Path | None, typer.Option(help="Write a drawing of the unrolled network to this file.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the input and output shape of each layer, on real dialogues, without training.

    The network runs on a batch of the dialogues, so that every shape is measured.
    """
    if compare not in (None, "return_sequences"):
        raise ConfigError(f"--compare {compare!r} is unknown; give return_sequences")
    paths = list(sources or [])
    policy = Policy.load(paths.pop(0)) if paths and (Path(paths[0]) / "manifest.json").is_file() else None
    settings = network.settings()
    if policy and settings:
        raise ConfigError(f"a model has its settings already; leave out {', '.join(sorted(settings))}")
    configuration = Configuration.from_settings(settings)
    from turncast import explain  # imported here, because it needs Keras

    corpus = reading.open(paths) if paths else _simulated()
    subject = explain.build_subject(
        corpus, configuration.network, configuration.encoder, policy=policy, dialogues=dialogues
    )
    if compare:
        _show_comparison(explain.compare_return_sequences(subject), as_json)
        return
    measured = explain.measure_shapes(subject)
    if svg:
        _write(svg, explain.draw_svg(measured))
    if as_json:
        show_json(measured.to_json())
    else:
        show(render_shapes(measured))


def _show_comparison(rows: list[SequencesComparison], as_json: bool) -> None:
    if as_json:
        records = [{"layer": row.layer, "true": row.with_sequences, "false": row.without} for row in rows]
        show_json({"return_sequences": records})
    else:
        show(render_sequences_comparison(rows))


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputDenied(f"{path}: cannot be written ({error.strerror}); choose another --svg") from None
    note(f"Wrote {path}")


def _simulated() -> Corpus:
    note("No dialogues are given; using simulated restaurant bookings.")
    return simulate(100, seed=1)
