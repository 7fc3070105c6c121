"""`turnwise train`."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Annotated, Any

import typer

from turnwise.cli.options import (
    CellName,
    ColumnNames,
    Conditions,
    CorpusPaths,
    FormatName,
    LayoutName,
    MaxError,
    ReadSettings,
    SettingPairs,
    ValuesFile,
    WordsName,
    pair,
    read_corpus,
)
from turnwise.cli.output import note, show
from turnwise.config import split_settings
from turnwise.errors import ConfigError
from turnwise.evaluation import evaluate
from turnwise.policy import check_output
from turnwise.readers import read_values
from turnwise.training import progress_for, split_dev
from turnwise.training import train as train_policy

EXAMPLES = """[bold]Examples[/bold]

turnwise train dialogs.jsonl --out model/

turnwise train train.txt --dev dev.txt --out model/ --epochs 20 --units 64

turnwise train log.csv --column dialogue=CaseID --column action=ActivityID --out model/

turnwise train dialogs.jsonl --out model/ --values menu.csv       (what is found in words, as slots)

turnwise train dialogs.jsonl --out model/ --words lstm --cell gru

turnwise train dialogs.jsonl --out model/ --layout many-to-one --set outcome=happy

turnwise train dialogs.jsonl --out model/ --max-error 0.02     (abstain where that is needed for it)

turnwise train dialogs.jsonl --out model/ --resume     (after Ctrl-C or a crash)"""


def train(
    corpus: CorpusPaths,
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder to make.")],
    dev: Annotated[
        list[str] | None,
        typer.Option(help="Dialogues that say when to stop; a tenth of the corpus when not given."),
    ] = None,
    format: FormatName = None,
    column: ColumnNames = None,
    read: ReadSettings = None,
    where: Conditions = None,
    values: ValuesFile = None,
    epochs: Annotated[int | None, typer.Option(help="Passes over the corpus, at most.")] = None,
    units: Annotated[int | None, typer.Option(help="Width of the hidden layers.")] = None,
    layout: LayoutName = None,
    words: WordsName = None,
    cell: CellName = None,
    seed: Annotated[int | None, typer.Option(help="The same seed gives the same model.")] = None,
    devices: Annotated[
        int | None, typer.Option(help="Cores that share each batch; all there are when not given.")
    ] = None,
    max_error: MaxError = None,
    set_: SettingPairs = None,
    config: Annotated[
        Path | None, typer.Option(help="A TOML or JSON file of settings; options go before it.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a model that is there already.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a training that was stopped.")] = False,
) -> None:
    """Train a policy and save it as a folder."""
    given: dict[str, Any] = {"epochs": epochs, "units": units, "seed": seed, "devices": devices}
    given |= {"max_error": max_error, "layout": layout, "words": words, "cell": cell}
    settings = _read_settings(config) if config else {}
    settings |= dict(pair(text, "--set") for text in set_ or [])
    settings |= {name: value for name, value in given.items() if value is not None}
    encoder_config, network_config, train_config = split_settings(settings)
    # A training that was stopped left its best policy; going on replaces it.
    check_output(out, "manifest.json", force=force or (resume and _interrupted(out)))
    part = read_corpus(corpus, format, column, read, where)
    if dev:
        dev_part = read_corpus(dev, format, column, read, where)
    else:
        part, dev_part = split_dev(part, train_config.dev_share, train_config.seed)
    checkpoint = out.with_name(f"{out.name}.checkpoint")
    policy = train_policy(
        part,
        dev_part,
        network=network_config,
        config=train_config,
        encoder=encoder_config,
        values=read_values(values) if values else None,
        progress=progress_for(),
        checkpoint=checkpoint,
        resume=resume,
    )
    report = evaluate(policy, dev_part)
    policy.save(out, force=True, report=json.dumps(report.to_json(), ensure_ascii=False, indent=1))
    show(report)
    if policy.card.interrupted:
        note(f"Stopped early: {out} holds the best policy so far. Go on with the same command and --resume.")
    else:
        checkpoint.unlink(missing_ok=True)
        note(f"Saved {out}. Next: turnwise chat {out}")


def _read_settings(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
        settings = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); check the path") from None
    except ValueError as error:
        raise ConfigError(f"{path}: {error}; write settings as TOML: epochs = 20") from None
    if not isinstance(settings, dict):
        raise ConfigError(f"{path}: holds no settings; write them as TOML: epochs = 20")
    return settings


def _interrupted(out: Path) -> bool:
    try:
        return bool(json.loads((out / "manifest.json").read_bytes())["interrupted"])
    except (OSError, ValueError, KeyError, TypeError):
        return False
