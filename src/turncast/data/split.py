"""A corpus in files: its parts, and a record of how they were made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from turncast.atomic_files import atomic_folder, check_output_folder
from turncast.corpus import Corpus
from turncast.data.assign_parts import SplitConfig, deal
from turncast.data.convert import convert
from turncast.dialogue import Dialogue
from turncast.version import __version__

RECORD = "split.json"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a split.

    Attributes:
        file: its name in the folder.
        dialogues: how many.
        turns: of all of them.
        groups: how many groups they belong to.
        lacks: actions of the corpus that this part has not.
        ids_sha256: of the dialogues' ids in their order, each followed by a line end.
        file_sha256: of the file.
    """

    file: str
    dialogues: int
    turns: int
    groups: int
    lacks: tuple[str, ...]
    ids_sha256: str
    file_sha256: str

    def to_json(self) -> dict[str, Any]:
        """Return the part as plain values."""
        return {
            "file": self.file,
            "dialogues": self.dialogues,
            "turns": self.turns,
            "groups": self.groups,
            "lacks": list(self.lacks),
            "ids_sha256": self.ids_sha256,
            "file_sha256": self.file_sha256,
        }


@dataclass(frozen=True, slots=True)
class Split:
    """How a corpus was split.

    Attributes:
        corpus: its name.
        config: the settings.
        parts: by name.
        shared_groups: groups that stand in more than one part.
        skipped: what the reader left out.
        command: what made it, where it was a command.
    """

    corpus: str
    config: SplitConfig
    parts: Mapping[str, Part]
    shared_groups: int
    skipped: Mapping[str, int]
    command: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the record as plain values."""
        chance = self.config.by != "time"
        return {
            "turncast": __version__,
            "command": self.command,
            "corpus": self.corpus,
            "by": self.config.by,
            "shares": list(self.config.shares),
            **({"seed": self.config.seed} if chance else {"time": self.config.time}),
            "parts": {name: part.to_json() for name, part in self.parts.items()},
            "shared_groups": self.shared_groups,
            "skipped": dict(self.skipped),
        }


def split(
    corpus: Corpus,
    out: str | Path,
    config: SplitConfig | None = None,
    *,
    force: bool = False,
    command: str | None = None,
    progress: Callable[[int], None] | None = None,
) -> Split:
    """Write the parts of a corpus as JSON Lines into a folder, and beside them `split.json`.

    The corpus is read once to deal out the dialogues and once for each part; it is never all in memory.

    >>> from turncast import simulate
    >>> made = split(simulate(dialogues=20, seed=1), Path(getfixture("tmp_path")) / "parts")
    >>> {name: part.dialogues for name, part in made.parts.items()}
    {'train': 16, 'dev': 2, 'test': 2}

    Raises:
        OutputExists: where something is in the way.
        CorpusError: where the corpus cannot be split so.
    """
    folder, config = Path(out), config or SplitConfig()
    check_output_folder(folder, RECORD, force=force)
    numbers = deal(corpus, config)
    actions = dict.fromkeys(a for dialogue in corpus for turn in dialogue for a in turn.actions)
    with atomic_folder(folder) as fresh:
        parts, groups = dict[str, Part](), list[set[str]]()
        for number, name in enumerate(config.names):
            contents = _PartContents()
            part = _part_of(corpus, numbers, number)
            parts[name] = _write(part, contents, fresh / f"{name}.jsonl", actions, progress)
            groups.append(contents.groups)
        shared = sum(len(some) for some in groups) - len(set[str]().union(*groups))
        made = Split(corpus.name, config, parts, shared, dict(corpus.skipped), command)
        record = json.dumps(made.to_json(), ensure_ascii=False, indent=1)
        (fresh / RECORD).write_text(record + "\n", encoding="utf-8")
    return made


def _part_of(corpus: Corpus, numbers: Sequence[int], number: int) -> Corpus:
    return corpus.filter(lambda position, _: numbers[position] == number)


def _write(
    corpus: Corpus,
    contents: _PartContents,
    path: Path,
    actions: Mapping[str, None],
    progress: Callable[[int], None] | None,
) -> Part:
    written = convert(Corpus(path.stem, corpus.map(contents.add)), path, "jsonl", progress=progress)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Part(
        path.name,
        written.dialogues,
        written.turns,
        len(contents.groups),
        tuple(action for action in actions if action not in contents.actions),
        contents.ids.hexdigest(),
        digest,
    )


class _PartContents:
    """The ids, actions and groups of the dialogues of one part."""

    def __init__(self) -> None:
        self.ids, self.actions, self.groups = hashlib.sha256(), set[str](), set[str]()

    def add(self, dialogue: Dialogue) -> Dialogue:
        self.ids.update(f"{dialogue.id}\n".encode(errors="surrogatepass"))
        self.actions.update(action for turn in dialogue for action in turn.actions)
        if dialogue.group is not None:
            self.groups.add(dialogue.group)
        return dialogue
