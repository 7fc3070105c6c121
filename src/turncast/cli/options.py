"""Options that several commands share, and groups of options that a command takes as one value."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Annotated, Any, get_args, get_type_hints

import typer

from turncast.config import NetworkConfig
from turncast.corpus import Corpus
from turncast.errors import ConfigError, CorpusError, did_you_mean
from turncast.layouts import LAYOUTS
from turncast.readers import FORMATS, ROLES, Columns, ReadConfig, read
from turncast.sessions import read_store

_READING = "Reading dialogues"
_NETWORK = "Network"
_LAYOUT_HELP = "; ".join(f"{layout.name} ({layout.summary})" for layout in LAYOUTS.values())


def completing(*values: str) -> Callable[[str], list[str]]:
    """Return the completion of an option that takes one of these values."""

    def complete(incomplete: str) -> list[str]:
        return [value for value in values if value.startswith(incomplete)]

    return complete


def _choices(setting: str) -> Callable[[str], list[str]]:
    """Return the completion of a setting of the network that has a few named values."""
    return completing(*get_args(NetworkConfig.model_fields[setting].annotation))


ModelPath = Annotated[Path, typer.Argument(help="A model folder, made by `turncast train`.", metavar="MODEL")]
CorpusPaths = Annotated[
    list[str],
    typer.Argument(
        help="Files, folders or quoted glob patterns of dialogues; - reads stdin.", metavar="CORPUS"
    ),
]
OptionalCorpusPaths = Annotated[
    list[str] | None,
    typer.Argument(help="Files or folders of dialogues; stdin by default.", metavar="CORPUS"),
]
Top = Annotated[int, typer.Option(min=1, help="Number of ranked actions to show.")]
MaxError = Annotated[
    float | None,
    typer.Option(
        help="Abstain at low confidence, so that at most this share of the answers was wrong on the dev "
        "part; for example 0.02."
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Replace the output if it exists.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")]


def with_option_groups(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command whose parameters of a dataclass type are replaced by options, one for each field.

    Typer sees the fields as parameters of the command, with their `typer.Option` annotations and defaults.
    The command gets the dataclass, so that a group of options is declared once and passed as one value.
    """
    hints = get_type_hints(command, include_extras=True)
    groups: dict[str, type[Any]] = {}
    parameters: list[inspect.Parameter] = []
    for name, parameter in inspect.signature(command).parameters.items():
        if is_dataclass(group := hints[name]) and isinstance(group, type):
            groups[name] = group
            parameters += _parameters(group)
        else:
            kind = inspect.Parameter.KEYWORD_ONLY
            parameters.append(parameter.replace(kind=kind, annotation=hints[name]))

    @functools.wraps(command)
    def with_groups(**given: Any) -> None:
        for name, group in groups.items():
            given[name] = group(**{field.name: given.pop(field.name) for field in fields(group)})
        command(**given)

    with_groups.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    with_groups.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return with_groups


def _parameters(group: type[Any]) -> list[inspect.Parameter]:
    """Return the fields of a dataclass as parameters."""
    hints = get_type_hints(group, include_extras=True)
    return [
        inspect.Parameter(
            field.name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=hints[field.name]
        )
        for field in fields(group)
    ]


