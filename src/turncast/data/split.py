"""Split a corpus into files, one per part, with a record of how they were made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from turncast.atomic_files import atomic_folder, check_output_folder
from turncast.corpus import Corpus
from turncast.data.assign_parts import SplitConfig, assign_parts
from turncast.data.convert import convert
from turncast.dialogue import Dialogue
from turncast.version import __version__

RECORD = "split.json"


@dataclass(frozen=True, slots=True)
class SplitPart:
    """One part of a split.

    Attributes:
        file: the file's name in the folder.
        dialogues: the number of dialogues.
        turns: the number of turns.
        groups: the number of groups of the dialogues.
        missing_actions: actions of the corpus that no turn of this part takes.
        ids_sha256: hash of the dialogues' ids in order, each followed by a line feed.
        file_sha256: hash of the file.
    """

    file: str
    dialogues: int
    turns: int
    groups: int
    missing_actions: tuple[str, ...]
    ids_sha256: str
    file_sha256: str

    def to_json(self) -> dict[str, Any]:
        """Return the part as plain values."""
        return {
            "file": self.file,
            "dialogues": self.dialogues,
            "turns": self.turns,
            "groups": self.groups,
            "missing_actions": list(self.missing_actions),
            "ids_sha256": self.ids_sha256,
            "file_sha256": self.file_sha256,
        }


@dataclass(frozen=True, slots=True)
class Split:
    """How a corpus was split.

    Attributes:
        corpus: the corpus's name.
        config: the settings.
        parts: the parts by name.
        shared_groups: the number of groups with dialogues in more than one part.
        skipped: what the reader skipped: reason -> count.
        command: the command line that made it, or None.
    """

    corpus: str
    config: SplitConfig
    parts: Mapping[str, SplitPart]
    shared_groups: int
    skipped: Mapping[str, int]
    command: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the record as plain values."""
        is_random = self.config.by != "time"
        return {
            "turncast": __version__,
            "command": self.command,
            "corpus": self.corpus,
            "by": self.config.by,
            "shares": list(self.config.shares),
            **({"seed": self.config.seed} if is_random else {"time": self.config.time}),
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
    """Write the parts of a corpus as JSON Lines into a folder, with `split.json`, a record of the split.

    The corpus is read twice, and once more for each part; it is never all in memory.

    >>> from turncast import simulate
    >>> result = split(simulate(dialogues=20, seed=1), Path(getfixture("tmp_path")) / "parts")
    >>> {name: part.dialogues for name, part in result.parts.items()}
    {'train': 16, 'dev': 2, 'test': 2}

    Raises:
        OutputExists: if the folder exists and is not to be replaced.
        CorpusError: if a part would be empty, or a dialogue has no time.
    """
    folder, config = Path(out), config or SplitConfig()
    check_output_folder(folder, RECORD, force=force)
    numbers = assign_parts(corpus, config)
    actions = dict.fromkeys(a for dialogue in corpus for turn in dialogue for a in turn.actions)
    with atomic_folder(folder) as new_folder:
        parts, groups = dict[str, SplitPart](), list[set[str]]()
        for number, name in enumerate(config.names):
            contents = _PartContents()
            part = _part_of(corpus, numbers, number)
            parts[name] = _write(part, contents, new_folder / f"{name}.jsonl", actions, progress)
            groups.append(contents.groups)
        shared = sum(len(names) for names in groups) - len(set[str]().union(*groups))
        result = Split(corpus.name, config, parts, shared, dict(corpus.skipped), command)
        record = json.dumps(result.to_json(), ensure_ascii=False, indent=1)
        (new_folder / RECORD).write_text(record + "\n", encoding="utf-8")
    return result


def _part_of(corpus: Corpus, numbers: Sequence[int], number: int) -> Corpus:
    return corpus.filter(lambda position, _: numbers[position] == number)


def _write(
    corpus: Corpus,
    contents: _PartContents,
    path: Path,
    actions: Mapping[str, None],
    progress: Callable[[int], None] | None,
) -> SplitPart:
    written = convert(Corpus(path.stem, corpus.map(contents.add)), path, "jsonl", progress=progress)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return SplitPart(
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
