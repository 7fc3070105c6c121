"""A group of commands that suggests the right command for a wrong one, wherever it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from functools import cached_property
from typing import Any, ClassVar

from typer.core import TyperCommand, TyperGroup

from turncast.errors import ConfigError, did_you_mean


class Command(TyperCommand):
    """A command whose help shows no type for flags, which take no value."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the options and arguments, with `--help`."""
        return _without_types_of_flags(super().get_params(ctx))


class CommandGroup(TyperGroup):
    """A group of commands; for an unknown one it suggests commands of the other groups too."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the options of the group."""
        return _without_types_of_flags(super().get_params(ctx))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that the arguments name.

        Raises:
            ConfigError: for an unknown command, with a suggestion.
        """
        name = args[0]
        if name.startswith("-") or self.get_command(ctx, name) is not None:
            return super().resolve_command(ctx, args)
        known = list(_paths(ctx.find_root().command))
        same_name = [path for path in known if path.split()[-1] == name]
        if same_name:
            cure = f"; did you mean '{same_name[0]}'?"
        else:
            cure = did_you_mean(name, known) or f"; the commands are {', '.join(self.commands)}"
        raise ConfigError(f"there is no command {name!r}{cure}")


class LazyGroup(CommandGroup):
    """The group of all commands: the module of a command is imported when the command is used.

    So `turncast --help` imports none of them.
    """

    # By name: the help line, and what makes the command from its module.
    lazy: ClassVar[Mapping[str, tuple[str, Callable[[], Any]]]] = {}

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        """Return the names of the commands, in the order of the help."""
        return list(self.lazy)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """Return a command; one that is not loaded yet has nothing but its help."""
        if cmd_name not in self.lazy:
            return None
        return self._loaded.get(cmd_name) or Command(cmd_name, help=self.lazy[cmd_name][0])

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that the arguments name, loaded."""
        if args[0] in self.lazy:
            self.load(args[0])
        return super().resolve_command(ctx, args)

    def load(self, name: str) -> Any:
        """Import the module of a command, and return the command."""
        if name not in self._loaded:
            self._loaded[name] = self.lazy[name][1]()
        return self._loaded[name]

    @cached_property
    def _loaded(self) -> dict[str, Any]:
        return {}

    @property
    def commands(self) -> MutableMapping[str, Any]:
        """All commands, loaded."""
        return {name: self.load(name) for name in self.lazy}

    @commands.setter
    def commands(self, _given: Any) -> None:
        """Ignore the commands that Typer registers: there are none."""


def _without_types_of_flags(parameters: Iterable[Any]) -> list[Any]:
    listed = list(parameters)
    for parameter in listed:
        if getattr(parameter, "is_flag", False):
            parameter.display_type_rich = lambda ctx: None  # noqa: ARG005  # else Typer writes <bool> beside it
    return listed


def _paths(group: Any, prefix: str = "") -> Iterator[str]:
    """Yield the words of each command below a group, as they are written behind `turncast`."""
    for name, command in group.commands.items():
        path = f"{prefix}{name}"
        yield path
        if hasattr(command, "commands"):
            yield from _paths(command, f"{path} ")
