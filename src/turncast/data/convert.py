"""Write a corpus as a file, in a format that the file's suffix names."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from turncast.atomic_files import atomic_file, check_output_file
from turncast.corpus import Corpus
from turncast.dialogue import Dialogue, Fact
from turncast.errors import ConfigError, CorpusError, did_you_mean
from turncast.readers import to_json
from turncast.readers.parquet_corpus import write_parquet
from turncast.readers.rasa.write import to_rasa_yaml


@dataclass(frozen=True, slots=True)
class Writer:
    """A format that can be written: its name, its title, its suffixes, and the function that writes it."""

    name: str
    title: str
    suffixes: tuple[str, ...]
    write: Callable[[Iterable[Dialogue], BinaryIO], None]


def _write_jsonl(dialogues: Iterable[Dialogue], file: BinaryIO) -> None:
    for dialogue in dialogues:
        file.write(to_json(dialogue).encode() + b"\n")


def _write_rasa(dialogues: Iterable[Dialogue], file: BinaryIO) -> None:
    file.write(to_rasa_yaml(Corpus("corpus", list(dialogues))).encode())


WRITERS: dict[str, Writer] = {
    entry.name: entry
    for entry in (
        Writer("jsonl", "JSON Lines, the reference format", (".jsonl", ".ndjson"), _write_jsonl),
        Writer("parquet", "a Parquet file, one row per turn", (".parquet",), write_parquet),
        Writer("rasa", "stories, rules and responses of Rasa 3.1", (".yml", ".yaml"), _write_rasa),
    )
}


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file that was written.

    Attributes:
        file: its path.
        format: a name of `WRITERS`.
        dialogues: the number of dialogues.
        turns: the number of turns.
        bytes: the file's size.
        skipped: what the reader skipped: reason -> count.
    """

    file: str
    format: str
    dialogues: int
    turns: int
    bytes: int
    skipped: dict[str, int]

    def to_json(self) -> dict[str, Any]:
        """Return the record as plain values."""
        return asdict(self)


def convert(
    corpus: Corpus,
    out: str | Path,
    to: str | None = None,
    *,
    force: bool = False,
    progress: Callable[[int], None] | None = None,
) -> WrittenFile:
    """Write a corpus as one file; the dialogues are never all in memory.

    Args:
        corpus: the dialogues to write.
        out: the file; its suffix selects the format.
        to: a name of `WRITERS`, to select the format by name.
        force: replace an existing file.
        progress: called with the number of turns written so far.

    >>> from turncast import simulate
    >>> written = convert(simulate(dialogues=2, seed=1), Path(getfixture("tmp_path")) / "two.jsonl")
    >>> written.format, written.dialogues
    ('jsonl', 2)

    Raises:
        ConfigError: for a format that cannot be written.
        OutputExists, OutputDenied: if the file exists or cannot be written.
        CorpusError: for a text or a number that the format cannot represent.
    """
    path = Path(out)
    writer = writer_for(path, to)
    check_output_file(path, force=force)
    counts = _Counts(progress)
    with atomic_file(path) as file:
        try:
            writer.write(corpus.map(counts.add), file)
        except CorpusError:
            raise
        except ValueError:
            _find_unwritable(corpus, writer.name)
            raise
    size = path.stat().st_size
    return WrittenFile(str(path), writer.name, counts.dialogues, counts.turns, size, dict(corpus.skipped))


def _find_unwritable(corpus: Corpus, format: str) -> None:
    """Raise CorpusError for the first text or number that no format can represent, with its place."""
    for dialogue in corpus:
        where = f"{corpus.name}, dialogue {dialogue.id!r}"
        _check_writable(where, format, dialogue.metadata, [dialogue.id, dialogue.group])
        for number, turn in enumerate(dialogue, start=1):
            texts = [turn.user, turn.response, *turn.actions]
            _check_writable(f"{where} turn {number}", format, turn.facts, texts)


def _check_writable(where: str, format: str, facts: Mapping[str, Fact], texts: Iterable[str | None]) -> None:
    for name, value in facts.items():
        if isinstance(value, float) and not math.isfinite(value):
            problem = f"{name!r} is {value}, which cannot be written as {format}"
            raise CorpusError(where, problem, "give a finite number or a text")
    for text in (*texts, *facts, *facts.values()):
        if isinstance(text, str) and any("\ud800" <= character <= "\udfff" for character in text):
            problem = f"{text!r} has half a character (a lone surrogate), which cannot be written as {format}"
            raise CorpusError(where, problem, "correct the text")


def writer_for(path: Path, name: str | None = None) -> Writer:
    """Return the writer of the format with this name, or with the file's suffix.

    Raises:
        ConfigError: if there is none; the message lists the formats.
    """
    known = ", ".join(f"{entry.name} ({', '.join(entry.suffixes)})" for entry in WRITERS.values())
    if name is not None:
        if name in WRITERS:
            return WRITERS[name]
        raise ConfigError(
            f"--to {name!r} cannot be written{did_you_mean(name, WRITERS)}; give one of {known}"
        )
    for entry in WRITERS.values():
        if path.suffix.lower() in entry.suffixes:
            return entry
    raise ConfigError(f"{path}: no format that can be written has this suffix; name one with --to: {known}")


@dataclass(slots=True)
class _Counts:
    """How many dialogues and turns were handed to a writer."""

    progress: Callable[[int], None] | None
    dialogues: int = 0
    turns: int = 0

    def add(self, dialogue: Dialogue) -> Dialogue:
        self.dialogues += 1
        self.turns += len(dialogue)
        if self.progress:
            self.progress(self.turns)
        return dialogue
