"""The search space: which settings are searched, and what each is drawn from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from turncast.config import EncoderConfig, NetworkConfig, TrainConfig, setting
from turncast.errors import ConfigError
from turncast.layouts import LAYOUTS
from turncast.search.distribution import Choice, Distribution, Real, Whole

Condition = Callable[[Mapping[str, Any]], bool]

NOT_SEARCHED = ("layout", "horizon", "outcome", "beginning", "dev_share", "seed", "devices")
"""Settings that say what is asked, or by what it is judged: the best of them would be the easiest."""


def _always(settings: Mapping[str, Any]) -> bool:  # noqa: ARG001  # the others look at them
    return True


def _recurrent(settings: Mapping[str, Any]) -> bool:
    return bool(settings["cell"] != "transformer")


@dataclass(frozen=True, slots=True)
class Row:
    """A setting that is searched.

    Args:
        name: of the setting.
        distribution: what it is drawn from.
        when: whether it has a say at all, from the settings that are fixed and those of the rows above.
        of_values: whether it has a say only where the corpus teaches values of slots.
    """

    name: str
    distribution: Distribution
    when: Condition = _always
    of_values: bool = False


_EITHER = Choice((False, True))

SPACE = (
    Row("words", Choice(("bits", "mean", "max", "conv", "lstm"))),
    Row("cell", Choice(("lstm", "gru", "transformer")), lambda s: LAYOUTS[s["layout"]].memory),
    Row("units", Whole(32, 256, step=32)),
    Row("layers", Whole(1, 3)),
    Row("bit_units", Whole(32, 256, step=32)),
    Row("word_units", Whole(16, 128, step=16), lambda s: s["words"] != "bits"),
    Row("heads", Choice((1, 2, 4, 8)), lambda s: s["cell"] == "transformer"),
    Row("residual", _EITHER, lambda s: _recurrent(s) and s["layers"] > 1),
    Row("layer_norm", _EITHER, _recurrent),
    Row("dropout", Real(0.0, 0.5)),
    Row("word_dropout", Real(0.0, 0.2)),
    Row("label_smoothing", Real(0.0, 0.2)),
    Row("ema", Choice((0.0, 0.9, 0.98))),
    Row("learning_rate", Real(0.0003, 0.01, log=True)),
    Row("batch_turns", Whole(128, 2048, log=True)),
    Row("min_count", Whole(1, 4)),
    Row("word_bigrams", _EITHER),
    Row("character_trigrams", _EITHER),
    Row("last_response", _EITHER),
    Row("past_actions", _EITHER),
    Row("position", _EITHER),
    Row("persistent_facts", _EITHER),
    Row("learn_values", _EITHER, of_values=True),
    Row("value_dropout", Real(0.0, 0.5), lambda s: bool(s["learn_values"]), of_values=True),
)
"""What is searched when nothing else is said. A new setting is one more row."""

_KNOWN = {row.name: row for row in SPACE}


def draw(space: Iterable[Row], fixed: Mapping[str, Any], trial: Any) -> dict[str, Any]:
    """Return the settings that a trial of Optuna tries: those that are fixed are not drawn."""
    settings, drawn = {**DEFAULTS, **fixed}, dict[str, Any]()
    for row in space:
        if row.name not in fixed and row.when(settings):
            drawn[row.name] = settings[row.name] = row.distribution.draw(trial, row.name)
    return drawn


def defaults_in(space: Iterable[Row]) -> dict[str, Any]:
    """Return the defaults of the settings that are searched, where they can be drawn."""
    return {row.name: DEFAULTS[row.name] for row in space if DEFAULTS[row.name] in row.distribution}


def parse_space(text: str) -> tuple[Row, ...]:
    """Return the rows that a text names: ranges as LOW..HIGH or LOW..HIGH..STEP, values with commas.

    Where the table has the setting too, its condition and its scale are kept.

    >>> [(row.name, str(row.distribution)) for row in parse_space("units=32..256..32,cell=lstm,gru")]
    [('cell', 'lstm,gru'), ('units', '32..256..32')]
    >>> parse_space("units=32..0")
    Traceback (most recent call last):
    turncast.errors.ConfigError: setting 'units' is '0'; input should be greater than or equal to 1

    Raises:
        ConfigError: for what is no setting, or no value of it, or is not searched.
    """
    found = dict[str, list[str]]()
    for name, value in _pairs(text):
        found.setdefault(name, []).append(value)
    named = {name: _row(name, values) for name, values in found.items()}
    # In the order of the table, so that a condition comes after what it looks at.
    order = [name for name in _KNOWN if name in named] + [name for name in named if name not in _KNOWN]
    return tuple(named[name] for name in order)


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """Yield NAME and value; a part without a name has that of the part before it."""
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


def _row(name: str, values: list[str]) -> Row:
    if name in NOT_SEARCHED:
        raise ConfigError(f"setting {name!r} is not searched: it changes what is judged; give it with --fix")
    known = _KNOWN.get(name)
    if len(values) == 1 and ".." in values[0]:
        log = known is not None and getattr(known.distribution, "log", False)
        distribution: Distribution = _range(name, values[0], log)
    else:
        distribution = Choice(tuple(setting(name, value) for value in values))
    return replace(known, distribution=distribution) if known else Row(name, distribution)


def _range(name: str, text: str, log: bool) -> Distribution:
    """Return the numbers of LOW..HIGH or LOW..HIGH..STEP."""
    ends = text.split("..")
    low, high = (setting(name, end) for end in ends[:2])
    if isinstance(low, bool | str):
        raise ConfigError(f"--space {name}={text!r}: {name!r} is no number; name its values with commas")
    if low > high:
        raise ConfigError(f"--space {name}={text!r}: {low} is more than {high}; give the lower one first")
    if isinstance(low, float):
        if len(ends) > 2:
            raise ConfigError(f"--space {name}={text!r}: only whole numbers take a step; leave it out")
        return Real(low, high, log=log and low > 0)
    if len(ends) == 2:
        return Whole(low, high, log=log and low > 0)
    if len(ends) > 3 or not ends[2].isdecimal() or int(ends[2]) < 1:
        raise ConfigError(f"--space {name}={text!r} is no range; write it as LOW..HIGH or LOW..HIGH..STEP")
    return Whole(low, low + (high - low) // int(ends[2]) * int(ends[2]), step=int(ends[2]))


DEFAULTS: Mapping[str, Any] = {
    name: value
    for config in (EncoderConfig(), NetworkConfig(), TrainConfig())
    for name, value in config.model_dump().items()
}
