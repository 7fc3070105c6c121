"""Rename, merge or drop the actions of a corpus by a mapping."""

from __future__ import annotations

import csv
import io
import json
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from turncast.corpus import Corpus
from turncast.data.convert import WrittenFile, convert
from turncast.dialogue import Dialogue, Turn
from turncast.errors import ConfigError, did_you_mean

_HEADER = ["old", "new"]


@dataclass(frozen=True, slots=True)
class Relabelled:
    """What a mapping changed.

    Attributes:
        written: the new file.
        turns_changed: the number of turns that each entry of the mapping changed.
        new_names: the new name of each entry; None drops the action.
        suggestions: for each entry that changed nothing, "; did you mean 'x'?" or nothing.
        emptied: the number of turns that lost all their actions.
        actions: how often each action is taken in the new file.
    """

    written: WrittenFile
    turns_changed: Mapping[str, int]
    new_names: Mapping[str, str | None]
    suggestions: Mapping[str, str]
    emptied: int
    actions: Mapping[str, int]

    def to_json(self) -> dict[str, Any]:
        """Return the record as plain values."""
        entries = [
            {"old": old, "new": self.new_names[old], "turns": turns}
            for old, turns in self.turns_changed.items()
        ]
        unused = {old: hint.removeprefix("; ") or None for old, hint in self.suggestions.items()}
        return self.written.to_json() | {
            "entries": entries,
            "unused_entries": unused,
            "emptied_turns": self.emptied,
            "actions": dict(self.actions),
        }


def read_mapping(path: str | Path) -> dict[str, str | None]:
    r"""Return a mapping from actions to new names, read from a CSV, JSON or TOML file; an empty name is None.

    >>> path = Path(getfixture("tmp_path")) / "map.csv"
    >>> _ = path.write_text("old,new\nBye,goodbye\nnoise,\n")
    >>> read_mapping(path)
    {'Bye': 'goodbye', 'noise': None}

    Raises:
        ConfigError: for a file that holds no such mapping.
    """
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read ({error.strerror}); check the path") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{file}: not UTF-8; save the file as UTF-8") from None
    readers = {".csv": _from_csv, ".json": _from_json, ".toml": _from_toml}
    if file.suffix.lower() not in readers:
        raise ConfigError(f"{file}: no mapping has this suffix; give a .csv, .json or .toml file")
    mapping: dict[str, str | None] = {}
    for where, old, new in readers[file.suffix.lower()](text, str(file)):
        if not old:
            raise ConfigError(f"{where}: the old name is empty; name an action")
        name = (new or "").strip() or None
        if mapping.setdefault(old, name) != name:
            raise ConfigError(f"{where}: {old!r} is mapped to two different names; keep one")
    if not mapping:
        raise ConfigError(f"{file}: the mapping is empty; give an old and a new name per line")
    return mapping


def _from_csv(text: str, path: str) -> Iterator[tuple[str, str, str | None]]:
    reader = csv.reader(io.StringIO(text, newline=""), skipinitialspace=True, strict=True)
    try:
        for cells in reader:
            where = f"{path} line {reader.line_num}"
            if not cells or (reader.line_num == 1 and [cell.strip().lower() for cell in cells] == _HEADER):
                continue
            if len(cells) != len(_HEADER):
                cure = "give an old and a new name, as Bye,goodbye"
                raise ConfigError(f"{where}: {len(cells)} cells where two are expected; {cure}")
            yield where, cells[0], cells[1]
    except csv.Error as error:
        problem = "a quote never closes" if "unexpected end" in str(error) else str(error)
        raise ConfigError(f"{path} line {reader.line_num}: {problem}; correct the row") from None


def _from_json(text: str, path: str) -> Iterator[tuple[str, str, str | None]]:
    try:
        pairs = json.loads(text, object_pairs_hook=list)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: not JSON ({error}); correct it") from None
    if not isinstance(pairs, list) or not all(isinstance(pair, tuple) for pair in pairs):
        raise ConfigError(f'{path}: not an object of old and new names; write {{"Bye": "goodbye"}}')
    yield from _checked(pairs, path)


def _from_toml(text: str, path: str) -> Iterator[tuple[str, str, str | None]]:
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f'{path}: not TOML ({error}); write "Bye" = "goodbye"') from None
    yield from _checked(table.items(), path)


def _checked(pairs: Iterable[tuple[str, object]], path: str) -> Iterator[tuple[str, str, str | None]]:
    for old, new in pairs:
        if new is not None and not isinstance(new, str):
            raise ConfigError(
                f"{path}: the new name of {old!r} is not a string; give one, or an empty one to drop it"
            )
        yield path, old, new


def relabel(
    corpus: Corpus,
    mapping: Mapping[str, str | None],
    out: str | Path,
    to: str | None = None,
    *,
    force: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Relabelled:
    """Write a corpus with new names for its actions.

    Actions with the same new name are merged; an action with the new name None is dropped. Each action is
    mapped once, so that two names can be swapped.

    Args:
        corpus: the dialogues.
        mapping: old name -> new name.
        out: the file.
        to: a name of `WRITERS`, to select the format by name and not by the suffix of `out`.
        force: replace an existing file.
        progress: called with the number of turns written so far.

    >>> from turncast import simulate
    >>> bookings = simulate(dialogues=5, seed=1)
    >>> out = Path(getfixture("tmp_path")) / "new.jsonl"
    >>> result = relabel(bookings, {"goodbye": "bye", "gret": "hello", "chat": None}, out)
    >>> result.turns_changed["goodbye"], result.actions["bye"], result.suggestions["gret"]
    (5, 5, "; did you mean 'greet'?")

    Raises:
        OutputExists, OutputDenied: if the file exists or cannot be written.
    """
    renaming = _Renaming(mapping)
    written = convert(corpus.map(renaming.apply), out, to, force=force, progress=progress)
    turns_changed = {old: renaming.changed[old] for old in mapping}
    return Relabelled(
        written,
        turns_changed,
        dict(mapping),
        {old: did_you_mean(old, renaming.before) for old, turns in turns_changed.items() if not turns},
        renaming.emptied,
        dict(renaming.after.most_common()),
    )


@dataclass(slots=True)
class _Renaming:
    """Renames actions, and counts what it changes."""

    mapping: Mapping[str, str | None]
    changed: Counter[str] = field(default_factory=Counter)
    before: set[str] = field(default_factory=set)
    after: Counter[str] = field(default_factory=Counter)
    emptied: int = 0

    def apply(self, dialogue: Dialogue) -> Dialogue:
        return replace(dialogue, turns=tuple(self._turn(turn) for turn in dialogue))

    def _turn(self, turn: Turn) -> Turn:
        self.before.update(turn.actions)
        self.changed.update(action for action in turn.actions if action in self.mapping)
        renamed = (self.mapping.get(action, action) for action in turn.actions)
        actions = tuple(dict.fromkeys(action for action in renamed if action is not None))
        self.emptied += bool(turn.actions) and not actions
        self.after.update(actions)
        return replace(turn, actions=actions)
