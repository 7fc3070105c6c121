"""The Typer app with all commands."""

from __future__ import annotations

from typing import Annotated

import typer

from turncast.cli import (
    chat,
    compare,
    data,
    demo,
    evaluate,
    explain,
    export,
    init,
    predict,
    rules,
    search,
    serve,
    shapes,
    train,
)
from turncast.cli.commands import Command, CommandGroup
from turncast.version import __version__

app = typer.Typer(
    name="turncast",
    cls=CommandGroup,
    help="Learn from recorded dialogues what a system should do next, and predict it live, turn by turn.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("demo", cls=Command, epilog=demo.EXAMPLES)(demo.demo)
app.command("init", cls=Command, epilog=init.EXAMPLES)(init.init)
app.command("train", cls=Command, epilog=train.EXAMPLES)(train.train)
app.command("search", cls=Command, epilog=search.EXAMPLES)(search.search)
app.command("evaluate", cls=Command, epilog=evaluate.EXAMPLES)(evaluate.evaluate)
app.command("compare", cls=Command, epilog=compare.EXAMPLES)(compare.compare)
app.command("predict", cls=Command, epilog=predict.EXAMPLES)(predict.predict)
app.command("explain", cls=Command, epilog=explain.EXAMPLES)(explain.explain)
app.command("chat", cls=Command, epilog=chat.EXAMPLES)(chat.chat)
app.command("serve", cls=Command, epilog=serve.EXAMPLES)(serve.serve)
app.command("shapes", cls=Command, epilog=shapes.EXAMPLES)(shapes.shapes)
app.command("export", cls=Command, epilog=export.EXAMPLES)(export.export)
app.add_typer(data.app, name="data")
app.add_typer(rules.app, name="rules")


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
