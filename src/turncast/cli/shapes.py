"""`turncast shapes`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from turncast.cli.options import AsJson, CorpusOptions, NetworkOptions, with_option_groups
from turncast.cli.output import note, show, show_json
from turncast.config import Configuration
from turncast.corpus import Corpus
from turncast.errors import ConfigError, OutputDenied
from turncast.layouts import LAYOUTS
from turncast.policy import Policy
from turncast.simulator import simulate

if TYPE_CHECKING:
    from turncast import explain

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
    from turncast import explain  # here: it needs Keras

    corpus = reading.open(paths) if paths else _simulated()
    subject = explain.build_subject(
        corpus, configuration.network, configuration.encoder, policy=policy, dialogues=dialogues
    )
    if compare:
        steps = explain.compare_return_sequences(subject)
        if as_json:
            found = [{"layer": s.layer, "true": s.with_sequences, "false": s.without} for s in steps]
            show_json({"return_sequences": found})
        else:
            show(_comparison(steps))
        return
    drawn = explain.measure_shapes(subject)
    if svg:
        _write(svg, explain.draw_svg(drawn))
    if as_json:
        show_json(drawn.to_json())
    else:
        show(_tables(drawn))


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputDenied(f"{path}: cannot be written ({error.strerror}); choose another --svg") from None
    note(f"Drew {path}")


def _simulated() -> Corpus:
    note("No dialogues given: these are simulated restaurant bookings.")
    return simulate(100, seed=1)


def _tables(found: explain.Shapes) -> Group:
    table = Table("layer", "in", "out", "axes", "weights", title=_title(found), title_justify="left")
    table.columns[-1].justify = "right"
    for layer in found.layers:
        incoming = "  ".join(str(shape) for shape in layer.incoming)
        name, _, argument = layer.kind.partition("(")
        kind = Text(f"{layer.name}\n").append(f"{name}({argument}" if argument else name, style="dim")
        table.add_row(kind, incoming, str(layer.outgoing), layer.axes, f"{layer.weights:,}")
    why = Table("layer", "memory flows", "why", show_edge=False)
    for layer in found.layers:
        if layer.note or not layer.memory.startswith("none"):
            why.add_row(layer.name, layer.memory, layer.note)
    return Group(table, "", Text(_legend(found)), "", why)


def _title(found: explain.Shapes) -> Text:
    return Text(f"{found.layout} on {found.sizes['B']} dialogues of {found.corpus}")


def _legend(found: explain.Shapes) -> str:
    """Say what each letter stands for, with its size here."""
    meanings = {
        "B": "dialogues",
        "T": f"turns (the longest; {found.real_turns:,} of {found.sizes['B'] * found.sizes['T']:,} are real)",
        "K": "bits set in the fullest turn",
        "F": "features, the bits there are",
        "W": "words of the longest turn",
        "V": "words known",
        "E": "numbers that the bits of a turn become",
        "D": "numbers that stand for a word",
        "k": "actions foreseen",
        "H": "hidden units",
        "A": f"{LAYOUTS[found.layout].answer}s",
    }
    return "\n".join(f"{letter} = {size:,} {meanings[letter]}" for letter, size in found.sizes.items())


def _comparison(steps: list[explain.SequencesComparison]) -> Table:
    table = Table("behind the bits", "return_sequences=True", "return_sequences=False")
    for step in steps:
        table.add_row(Text(step.layer), Text(step.with_sequences), Text(step.without))
    return table