@dataclass(frozen=True, slots=True)
class CorpusOptions:
    """How the dialogues of a command are read."""

    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            autocompletion=completing(*FORMATS),
            help=f"The format: {', '.join(FORMATS)}. Detected from the content by default.",
            rich_help_panel=_READING,
        ),
    ] = None
    column: Annotated[
        list[str] | None,
        typer.Option(
            "--column",
            autocompletion=completing(*(f"{role}=" for role in ROLES)),
            metavar="ROLE=NAME",
            help=f"The column of a table for a role: {', '.join(ROLES)} (repeatable); an empty name means "
            "that there is none.",
            rich_help_panel=_READING,
        ),
    ] = None
    read: Annotated[
        list[str] | None,
        typer.Option(
            "--read",
            autocompletion=completing(
                "actions=acts",
                "actions=slots",
                "actions=calls",
                "arguments=true",
                "listen=true",
                "max_paths=",
            ),
            metavar="NAME=VALUE",
            help="How to convert records: actions=acts, slots or calls; arguments=true; listen=true; "
            "beginnings=true; max_paths=N; in tables dates=day-first, month-first or a pattern, "
            "decimal=comma or point, sheet=NAME (repeatable).",
            rich_help_panel=_READING,
        ),
    ] = None
    where: Annotated[
        list[str] | None,
        typer.Option(
            "--where",
            metavar="NAME=VALUE",
            help="Read only dialogues with this value in their metadata, for example happy=true "
            "(repeatable).",
            rich_help_panel=_READING,
        ),
    ] = None

    def open(self, sources: Sequence[str], pending: bool = False) -> Corpus:
        """Return the corpus in these files or folders, in stdin (-), or in a conversation store (a URL).

        Args:
            sources: where the dialogues are.
            pending: read the turn of each dialogue that has not happened yet; see `read`.

        Raises:
            ConfigError: for an option with a wrong value.
            CorpusError: where there is no such corpus.
        """
        where = dict(split_pair(condition, "--where") for condition in self.where or [])
        settings: dict[str, Any] = dict(split_pair(text, "--read") for text in self.read or [])
        config = ReadConfig(**settings)
        if any("://" in source for source in sources):
            if len(sources) > 1:
                problem = "a conversation store cannot be combined with other sources"
                raise CorpusError(sources[0], problem, "give the store alone")
            corpus = read_store(sources[0], pending=pending)
        else:
            corpus = read(list(sources), self.format, self._columns(), config=config, pending=pending)
        return corpus.where(where) if where else corpus

    def open_optional(self, sources: Sequence[str] | None) -> Corpus | None:
        """Return the corpus as `open` does; None where no source is given."""
        return self.open(sources) if sources else None

    def _columns(self) -> Columns:
        roles: dict[str, str] = {}
        several: dict[str, list[str]] = {"fact": [], "after": [], "metadata": []}
        for text in self.column or []:
            role, name = split_pair(text, "--column")
            if role not in ROLES:
                raise ConfigError(
                    f"--column {role!r} is not a role; give one of {', '.join(ROLES)}"
                    f"{did_you_mean(role, ROLES)}"
                )
            if role in several:
                if not name:
                    raise ConfigError(f"--column {text!r} has no column; write it as {role}=NAME")
                several[role].append(name)
            elif role in roles:
                raise ConfigError(f"--column {role} is given twice; give it once")
            else:
                roles[role] = name
        facts, after, metadata = (tuple(several[role]) for role in ("fact", "after", "metadata"))
        return Columns(**roles, facts=facts, after=after, metadata=metadata)


@dataclass(frozen=True, slots=True)
class NetworkOptions:
    """The settings that choose a network."""

    layout: Annotated[
        str | None,
        typer.Option(
            help=f"What is predicted and when: {_LAYOUT_HELP}.",
            autocompletion=completing(*LAYOUTS),
            rich_help_panel=_NETWORK,
        ),
    ] = None
    words: Annotated[
        str | None,
        typer.Option(
            autocompletion=_choices("words"),
            help="How the words of a turn are read: bits (a bag of words), or in order by lstm, "
            "mean, max or conv.",
            rich_help_panel=_NETWORK,
        ),
    ] = None
    cell: Annotated[
        str | None,
        typer.Option(
            autocompletion=_choices("cell"),
            help="The layer with memory: lstm, gru, simple-rnn or transformer.",
            rich_help_panel=_NETWORK,
        ),
    ] = None
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="Any setting by name, for example dropout=0.3 (repeatable).",
            rich_help_panel=_NETWORK,
        ),
    ] = None

    def settings(self) -> dict[str, Any]:
        """Return the given settings by name; an option takes precedence over `--set`.

        Raises:
            ConfigError: for `--set` without a value.
        """
        options = {"layout": self.layout, "words": self.words, "cell": self.cell}
        pairs = dict(split_pair(text, "--set") for text in self.set_ or [])
        return pairs | {name: value for name, value in options.items() if value is not None}


def split_pair(text: str, option: str) -> tuple[str, str]:
    """Return the name and the value in NAME=VALUE.

    Raises:
        ConfigError: where the name or the equals sign is missing.
    """
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise ConfigError(f"{option} {text!r} has no value; write it as NAME=VALUE")
    return name.strip(), value.strip()
