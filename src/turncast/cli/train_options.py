"""The options of `turncast train`: its settings, and the model to grow from."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any

import typer

from turncast.cli.options import MaxError, NetworkOptions
from turncast.errors import ConfigError
from turncast.policy import Policy

_TRAINING, _GROWING = "Training", "Growing from a model"


@dataclass(frozen=True, slots=True)
class TrainingOptions(NetworkOptions):
    """The settings of a training; those of the network come first."""

    units: Annotated[
        int | None, typer.Option(help="Width of the hidden layers.", rich_help_panel=_TRAINING)
    ] = None
    epochs: Annotated[
        int | None, typer.Option(help="Passes over the corpus, at most.", rich_help_panel=_TRAINING)
    ] = None
    seed: Annotated[
        int | None, typer.Option(help="The same seed gives the same model.", rich_help_panel=_TRAINING)
    ] = None
    seeds: Annotated[
        int | None,
        typer.Option(help="Train an ensemble of this many networks.", rich_help_panel=_TRAINING),
    ] = None
    devices: Annotated[
        int | None,
        typer.Option(
            help="Cores that share each batch; all available ones by default.", rich_help_panel=_TRAINING
        ),
    ] = None
    max_error: MaxError = None
    config: Annotated[
        Path | None,
        typer.Option(
            help="A TOML or JSON file of settings; --set and the other options take precedence.",
            rich_help_panel=_TRAINING,
        ),
    ] = None

    def settings(self) -> dict[str, Any]:
        """Return the settings in the file, updated by those of `--set`, and then by the other options.

        Raises:
            ConfigError: for a file that cannot be read, or for `--set` without a value.
        """
        settings = _read_settings(self.config) if self.config else {}
        settings |= NetworkOptions.settings(self)
        others = {field.name for field in fields(self)} - {"config", "set_"}
        given = {name: getattr(self, name) for name in others}
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


@dataclass(frozen=True, slots=True)
class GrowthOptions:
    """The model to grow from, and the dialogues that it was trained on."""

    from_: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="MODEL",
            help="Continue from this model: keep its weights, and add the new words, facts and actions.",
            rich_help_panel=_GROWING,
        ),
    ] = None
    old_dev: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CORPUS",
            help="Old dialogues to evaluate before and after, which shows what was forgotten.",
            rich_help_panel=_GROWING,
        ),
    ] = None
    replay: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CORPUS",
            help="Old dialogues to mix into the training part (rehearsal), so that less is forgotten.",
            rich_help_panel=_GROWING,
        ),
    ] = None

    def load_parent(self, out: Path) -> Policy | None:
        """Return the policy to grow from; None without `--from`.

        Args:
            out: the folder of the new model.

        Raises:
            ConfigError: for `--old-dev` or `--replay` without `--from`, and where `out` is the old model.
        """
        if self.from_ is None:
            for given, option in ((self.old_dev, "--old-dev"), (self.replay, "--replay")):
                if given:
                    raise ConfigError(f"{option} is given without a model to grow from; name it with --from")
            return None
        if out.resolve() == self.from_.resolve():
            raise ConfigError(
                f"--out {out} is the model to grow from, which is not replaced; give another folder"
            )
        return Policy.load(self.from_)
