"""Which files a source names: a file, a folder, or a pattern such as `data/*.jsonl`."""

from __future__ import annotations

import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from turncast.errors import CorpusError
from turncast.readers.folders import (
    BROKEN_LINK,
    CIRCULAR_LINK,
    DUPLICATE_LINK,
    first_link,
    is_circular,
    is_hidden,
    unused_links,
)
from turncast.readers.formats import Format, detect_folder_format, detect_format
from turncast.readers.read_context import Skipped
from turncast.readers.sniff import NotACorpusFile
from turncast.readers.text_files import file_mode

_MAX_FILES = 100_000
_MAX_DEPTH = 32
_WILD = frozenset("*?[")


@dataclass(slots=True)
class FileFinder:
    """The files and folders that are read, each with its format, and counts of what is passed over.

    Attributes:
        format: the name of the format that all must have, or None.
    """

    format: str | None = None
    found: list[tuple[Path, Format]] = field(default_factory=list)
    passed: Skipped = field(default_factory=Skipped)
    _known: set[Path] = field(default_factory=set)
    _walked: set[Path] = field(default_factory=set)
    _links: list[tuple[Path, int]] = field(default_factory=list)

    def add(self, source: str | Path) -> None:
        """Add what a source names.

        A folder is one corpus where a format says so; else its files, and those of the folders in it, are
        taken in sorted order, each in its own format. What links lead to, in a folder or found by a pattern,
        comes last, and only where it is not read already.

        Raises:
            CorpusError: where it names nothing, or nothing of a known format.
        """
        path = Path(source)
        mode = file_mode(path)
        before = len(self.found)
        if mode is None and _WILD & set(str(source)):
            self._walk(*_matches(path))
        elif mode is not None and stat.S_ISDIR(mode) and not detect_folder_format(path, self.format):
            self._walk(path, self._inside(path))
        else:
            self._take(path, detect_format(path, self.format))
        self._follow()
        if len(self.found) == before:
            passed = ", ".join(f"{count} {reason}" for reason, count in self.passed.counts.items())
            problem = (
                "the folder is no corpus of a known format" if mode else "nothing that matches can be read"
            )
            came = f" ({passed})" if passed else ""
            raise CorpusError(str(path), problem + came, "name the files that you mean")

    def _follow(self) -> None:
        """Take what links lead to, and what the links lead to that are found there."""
        while self._links:
            link, deep = self._links.pop(0)
            if not link.exists():
                self.passed.add(BROKEN_LINK)
            elif is_circular(link):
                self.passed.add(CIRCULAR_LINK)
            else:
                self._visit(link, deep, by_link=True)

    def _walk(self, folder: Path, paths: Iterable[Path], deep: int = 0, by_link: bool = False) -> None:
        """Take what is found, and lay links aside, for what they lead to may be found without them."""
        for path in paths:
            if first_link(folder, path):
                self._links.append((path, deep))
            else:
                self._visit(path, deep, by_link)

    def _visit(self, path: Path, deep: int, by_link: bool) -> None:
        """Take a file of a known format, or a folder that is a corpus; count another."""
        if by_link and self._has(path.resolve()):
            self.passed.add(DUPLICATE_LINK)
        elif path.is_dir():
            file_format = detect_folder_format(path, self.format)
            if file_format:
                self._take(path, file_format)
            elif deep == _MAX_DEPTH:
                self.passed.add(f"folder more than {_MAX_DEPTH} deep")
            else:
                self._walk(path, self._inside(path), deep + 1, by_link)
        elif not path.is_file():
            self.passed.add("pipe, socket or device")
        else:
            try:
                self._take(path, detect_format(path, self.format, told=True))
            except NotACorpusFile as error:
                self.passed.add(error.reason)

    def _has(self, real: Path) -> bool:
        return real in self._walked or not self._known.isdisjoint((real, *real.parents))

    def _take(self, path: Path, file_format: Format) -> None:
        real = path.resolve()
        if real in self._known:
            raise CorpusError(str(path), "it is named twice", "name it once")
        self._known.add(real)
        for reason in unused_links(path):
            self.passed.add(reason)
        self.found.append((path, file_format))
        if len(self.found) > _MAX_FILES:
            cure = "name fewer, as with a pattern, or join them"
            raise CorpusError(str(path), f"there are more than {_MAX_FILES:,} files", cure)

    def _inside(self, folder: Path) -> list[Path]:
        self._walked.add(folder.resolve())
        try:
            paths = sorted(folder.iterdir())
        except OSError as error:
            problem = f"cannot be read ({error.strerror})"
            raise CorpusError(str(folder), problem, "check its permissions") from None
        seen = [path for path in paths if not path.name.startswith(".")]
        if len(seen) < len(paths):
            self.passed.add("hidden file or folder", len(paths) - len(seen))
        return seen


def _matches(pattern: Path) -> tuple[Path, list[Path]]:
    """Return where a pattern begins, and what it matches, in sorted order.

    Hidden names match only where it names them itself.
    """
    parts = pattern.parts
    fixed = next(index for index, part in enumerate(parts) if _WILD & set(part))
    root, wild = Path(*parts[:fixed]), parts[fixed:]
    try:
        found = sorted(root.glob(str(Path(*wild))))
    except (OSError, ValueError) as error:
        raise CorpusError(str(pattern), f"this is no pattern of files ({error})", "mend it") from None
    if not any(part.startswith(".") for part in wild):
        found = [path for path in found if not is_hidden(path.relative_to(root))]
    if not found:
        raise CorpusError(str(pattern), "no file matches", "check the pattern, or name the files")
    # What lies in a folder that matches itself is found with the folder.
    folders = set(found)
    return root, [path for path in found if folders.isdisjoint(path.parents)]
