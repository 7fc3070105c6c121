"""The arguments of `train`, checked: what is no such argument is refused with what to give instead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from turncast.config import EncoderConfig, NetworkConfig, Settings, TrainConfig
from turncast.corpus import Corpus
from turncast.errors import ArgumentError, check_argument, with_article
from turncast.policy import Policy
from turncast.rules import Rules

READ_CURE = "give a Corpus, as turncast.read(path) returns it"
_SETTINGS: dict[type[Any], str] = {EncoderConfig: "encoder", NetworkConfig: "network", TrainConfig: "config"}
_Kind = TypeVar("_Kind", bound=Settings)


def as_settings(argument: str, given: Settings | Mapping[str, Any] | None, kind: type[_Kind]) -> _Kind:
    """Return the settings of an argument, which may be a mapping; the defaults for None.

    >>> as_settings("network", {"units": 32}, NetworkConfig).units
    32
    >>> as_settings("network", TrainConfig(), NetworkConfig)
    Traceback (most recent call last):
    turncast.errors.ArgumentError: network: it is a TrainConfig; give it as config=TrainConfig(...)

    Raises:
        ArgumentError: for anything else.
        ConfigError: for an unknown setting, or a value that a setting does not take.
    """
    if given is None:
        return kind()
    if isinstance(given, Mapping):
        return kind(**given)
    check_argument(argument, given, kind, _named(given) or f"give {argument}={kind.__name__}(...)")
    return cast(_Kind, given)


def check_corpora(corpus: object, dev: object) -> None:
    """Raise ArgumentError where the corpus or the dev part is no corpus."""
    if type(corpus).__module__ == "numpy":
        cure = "make a corpus of arrays: turncast.Corpus.from_arrays(x, y)"
        raise ArgumentError("corpus", f"it is {with_article(type(corpus).__name__)}", cure)
    check_argument("corpus", corpus, Corpus, READ_CURE)
    if dev is not None:
        check_argument("dev", dev, Corpus, _named(dev) or READ_CURE)


def check_rules_and_parent(rules: object, parent: object) -> None:
    """Raise ArgumentError where the rules are no rules, or the parent is no policy."""
    if rules is not None:
        check_argument("rules", rules, Rules, "give Rules, as turncast.rules.read_rules(path) returns them")
    if parent is not None:
        check_argument("parent", parent, Policy, "give a Policy, as turncast.Policy.load(folder) returns it")


def _named(given: object) -> str | None:
    """Return how to give settings that came as another argument; None for anything else."""
    name = _SETTINGS.get(type(given))
    return name and f"give it as {name}={type(given).__name__}(...)"
