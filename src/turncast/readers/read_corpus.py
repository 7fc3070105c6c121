"""Read a corpus from files: lazily, in the same order at every pass."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from types import NoneType
from typing import Any

from turncast.corpus import Corpus
from turncast.dialogue import Dialogue
from turncast.dialogue_sources import LazyDialogues, no_dialogue
from turncast.errors import ArgumentError, CorpusError, check_argument, did_you_mean, with_article
from turncast.readers.beginnings import Repetitions
from turncast.readers.columns import Columns
from turncast.readers.find_files import FileFinder
from turncast.readers.formats import Format
from turncast.readers.read_context import ReadConfig, ReadContext
from turncast.readers.text_files import file_stem

Source = str | Path


def read(
    source: Source | Sequence[Source],
    format: str | None = None,
    columns: Columns | Mapping[str, Any] | None = None,
    name: str | None = None,
    config: ReadConfig | Mapping[str, Any] | None = None,
    *,
    pending: bool = False,
) -> Corpus:
    """Return the corpus in one or more files, in this order; its dialogues are read at each pass.

    Args:
        source: a file, a folder or a pattern such as `data/*.jsonl`, or several of them; `-` is stdin.
            Compressed files (gzip, xz, zstd, bzip2) are decompressed while they are read.
        format: a name in `FORMATS`; None: it is detected by content.
        columns: for tables, the names of the columns, as `Columns` or a mapping: `{"action": "activity"}`.
        name: the name of the corpus; None: the names of the files.
        config: settings for records that can be read in several ways, as `ReadConfig` or a mapping.
        pending: give dialogues that end in the middle the turn that has not happened yet
            (`Dialogue.pending`), and read dialogues that have no other.

    Raises:
        CorpusError: for a file or record that cannot be read, with the place and the cure.

    >>> from pathlib import Path
    >>> path = Path(getfixture("tmp_path")) / "two.txt"
    >>> _ = path.write_text('t1: user: "hello", system: "hi"(action=greet)')
    >>> corpus = read(path)
    >>> [turn.actions for dialogue in corpus for turn in dialogue]
    [('greet',)]
    """
    sources, columns, config = _checked_sources(source), _as_columns(columns), _as_config(config)
    check_argument("format", format, (str, NoneType), "give a name, such as 'jsonl'")
    if not sources:
        raise CorpusError("corpus", "no file is named", "name at least one")
    if any(str(one) == "-" for one in sources):
        return _from_stdin(sources, format, columns, name, config, pending)
    finder = FileFinder(format)
    for one in sources:
        finder.add(one)
    notes = Counter[str]()

    def start(skipped: Counter[str]) -> Iterator[Dialogue]:
        notes.clear()
        skipped.update(finder.skipped)
        yield from _dialogues(finder.files, ReadContext(config, columns, skipped, notes, pending))

    name = name or "+".join(file_stem(Path(one)) for one in sources)
    return Corpus(name, LazyDialogues(start, file_notes=notes))


def _checked_sources(source: object) -> list[Source]:
    sources = [source] if isinstance(source, Source) else source
    if not isinstance(sources, Iterable):
        raise ArgumentError(
            "source", f"it is {with_article(type(source).__name__)}", "give a path, or a list of paths"
        )
    checked: list[Source] = []
    for one in sources:
        if not isinstance(one, Source):
            cure = (
                "give a path, or a list of paths; dialogues in memory go to turncast.Corpus(name, dialogues)"
            )
            raise ArgumentError("source", f"it holds {with_article(type(one).__name__)}", cure)
        checked.append(one)
    return checked


def _as_columns(given: Columns | Mapping[str, Any] | None) -> Columns:
    if not isinstance(given, Mapping):
        check_argument(
            "columns", given or Columns(), Columns, 'give a mapping, such as {"action": "activity"}'
        )
        return given or Columns()
    known = [field.name for field in fields(Columns)]
    for role in given:
        if role not in known:
            problem = f"unknown role {role!r}{did_you_mean(str(role), known)}"
            raise ArgumentError("columns", problem, f"the roles are {', '.join(known)}")
    several = {role: given.get(role) or () for role in ("facts", "after", "metadata")}
    listed = {role: names if isinstance(names, list | tuple) else (names,) for role, names in several.items()}
    for names in ({**given, **listed}).values():
        for name in names if isinstance(names, list | tuple) else (names,):
            check_argument("columns", name, (str, NoneType), "give the names of columns")
    listed = {role: tuple(names) for role, names in listed.items()}
    return Columns(**{**given, **listed})


def _as_config(given: ReadConfig | Mapping[str, Any] | None) -> ReadConfig:
    if isinstance(given, Mapping):
        return ReadConfig(**given)
    check_argument("config", given or ReadConfig(), ReadConfig, 'give a mapping, such as {"listen": True}')
    return given or ReadConfig()


def _from_stdin(
    sources: list[Source],
    format: str | None,
    columns: Columns,
    name: str | None,
    config: ReadConfig,
    pending: bool,
) -> Corpus:
    """Read stdin into memory, because it can be read only once."""
    if len(sources) > 1:
        raise CorpusError("-", "stdin is given together with other files", "give stdin alone")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stdin"
        with path.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        try:
            corpus = read(path, format=format, columns=columns, name=name, config=config, pending=pending)
            return corpus.load()
        except CorpusError as error:
            where = error.where.replace(str(path), "stdin")
            raise CorpusError(where, error.problem, error.cure) from None


def _dialogues(files: Sequence[tuple[Path, Format]], context: ReadContext) -> Iterator[Dialogue]:
    """Yield the dialogues of files in this order, and count in `context` what is skipped."""
    repetitions = _repetitions(files, context)
    file_of_id = dict[str, Path]()
    stem_counts = Counter(file_stem(path) for path, _ in files)
    for path, file_format in files:
        context.notes[f"format: {file_format.name}"] += 1
        dialogues = _with_corpus_errors(path, file_format.read(path, context))
        if stem_counts[file_stem(path)] > 1:
            dialogues = _with_folder_in_id(path, dialogues)
        for dialogue in dialogues:
            if dialogue.id in file_of_id:
                first = file_of_id[dialogue.id]
                place = "" if first == path else f" (first in {first})"
                problem = f"two dialogues have the id {dialogue.id!r}{place}"
                raise CorpusError(str(path), problem, "give each dialogue a different id")
            file_of_id[dialogue.id] = path
            reason = repetitions.reason(dialogue) if repetitions and file_format.logs_repeat else None
            if reason:
                context.skipped[reason] += 1
            else:
                yield dialogue
    if not file_of_id:
        names = ", ".join(str(path) for path, _ in files)
        raise no_dialogue(names, context.skipped)


def _repetitions(files: Sequence[tuple[Path, Format]], context: ReadContext) -> Repetitions | None:
    """Return the repetitions in all files whose records may repeat a conversation.

    These files are read twice, because a later record may continue an earlier one. To predict the turn that
    has not happened yet, every record is read.
    """
    if context.config.beginnings or context.pending:
        return None
    repetitions = Repetitions()
    for path, file_format in files:
        if file_format.logs_repeat:
            again = ReadContext(context.config, context.columns)
            for dialogue in _with_corpus_errors(path, file_format.read(path, again)):
                repetitions.add(dialogue)
    return repetitions


def _with_corpus_errors(path: Path, dialogues: Iterator[Dialogue]) -> Iterator[Dialogue]:
    """Yield the dialogues; errors of nesting and of the disk become a `CorpusError`."""
    try:
        yield from dialogues
    except RecursionError:
        problem = "lists or objects are nested too deeply"
        raise CorpusError(str(path), problem, "correct it") from None
    except OSError as error:
        problem = f"cannot be read ({error.strerror or type(error).__name__})"
        raise CorpusError(str(path), problem, "check the disk and the file") from None


def _with_folder_in_id(path: Path, dialogues: Iterator[Dialogue]) -> Iterator[Dialogue]:
    """Yield the dialogues; put the name of the folder before an id that begins with the name of the file."""
    for dialogue in dialogues:
        if dialogue.id.startswith(f"{file_stem(path)}:"):
            dialogue = replace(dialogue, id=f"{path.parent.name}/{dialogue.id}")
        yield dialogue
