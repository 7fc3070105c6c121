"""Options that several verbs share, and what they come to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from turncast.corpus import Corpus
from turncast.errors import ConfigError, CorpusError, did_you_mean
from turncast.layouts import LAYOUTS
from turncast.readers import FORMATS, Columns, ReadConfig, read
from turncast.sessions import read_store

ModelPath = Annotated[Path, typer.Argument(help="The folder that `turncast train` made.", metavar="MODEL")]
CorpusPaths = Annotated[
    list[str],
    typer.Argument(help="Files, folders or quoted patterns of dialogues; - reads stdin.", metavar="CORPUS"),
]
FormatName = Annotated[
    str | None,
    typer.Option("--format", help=f"How to read it: {', '.join(FORMATS)}. Found by content when not given."),
]
ColumnNames = Annotated[
    list[str] | None,
    typer.Option(
        "--column",
        metavar="ROLE=NAME",
        help="Which column of a table is the dialogue, action, order, user, response or a fact (repeatable).",
    ),
]
Conditions = Annotated[
    list[str] | None,
    typer.Option(
        "--where",
        metavar="NAME=VALUE",
        help="Keep only dialogues whose metadata say so, as happy=true (repeatable).",
    ),
]
ReadSettings = Annotated[
    list[str] | None,
    typer.Option(
        "--read",
        metavar="NAME=VALUE",
        help="What is made of its records: actions=acts, slots or calls; arguments, listen = true; "
        "max_paths=N (repeatable).",
    ),
]
ValuesFile = Annotated[
    Path | None,
    typer.Option(help="Values of slots: JSON, a CSV with a column for each slot, or a bAbI knowledge base."),
]
RulesFile = Annotated[
    Path | None, typer.Option(help="A file of rules: what may, may not and must be done; YAML or JSON.")
]
LayoutName = Annotated[
    str | None,
    typer.Option(help=f"{', '.join(f'{layout.name} ({layout.summary})' for layout in LAYOUTS.values())}."),
]
WordsName = Annotated[
    str | None,
    typer.Option(help="How words are read: as bits, or in order by lstm, mean, max or conv, for each turn."),
]
CellName = Annotated[
    str | None, typer.Option(help="What carries memory: lstm, gru, simple-rnn or transformer.")
]
DeviceCount = Annotated[
    int | None, typer.Option(help="Cores that share each batch; all there are when not given.")
]
SettingsFile = Annotated[
    Path | None, typer.Option(help="A TOML or JSON file of settings; options go before it.")
]
SeedCount = Annotated[
    int | None, typer.Option(help="Train so many networks, which answer together as one policy.")
]
MaxError = Annotated[
    float | None,
    typer.Option(
        help="Abstain as is needed for at most this share of wrong answers, as the dev part shows: 0.02."
    ),
]
SettingPairs = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Any setting by its name, as dropout=0.3 (repeatable)."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]

_ROLES = ("dialogue", "action", "order", "user", "response", "fact")


def read_corpus(
    sources: Sequence[str],
    format: str | None,
    columns: list[str] | None,
    settings: list[str] | None,
    where: list[str] | None,
) -> Corpus:
    """Return the corpus that the shared options describe."""
    wanted = dict(pair(condition, "--where") for condition in where or [])
    given: dict[str, Any] = dict(pair(text, "--read") for text in settings or [])
    config = ReadConfig(**given)
    if any("://" in source for source in sources):
        corpus = _conversations(sources)
    else:
        corpus = read(list(sources), format, _columns(columns or []), config=config)
    return corpus.where(wanted) if wanted else corpus


def _conversations(sources: Sequence[str]) -> Corpus:
    """Return the live conversations of a store as a corpus."""
    if len(sources) > 1:
        raise CorpusError(sources[0], "a store stands beside other sources", "give the store alone")
    return read_store(sources[0])


def pair(text: str, option: str) -> tuple[str, str]:
    """Return the two sides of NAME=VALUE.

    Raises:
        ConfigError: where there are no two sides.
    """
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise ConfigError(f"{option} {text!r} has no value; write it as NAME=VALUE")
    return name.strip(), value.strip()


def _columns(texts: list[str]) -> Columns:
    roles: dict[str, str] = {}
    facts: list[str] = []
    for text in texts:
        role, name = pair(text, "--column")
        if role not in _ROLES:
            raise ConfigError(
                f"--column {role!r} is no role; it is one of {', '.join(_ROLES)}{did_you_mean(role, _ROLES)}"
            )
        if role == "fact":
            facts.append(name)
        else:
            roles[role] = name
    return Columns(**roles, facts=tuple(facts))
