"""`turncast init`."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from turncast.cli.options import AsJson
from turncast.cli.output import show, show_json
from turncast.data import new_project

EXAMPLES = """[bold]Examples[/bold]

turncast init bookings"""


def init(
    name: Annotated[Path, typer.Argument(help="The folder to make.", metavar="NAME")],
    as_json: AsJson = False,
) -> None:
    """Begin a project: a folder with settings, a sample corpus, and what to do next."""
    made = new_project(name)
    if as_json:
        show_json(asdict(made))
        return
    show(f"Made {made.folder} with {', '.join(made.files)}. Next:")
    for command in (f"cd {shlex.quote(made.folder)}", *made.commands):
        show(f"  {command}")
