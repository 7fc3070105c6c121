"""Rules from files, and from the records in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

from turncast.errors import ConfigError, CorpusError, did_you_mean, kind_of
from turncast.rules.condition import (
    All,
    AnyOf,
    Condition,
    FactIs,
    Not,
    PreviousIs,
    Taken,
    UserSays,
    UserSpeaks,
)
from turncast.rules.rules import Kind, Rule, Rules

_KINDS = (*get_args(Kind), "once", "order")
_NAME_KEYS = {"allow", "forbid", "force", "once", "order", "fact", "taken", "previous", "says", "because"}
_CONDITIONS = ("fact", "taken", "previous", "says", "user", "all", "any", "not")


def rules_from_json(document: Any, where: str = "rules") -> Rules:
    """Return the rules of a document.

    Args:
        document: a list of rules, or an object whose `rules` is a list. A rule has one of `allow`, `forbid`
            and `force` with an action, a pattern or a list of these, and `when` with a condition; or `once`
            with actions that may be taken once; or `order` with actions that each need the one before.
        where: the place that errors name.

    >>> rules = rules_from_json([{"once": "greet"}, {"order": ["search", "book"]}])
    >>> [rule.reason for rule in rules.rules]
    ["'greet' is allowed once", "only after 'search'"]
    >>> rules_from_json([{"alow": "book"}])
    Traceback (most recent call last):
    turncast.errors.ConfigError: rules, rule 1: 'alow' is not a kind of rule; did you mean 'allow'?

    Raises:
        ConfigError: for an invalid rule.
    """
    records = document.get("rules") if isinstance(document, dict) else document
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise ConfigError(f"{where}: a file of rules is a list of them; write - allow: ACTION and when: ...")
    rules = list[Rule]()
    for number, record in enumerate(records, start=1):
        place = _place(record, f"{where}, rule {number}", where)
        rules += (replace(rule, where=place) for rule in _rules_of(record, place))
    return Rules(tuple(rules), tuple(records))


def read_rules(path: str | Path) -> Rules:
    """Return the rules of a YAML or JSON file: a list, or an object whose `rules` is a list.

    Raises:
        ConfigError: for an unreadable file, or an invalid rule, with its line.
        MissingExtra: for YAML where its library is not installed.
    """
    # Imported here, so that a model in use does not load the readers.
    from turncast.readers.json_values import parse_json
    from turncast.readers.safe_yaml import load_yaml, restore_texts
    from turncast.readers.text_files import read_text

    path = Path(path)
    try:
        text = read_text(path)
        if path.suffix == ".json":
            document = parse_json(text, str(path))
        else:
            document = load_yaml(text, str(path))
            restore_texts(document, _NAME_KEYS)
    except CorpusError as error:
        raise ConfigError(str(error)) from None
    return rules_from_json(document, str(path))


def _rules_of(record: Mapping[str, Any], where: str) -> list[Rule]:
    kinds = [key for key in record if key not in ("when", "because")]
    if len(kinds) != 1 or kinds[0] not in _KINDS:
        unknown = next((key for key in kinds if key not in _KINDS), None)
        if unknown is not None:
            raise ConfigError(f"{where}: {unknown!r} is not a kind of rule{did_you_mean(unknown, _KINDS)}")
        raise ConfigError(f"{where}: a rule has one of {', '.join(_KINDS)}; it has {len(kinds)}")
    kind, because = kinds[0], record.get("because", "")
    if not isinstance(because, str):
        raise ConfigError(f"{where}: 'because' is {kind_of(because)}; give a text")
    actions = _names(record[kind], where, kind)
    if kind in ("once", "order"):
        if "when" in record:
            raise ConfigError(f"{where}: {kind!r} takes no 'when'; write it as allow or forbid")
        if kind == "once":
            return [Rule("forbid", (a,), Taken(a), because or f"{a!r} is allowed once") for a in actions]
        return [Rule("allow", (b,), Taken(a), because or f"only after {a!r}") for a, b in pairwise(actions)]
    if "when" not in record:
        condition: Condition = All(())
        if kind == "allow":
            raise ConfigError(
                f"{where}: 'allow' needs a 'when'; give the condition under which it is allowed"
            )
        because = because or ("never" if kind == "forbid" else "another action is forced")
    else:
        condition = _condition(record["when"], where)
    known: dict[str, Kind] = {"allow": "allow", "forbid": "forbid", "force": "force"}
    return [Rule(known[kind], actions, condition, because)]


def _names(value: Any, where: str, key: str) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not names or not all(isinstance(n, str) and n for n in names):
        raise ConfigError(f"{where}: {key!r} is {kind_of(value)}; give an action, or a list of actions")
    return tuple(names)


def _condition(record: Any, where: str) -> Condition:
    if isinstance(record, list):
        return All(tuple(_condition(item, where) for item in record))
    if not isinstance(record, dict):
        raise ConfigError(f"{where}: a condition is {kind_of(record)}; write it as when: {{taken: ACTION}}")
    where = _place(record, where, where)
    kinds = [key for key in record if key in _CONDITIONS]
    if len(kinds) != 1:
        unknown = next((key for key in record if key not in _CONDITIONS), "nothing")
        raise ConfigError(
            f"{where}: a condition has one of {', '.join(_CONDITIONS)}; "
            f"it has {', '.join(kinds) or repr(unknown)}{did_you_mean(unknown, _CONDITIONS)}"
        )
    kind = kinds[0]
    value = record[kind]
    if kind == "fact":
        return _fact(record, where)
    if len(record) > 1:
        extra = next(key for key in record if key != kind)
        raise ConfigError(f"{where}: {extra!r} does not go with {kind!r}; leave it out")
    if kind in ("all", "any"):
        if not isinstance(value, list) or not value:
            raise ConfigError(f"{where}: {kind!r} is {kind_of(value)}; give a list of conditions")
        return (All if kind == "all" else AnyOf)(tuple(_condition(item, where) for item in value))
    if kind == "not":
        return Not(_condition(value, where))
    if kind == "user":
        if value not in ("speaks", "silent"):
            raise ConfigError(f"{where}: 'user' is {value!r}; give speaks or silent")
        return UserSpeaks(value == "speaks")
    (text, *more) = _names(value, where, kind)
    if more:
        raise ConfigError(f"{where}: {kind!r} is a list; give one, or write any: with several conditions")
    if kind == "says":
        return UserSays(text)
    return Taken(text) if kind == "taken" else PreviousIs(text)


def _fact(record: Mapping[str, Any], where: str) -> FactIs:
    known = ("fact", "is", "at_least", "at_most", "now")
    for key in record:
        if key not in known:
            raise ConfigError(f"{where}: {key!r} does not go with 'fact'{did_you_mean(key, known)}")
    name, wanted = record["fact"], record.get("is", [])
    values: Sequence[Any] = wanted if isinstance(wanted, list) else [wanted]
    if not isinstance(name, str) or not name:
        raise ConfigError(f"{where}: 'fact' is {kind_of(name)}; give the fact's name")
    if not all(isinstance(value, bool | int | float | str) for value in values):
        raise ConfigError(f"{where}: 'is' has no value; give one, or a list of them")
    for key in ("at_least", "at_most"):
        bound = record.get(key)
        if bound is not None and (isinstance(bound, bool) or not isinstance(bound, int | float)):
            raise ConfigError(f"{where}: {key!r} is {kind_of(bound)}; give a number")
    now = record.get("now", False)
    if not isinstance(now, bool):
        raise ConfigError(f"{where}: 'now' is {kind_of(now)}; give true or false")
    return FactIs(name, tuple(values), record.get("at_least"), record.get("at_most"), now)


def _place(record: Any, where: str, file: str) -> str:
    line = getattr(record, "line", None)  # a mapping from YAML has it
    return where if line is None else f"{file.partition(' line ')[0]} line {line}"
