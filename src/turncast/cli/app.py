"""The Typer app with all commands."""

from __future__ import annotations

import importlib
from functools import partial
from typing import Annotated, Any

import typer

from turncast.cli.commands import Command, LazyGroup
from turncast.version import __version__

# The first paragraph of each command's help, so that `turncast --help` imports no command.
_HELP = {
    "demo": (
        "Try turncast in one minute: simulate restaurant bookings, train, evaluate, show one dialogue, save."
    ),
    "init": "Create a project folder with settings, a sample corpus and a README.",
    "train": "Train a policy on recorded dialogues, and save it as a model folder.",
    "search": "Search hyperparameters: write the settings with the best result on the dev part to a file.",
    "evaluate": "Evaluate a model on recorded dialogues, between its floors and its ceiling.",
    "compare": (
        "Compare two models on the same dialogues: the turns that each wins, and whether that is chance."
    ),
    "predict": (
        "Print a JSON line for every decision, in most layouts one per turn: the prediction "
        "and its top actions."
    ),
    "explain": (
        "Explain one prediction: leave out each input block, word, fact and earlier turn, one at a time."
    ),
    "chat": "Talk to a model: it shows its ranked actions and its response at every turn.",
    "serve": "Serve models over HTTP and WebSockets, for many conversations at once.",
    "shapes": "Show the input and output shape of each layer, on real dialogues, without training.",
    "export": (
        "Export the network of a model to ONNX: one turn of a batch of conversations, with their state."
    ),
    "data": "Inspect and prepare corpora.",
    "rules": "Rules for allowed, forbidden and required actions.",
}
_GROUPS = ("data", "rules")


class _Commands(LazyGroup):
    """All commands."""


def _load(name: str) -> Any:
    """Import the module of a command or of a group, and return the command."""
    module = importlib.import_module(f"turncast.cli.{name}")
    if name in _GROUPS:
        group = typer.main.get_command(module.app)
        group.name = name
        return group
    alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich")
    alone.command(name, cls=Command, epilog=module.EXAMPLES)(getattr(module, name))
    return typer.main.get_command(alone)


_Commands.lazy = {name: (text, partial(_load, name)) for name, text in _HELP.items()}
app = typer.Typer(
    name="turncast",
    cls=_Commands,
    help="Learn from recorded dialogues what a system should do next, and predict it live, turn by turn.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(given: bool) -> None:
    if given:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def turncast(
    version: Annotated[  # handled by its callback
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Learn from recorded dialogues what a system should do next, and predict it live, turn by turn."""
