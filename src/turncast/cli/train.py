"""`turncast train`."""

from __future__ import annotations

import json
import tomllib
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from turncast.atomic_files import check_output_folder
from turncast.cli.growing import Growing, OldDev, ParentPath, Replay
from turncast.cli.options import (
    CellName,
    ColumnNames,
    Conditions,
    CorpusPaths,
    DeviceCount,
    FormatName,
    LayoutName,
    MaxError,
    ReadSettings,
    RulesFile,
    SeedCount,
    SettingPairs,
    SettingsFile,
    ValuesFile,
    WordsName,
    pair,
    read_corpus,
)
from turncast.cli.output import note, show
from turncast.config import Configuration
from turncast.corpus import Corpus
from turncast.errors import ConfigError
from turncast.evaluation import evaluate
from turncast.evaluation.terminal import render_report
from turncast.policy import Policy
from turncast.readers import read_slot_values
from turncast.rules import read_rules
from turncast.training import inherit_settings, progress_for, split_dev
from turncast.training import train as train_policy

EXAMPLES = """[bold]Examples[/bold]

turncast train dialogs.jsonl --out model/

turncast train train.txt --dev dev.txt --out model/ --epochs 20 --units 64

turncast train log.csv --column dialogue=CaseID --column action=ActivityID --out model/

turncast train dialogs.jsonl --out model/ --values menu.csv       (what is found in words, as slots)

turncast train dialogs.jsonl --out model/ --rules rules.yml       (what may, may not and must be done)

turncast train dialogs.jsonl --out model/ --words lstm --cell gru

turncast train dialogs.jsonl --out model/ --set vectors=potion-base-8M/     (a local folder of text vectors)

turncast train dialogs.jsonl --out model/ --layout many-to-one --set outcome=happy

turncast train dialogs.jsonl --out model/ --seeds 5

turncast train new.jsonl --from model/ --out model2/ --old-dev dev.jsonl --replay dialogs.jsonl

turncast train dialogs.jsonl --out model/ --max-error 0.02     (abstain where that is needed for it)

turncast train dialogs.jsonl --out model/ --resume     (after Ctrl-C or a crash)"""


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
    rules: RulesFile = None,
    epochs: Annotated[int | None, typer.Option(help="Passes over the corpus, at most.")] = None,
    units: Annotated[int | None, typer.Option(help="Width of the hidden layers.")] = None,
    layout: LayoutName = None,
    words: WordsName = None,
    cell: CellName = None,
    seed: Annotated[int | None, typer.Option(help="The same seed gives the same model.")] = None,
    devices: DeviceCount = None,
    seeds: SeedCount = None,
    max_error: MaxError = None,
    set_: SettingPairs = None,
    config: SettingsFile = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a model that is there already.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a training that was stopped.")] = False,
    from_: ParentPath = None,
    old_dev: OldDev = None,
    replay: Replay = None,
) -> None:
    """Train a policy and save it as a folder."""
    given: dict[str, Any] = {"epochs": epochs, "units": units, "seed": seed, "seeds": seeds}
    given |= {"layout": layout, "words": words, "cell": cell, "devices": devices, "max_error": max_error}
    configuration = Configuration.from_settings(_settings(config, set_, given))
    # A training that was stopped left its best policy; going on replaces it.
    check_output_folder(out, "manifest.json", force=force or (resume and _interrupted(out)))
    reading = partial(read_corpus, format=format, columns=column, settings=read, where=where)
    growing = Growing.of(from_, out, old_dev, replay, reading)
    if growing:
        configuration = inherit_settings(growing.parent, configuration)
    training = configuration.training
    part = reading(corpus)
    if dev:
        dev_part = reading(dev)
    else:
        part, dev_part = split_dev(part, training.dev_share, training.seed)
    checkpoint = out.with_name(f"{out.name}.checkpoint")
    policy = train_policy(
        growing.lessons(part, training.seed) if growing else part,
        dev_part,
        network=configuration.network,
        config=training,
        encoder=configuration.encoder,
        values=read_slot_values(values) if values else None,
        rules=read_rules(rules) if rules else None,
        progress=progress_for(),
        checkpoint=checkpoint,
        resume=resume,
        parent=growing.parent if growing else None,
    )
    _save(policy, out, dev_part, growing)
    _end(policy, out, checkpoint)


def _save(policy: Policy, out: Path, dev: Corpus, growing: Growing | None) -> None:
    """Judge the policy, save it with its report, and show that."""
    report = evaluate(policy, dev)
    grown = growing.report(policy, dev, report) if growing else None
    record = report.to_json() | ({"growth": grown.to_json()} if grown else {})
    policy.save(out, force=True, report=json.dumps(record, ensure_ascii=False, indent=1))
    show(*([grown] if grown else []), render_report(report))


def _end(policy: Policy, out: Path, checkpoint: Path) -> None:
    broken = policy.card.corpus.get("turns_that_break_rules")
    if broken:
        note(f"Not learned from, for they break the rules: {broken:,} turns. See: turncast rules check")
    if policy.card.interrupted:
        note(f"Stopped early: {out} holds the best policy so far. Go on with the same command and --resume.")
    else:
        checkpoint.unlink(missing_ok=True)
        note(f"Saved {out}. Next: turncast chat {out}")


def _settings(config: Path | None, pairs: list[str] | None, given: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of the file, then those of --set, then those of options."""
    settings = _read_settings(config) if config else {}
    settings |= dict(pair(text, "--set") for text in pairs or [])
    return settings | {name: value for name, value in given.items() if value is not None}


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
