"""A corpus out of files: read lazily, again at every pass, in one order."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from turncast.corpus import Corpus, LazyDialogues
from turncast.dialogue import Dialogue
from turncast.errors import CorpusError
from turncast.readers.columns import Columns
from turncast.readers.find_files import FileFinder
from turncast.readers.formats import Format
from turncast.readers.read_context import ReadConfig, ReadContext
from turncast.readers.text_files import file_stem

Source = str | Path


def read(
    source: Source | Sequence[Source],
    format: str | None = None,
    columns: Columns | None = None,
    name: str | None = None,
    config: ReadConfig | None = None,
) -> Corpus:
    """Return the corpus in one or more files, in their order; the dialogues are read when they are asked for.

    Args:
        source: a file, a folder or a pattern such as `data/*.jsonl`, or several; `-` reads stdin. Compressed
            files (gzip, xz, zstd, bzip2) are unpacked as they are read.
        format: a name of `FORMATS`; found by content when it is not given.
        columns: for tables, which column holds what.
        name: the corpus's name; the files' names when it is not given.
        config: what is made of records that can be read in several ways.

    Raises:
        CorpusError: for what cannot be read, with the place and the cure.

    >>> from pathlib import Path
    >>> path = Path(getfixture("tmp_path")) / "two.txt"
    >>> _ = path.write_text('t1: user: "hello", system: "hi"(action=greet)')
    >>> corpus = read(path)
    >>> [turn.actions for dialogue in corpus for turn in dialogue]
    [('greet',)]
    """
    sources = [source] if isinstance(source, Source) else list(source)
    if not sources:
        raise CorpusError("corpus", "no file is named", "name at least one")
    if any(str(one) == "-" for one in sources):
        return _from_stdin(sources, format, columns, name, config)
    finder = FileFinder(format)
    for one in sources:
        finder.add(one)
    columns, config = columns or Columns(), config or ReadConfig()

    def start(skipped: Counter[str]) -> Iterator[Dialogue]:
        context = ReadContext(config, columns)
        yield from _dialogues(finder.files, context)
        skipped.update(finder.skipped.counts)
        skipped.update(context.skipped.counts)

    return Corpus(name or "+".join(file_stem(Path(one)) for one in sources), LazyDialogues(start))


def _from_stdin(
    sources: list[Source],
    format: str | None,
    columns: Columns | None,
    name: str | None,
    config: ReadConfig | None,
) -> Corpus:
    """Read stdin once, into memory: it cannot be read again."""
    if len(sources) > 1:
        raise CorpusError("-", "stdin stands beside other files", "give stdin alone")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stdin"
        with path.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        try:
            return read(path, format, columns, name, config).load()
        except CorpusError as error:
            where = error.where.replace(str(path), "stdin")
            raise CorpusError(where, error.problem, error.cure) from None


def _dialogues(files: Sequence[tuple[Path, Format]], context: ReadContext) -> Iterator[Dialogue]:
    """Yield the dialogues of files in their order, and count in `context` what is skipped."""
    first_in = dict[str, Path]()
    namesakes = Counter(file_stem(path) for path, _ in files)
    for path, file_format in files:
        dialogues = _refusing(path, file_format.read(path, context))
        if namesakes[file_stem(path)] > 1:
            dialogues = _with_folder(path, dialogues)
        for dialogue in dialogues:
            if dialogue.id in first_in:
                also = first_in[dialogue.id]
                there = "" if also == path else f" (first in {also})"
                problem = f"the dialogue id {dialogue.id!r} comes twice{there}"
                raise CorpusError(str(path), problem, "give each dialogue a different id")
            first_in[dialogue.id] = path
            yield dialogue
    if not first_in:
        names = ", ".join(str(path) for path, _ in files)
        raise CorpusError(names, "no dialogue was found", "give at least one dialogue with a turn")


def _refusing(path: Path, dialogues: Iterator[Dialogue]) -> Iterator[Dialogue]:
    """Pass on what a reader gives; what no reader can help becomes a refusal."""
    try:
        yield from dialogues
    except RecursionError:
        raise CorpusError(str(path), "it is nested too deep", "give values, and not lists in lists") from None
    except OSError as error:
        problem = f"cannot be read ({error.strerror or type(error).__name__})"
        raise CorpusError(str(path), problem, "check the disk and the file") from None


def _with_folder(path: Path, dialogues: Iterator[Dialogue]) -> Iterator[Dialogue]:
    """Tell ids that were made of the names of files apart, where files in several folders have one name."""
    for dialogue in dialogues:
        made = dialogue.id.startswith(f"{file_stem(path)}:")
        yield replace(dialogue, id=f"{path.parent.name}/{dialogue.id}") if made else dialogue
