"""Groups of options: a dataclass as a parameter of a command."""

import inspect
from dataclasses import dataclass
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from support.cli import refused, run
from turncast.cli.app import app
from turncast.cli.options import with_option_groups


@dataclass(frozen=True)
class Colours:
    """Two options."""

    first: Annotated[str, typer.Option(help="The first.")] = "red"
    others: Annotated[list[str] | None, typer.Option("--other")] = None


@pytest.mark.quick
def test_a_group_becomes_options():
    @with_option_groups
    def paint(name: str, colours: Colours, force: bool = False) -> None:
        typer.echo((name, colours, force))

    assert list(inspect.signature(paint).parameters) == ["name", "first", "others", "force"]
    single = typer.Typer()
    single.command()(paint)
    invoke = CliRunner().invoke
    given = invoke(single, ["wall", "--first", "blue", "--other", "a", "--other", "b", "--force"])
    assert given.stdout == f"{('wall', Colours('blue', ['a', 'b']), True)}\n"
    assert invoke(single, ["wall"]).stdout == f"{('wall', Colours(), False)}\n"


def commands(group, name=()):
    for child, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*name, child))
        else:
            yield (*name, child), command


@pytest.mark.parametrize(
    ("name", "command"),
    [pytest.param(*item, id=" ".join(item[0])) for item in commands(typer.main.get_command(app))],
)
def test_every_command_has_help_and_examples(name, command):
    assert command.help
    assert command.epilog.startswith("[bold]Examples[/bold]")
    for parameter in command.params:
        assert parameter.help, f"{' '.join(name)} {parameter.name}"


def test_reading_options_are_checked(tmp_path):
    lines = tmp_path / "a.jsonl"
    lines.write_text('{"id": "a", "turns": [{"user": "hi", "actions": ["greet"]}]}\n')
    assert refused(run("data", "show", lines, "--read", "action=acts")).startswith("unknown setting 'action'")
    stores = refused(run("data", "show", "sqlite:///x.db", lines))
    assert stores == (
        "sqlite:///x.db: a conversation store cannot be combined with other sources; give the store alone"
    )
