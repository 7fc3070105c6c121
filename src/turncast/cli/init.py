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
    name: Annotated[Path, typer.Argument(help="The folder to create.", metavar="NAME")],
    as_json: AsJson = False,
) -> None:
    """Create a project folder with settings, a sample corpus and a README."""
    project = new_project(name)
    if as_json:
        show_json(asdict(project))
        return
    show(f"Created {project.folder} with {', '.join(project.files)}. Next:")
    for command in (f"cd {shlex.quote(project.folder)}", *project.commands):
        show(f"  {command}")
