"""Other names for actions: a mapping from a file, applied to a corpus."""

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
from turncast.data.convert import Written, convert
from turncast.dialogue import Dialogue, Turn
from turncast.errors import ConfigError, did_you_mean

_HEADER = ["old", "new"]


@dataclass(frozen=True, slots=True)
class Relabelled:
    """What a mapping changed.

    Attributes:
        written: the new file.
        touched: turns that each entry of the mapping changed.
        new_names: what each entry makes of its action; None drops it.
        suggestions: for entries that touch nothing, a hint at what may have been meant.
        emptied: turns that have no action any more.
        actions: how often each action is taken now.
    """

    written: Written
    touched: Mapping[str, int]
    new_names: Mapping[str, str | None]
    suggestions: Mapping[str, str]
    emptied: int
    actions: Mapping[str, int]

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        entries = [
            {"old": old, "new": self.new_names[old], "turns": turns} for old, turns in self.touched.items()
        ]
        unused = {old: hint.removeprefix("; ") or None for old, hint in self.suggestions.items()}
        return self.written.to_json() | {
            "entries": entries,
            "untouched": unused,
            "emptied_turns": self.emptied,
            "actions": dict(self.actions),
        }


def read_mapping(path: str | Path) -> dict[str, str | None]:
    r"""Read a mapping of actions to new names from a CSV, JSON or TOML file; an empty name is None.

    >>> path = Path(getfixture("tmp_path")) / "map.csv"
    >>> _ = path.write_text("old,new\nBye,goodbye\nnoise,\n")
    >>> read_mapping(path)
    {'Bye': 'goodbye', 'noise': None}

    Raises:
        ConfigError: for what is no such mapping, with the place and the cure.
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
        raise ConfigError(f"{file}: the suffix says no kind of mapping; give a .csv, .json or .toml file")
    mapping: dict[str, str | None] = {}
    for where, old, new in readers[file.suffix.lower()](text, str(file)):
        if not old:
            raise ConfigError(f"{where}: the old name is empty; name an action")
        name = (new or "").strip() or None
        if mapping.setdefault(old, name) != name:
            raise ConfigError(f"{where}: {old!r} is mapped twice, to unlike names; keep one")
    if not mapping:
        raise ConfigError(f"{file}: the mapping is empty; give an old and a new name a line")
    return mapping


def _from_csv(text: str, path: str) -> Iterator[tuple[str, str, str | None]]:
    reader = csv.reader(io.StringIO(text, newline=""), skipinitialspace=True)
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
        raise ConfigError(f"{path} line {reader.line_num}: {error}; mend the row") from None


def _from_json(text: str, path: str) -> Iterator[tuple[str, str, str | None]]:
    try:
        found = json.loads(text, object_pairs_hook=list)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: not JSON ({error}); mend it") from None
    if not isinstance(found, list) or not all(isinstance(pair, tuple) for pair in found):
        raise ConfigError(f'{path}: no object of old and new names; write {{"Bye": "goodbye"}}')
    yield from _checked(found, path)


def _from_toml(text: str, path: str) -> Iterator[tuple[str, str, str | None]]:
    try:
        found = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f'{path}: not TOML ({error}); write "Bye" = "goodbye"') from None
    yield from _checked(found.items(), path)


def _checked(pairs: Iterable[tuple[str, object]], path: str) -> Iterator[tuple[str, str, str | None]]:
    for old, new in pairs:
        if new is not None and not isinstance(new, str):
            raise ConfigError(
                f"{path}: the new name of {old!r} is no text; give one, or an empty one to drop it"
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
    """Write a corpus with other names for its actions: renamed, merged, or dropped.

    An action whose new name is None is dropped. Each is mapped once: names can be exchanged.

    Args:
        corpus: the dialogues.
        mapping: old name -> new name.
        out: the file.
        to: a name of `WRITERS`, where the suffix of `out` does not say it.
        force: replace a file that is there already.
        progress: called with the number of turns written so far.

    >>> from turncast import simulate
    >>> bookings = simulate(dialogues=5, seed=1)
    >>> out = Path(getfixture("tmp_path")) / "new.jsonl"
    >>> made = relabel(bookings, {"goodbye": "bye", "gret": "hello", "chat": None}, out)
    >>> made.touched["goodbye"], made.actions["bye"], made.suggestions["gret"]
    (5, 5, "; did you mean 'greet'?")

    Raises:
        OutputExists, OutputDenied: where the file is in the way or cannot be written.
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
