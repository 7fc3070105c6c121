"""The search space: which settings are searched, and what each is drawn from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from turncast.config import EncoderConfig, NetworkConfig, TrainConfig, setting
from turncast.errors import ConfigError
from turncast.layouts import LAYOUTS
from turncast.search.distribution import Choice, Distribution, Real, Whole

NOT_SEARCHED = ("layout", "horizon", "outcome", "beginning", "dev_share", "seed", "devices")
"""Settings that change the task or its evaluation: the best value would only be the easiest task."""


def _always(settings: Mapping[str, Any]) -> bool:  # noqa: ARG001  # the others look at them
    return True


def _recurrent(settings: Mapping[str, Any]) -> bool:
    return bool(settings["cell"] != "transformer")


@dataclass(frozen=True, slots=True)
class SearchedSetting:
    """A setting that is searched.

    Args:
        name: the setting.
        distribution: what its values are drawn from.
        when: whether it has an effect, given the fixed settings and those drawn before it in the space.
        needs_values: whether it has an effect only where the corpus has slot values to learn.
    """

    name: str
    distribution: Distribution
    when: Callable[[Mapping[str, Any]], bool] = _always
    needs_values: bool = False


_EITHER = Choice((False, True))

SPACE = (
    SearchedSetting("words", Choice(("bits", "mean", "max", "conv", "lstm"))),
    SearchedSetting("cell", Choice(("lstm", "gru", "transformer")), lambda s: LAYOUTS[s["layout"]].memory),
    SearchedSetting("units", Whole(32, 256, step=32)),
    SearchedSetting("layers", Whole(1, 3)),
    SearchedSetting("bit_units", Whole(32, 256, step=32)),
    SearchedSetting("word_units", Whole(16, 128, step=16), lambda s: s["words"] != "bits"),
    SearchedSetting("heads", Choice((1, 2, 4, 8)), lambda s: s["cell"] == "transformer"),
    SearchedSetting("residual", _EITHER, lambda s: _recurrent(s) and s["layers"] > 1),
    SearchedSetting("layer_norm", _EITHER, _recurrent),
    SearchedSetting("dropout", Real(0.0, 0.5)),
    SearchedSetting("word_dropout", Real(0.0, 0.2)),
    SearchedSetting("label_smoothing", Real(0.0, 0.2)),
    SearchedSetting("ema", Choice((0.0, 0.9, 0.98))),
    SearchedSetting("learning_rate", Real(0.0003, 0.01, log=True)),
    SearchedSetting("batch_turns", Whole(128, 2048, log=True)),
    SearchedSetting("min_count", Whole(1, 4)),
    SearchedSetting("word_bigrams", _EITHER),
    SearchedSetting("character_trigrams", _EITHER),
    SearchedSetting("last_response", _EITHER),
    SearchedSetting("past_actions", _EITHER),
    SearchedSetting("position", _EITHER),
    SearchedSetting("persistent_facts", _EITHER),
    SearchedSetting("learn_values", _EITHER, needs_values=True),
    SearchedSetting("value_dropout", Real(0.0, 0.5), lambda s: bool(s["learn_values"]), needs_values=True),
)
"""The default search space. A further setting is one more row."""

_KNOWN = {row.name: row for row in SPACE}


def draw(space: Iterable[SearchedSetting], fixed: Mapping[str, Any], trial: Any) -> dict[str, Any]:
    """Return the settings of a trial of Optuna, drawn from the space; fixed settings are not drawn."""
    settings, drawn = {**DEFAULTS, **fixed}, dict[str, Any]()
    for row in space:
        if row.name not in fixed and row.when(settings):
            drawn[row.name] = settings[row.name] = row.distribution.draw(trial, row.name)
    return drawn


def defaults_in(space: Iterable[SearchedSetting]) -> dict[str, Any]:
    """Return the defaults of the searched settings, as far as the space has them."""
    return {row.name: DEFAULTS[row.name] for row in space if DEFAULTS[row.name] in row.distribution}


def parse_space(text: str) -> tuple[SearchedSetting, ...]:
    """Return the space that a text describes: ranges as LOW..HIGH or LOW..HIGH..STEP, values with commas.

    A setting of the default space keeps its condition and its scale.

    >>> [(row.name, str(row.distribution)) for row in parse_space("units=32..256..32,cell=lstm,gru")]
    [('cell', 'lstm,gru'), ('units', '32..256..32')]
    >>> parse_space("units=32..0")
    Traceback (most recent call last):
    turncast.errors.ConfigError: setting 'units' is '0'; input should be greater than or equal to 1

    Raises:
        ConfigError: for an unknown setting, a value that it does not take, or one that is never searched.
    """
    values_of = dict[str, list[str]]()
    for name, value in _pairs(text):
        values_of.setdefault(name, []).append(value)
    space = {name: _searched_setting(name, values) for name, values in values_of.items()}
    # In the order of the default space: a condition comes after the settings that it reads.
    order = [name for name in _KNOWN if name in space] + [name for name in space if name not in _KNOWN]
    return tuple(space[name] for name in order)


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """Yield names and values; a part without a name belongs to the name before it."""
    name = ""
    for part in text.split(","):
        before, equals, value = part.partition("=")
        name = before.strip() if equals else name
        value = (value if equals else part).strip()
        if not name or not value:
            raise ConfigError(
                f"--space {text!r}: {part!r} has no value; write it as units=32..256,cell=lstm,gru"
            )
        yield name, value


def _searched_setting(name: str, values: list[str]) -> SearchedSetting:
    if name in NOT_SEARCHED:
        raise ConfigError(
            f"setting {name!r} is not searched: it changes what is evaluated; give it with --fix"
        )
    known = _KNOWN.get(name)
    if len(values) == 1 and ".." in values[0]:
        log = known is not None and getattr(known.distribution, "log", False)
        distribution: Distribution = _range(name, values[0], log)
    else:
        distribution = Choice(tuple(setting(name, value) for value in values))
    return replace(known, distribution=distribution) if known else SearchedSetting(name, distribution)


def _range(name: str, text: str, log: bool) -> Distribution:
    """Return the distribution of LOW..HIGH or LOW..HIGH..STEP."""
    ends = text.split("..")
    low, high = (setting(name, end) for end in ends[:2])
    if isinstance(low, bool | str):
        raise ConfigError(f"--space {name}={text!r}: {name!r} is not a number; list its values with commas")
    if low > high:
        raise ConfigError(f"--space {name}={text!r}: {low} is more than {high}; give the lower one first")
    if isinstance(low, float):
        if len(ends) > 2:
            raise ConfigError(f"--space {name}={text!r}: only whole numbers have a step; leave it out")
        return Real(low, high, log=log and low > 0)
    if len(ends) == 2:
        return Whole(low, high, log=log and low > 0)
    if len(ends) > 3 or not ends[2].isdecimal() or int(ends[2]) < 1:
        raise ConfigError(f"--space {name}={text!r} is not a range; write it as LOW..HIGH or LOW..HIGH..STEP")
    return Whole(low, low + (high - low) // int(ends[2]) * int(ends[2]), step=int(ends[2]))


DEFAULTS: Mapping[str, Any] = {
    name: value
    for config in (EncoderConfig(), NetworkConfig(), TrainConfig())
    for name, value in config.model_dump().items()
}
