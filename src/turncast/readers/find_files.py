"""Find the files of a corpus: a file, a folder, or a pattern such as `data/*.jsonl`."""

from __future__ import annotations

import stat
from collections import Counter
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
from turncast.readers.sniff import NotACorpusFile
from turncast.readers.text_files import cannot_be_read, file_mode

_MAX_FILES = 100_000
_MAX_DEPTH = 32
_WILDCARDS = frozenset("*?[")


@dataclass(slots=True)
class FileFinder:
    """Finds files and folders to read, each with its format.

    Attributes:
        format: the name of the format that all files must have, or None.
        files: the files, and the folders that are one corpus, in order.
        skipped: counts of what is skipped.
    """

    format: str | None = None
    files: list[tuple[Path, Format]] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter[str])
    _real_paths: set[Path] = field(default_factory=set)
    _visited_folders: set[Path] = field(default_factory=set)
    _links: list[tuple[Path, int]] = field(default_factory=list)  # (link, its depth), to be followed last

    def add(self, source: str | Path) -> None:
        """Add the files of a source.

        A folder that a format recognises is one corpus. Of any other folder, the files, and those of the
        folders inside it, are added in sorted order, each in its format. Links inside a folder, and links
        that match a pattern, are followed last, and only to files that are not added already.

        Raises:
            CorpusError: if the source has no file, or none of a known format.
        """
        path = Path(source)
        mode = file_mode(path)
        before = len(self.files)
        if mode is None and _WILDCARDS & set(str(source)):
            self._visit_all(*_matches(path))
        elif mode is not None and stat.S_ISDIR(mode) and not detect_folder_format(path, self.format):
            self._visit_all(path, self._entries(path))
        else:
            self._add_file(path, detect_format(path, self.format))
        self._follow_links()
        if len(self.files) == before:
            counts = ", ".join(f"{count} {reason}" for reason, count in self.skipped.most_common())
            problem = "no format recognises the folder as a corpus" if mode else "no match can be read"
            raise CorpusError(str(path), problem + (f" ({counts})" if counts else ""), "name its files")

    def _follow_links(self) -> None:
        """Visit the targets of the links, and of the links found there."""
        while self._links:
            link, depth = self._links.pop(0)
            if not link.exists():
                self.skipped[BROKEN_LINK] += 1
            elif is_circular(link):
                self.skipped[CIRCULAR_LINK] += 1
            else:
                self._visit(link, depth, by_link=True)

    def _visit_all(self, folder: Path, paths: Iterable[Path], depth: int = 0, by_link: bool = False) -> None:
        """Visit paths in a folder; keep links for later, because their targets may also be found directly."""
        for path in paths:
            if first_link(folder, path):
                self._links.append((path, depth))
            else:
                self._visit(path, depth, by_link)

    def _visit(self, path: Path, depth: int, by_link: bool) -> None:
        """Add a file of a known format, or a folder that is one corpus; count any other path."""
        if by_link and self._is_added(path.resolve()):
            self.skipped[DUPLICATE_LINK] += 1
        elif path.is_dir():
            file_format = detect_folder_format(path, self.format)
            if file_format:
                self._add_file(path, file_format)
            elif depth == _MAX_DEPTH:
                self.skipped[f"folder more than {_MAX_DEPTH} levels deep"] += 1
            else:
                self._visit_all(path, self._entries(path), depth + 1, by_link)
        elif not path.is_file():
            self.skipped["pipe, socket or device"] += 1
        else:
            try:
                self._add_file(path, detect_format(path, self.format, must_match=True))
            except NotACorpusFile as error:
                self.skipped[error.reason] += 1

    def _is_added(self, real: Path) -> bool:
        return real in self._visited_folders or not self._real_paths.isdisjoint((real, *real.parents))

    def _add_file(self, path: Path, file_format: Format) -> None:
        real = path.resolve()
        if real in self._real_paths:
            raise CorpusError(str(path), "the file is named twice", "name it once")
        self._real_paths.add(real)
        for reason in unused_links(path):
            self.skipped[reason] += 1
        self.files.append((path, file_format))
        if len(self.files) > _MAX_FILES:
            cure = "name fewer, for example with a pattern, or join them"
            raise CorpusError(str(path), f"there are more than {_MAX_FILES:,} files", cure)

    def _entries(self, folder: Path) -> list[Path]:
        self._visited_folders.add(folder.resolve())
        try:
            paths = sorted(folder.iterdir())
        except OSError as error:
            raise cannot_be_read(folder, error) from None
        visible = [path for path in paths if not path.name.startswith(".")]
        if len(visible) < len(paths):
            self.skipped["hidden file or folder"] += len(paths) - len(visible)
        return visible


def _matches(pattern: Path) -> tuple[Path, list[Path]]:
    """Return the folder in which a pattern begins, and the paths that match it, sorted.

    Hidden files match only if a part of the pattern begins with a dot.
    """
    parts = pattern.parts
    first_wild = next(index for index, part in enumerate(parts) if _WILDCARDS & set(part))
    root, wild = Path(*parts[:first_wild]), parts[first_wild:]
    try:
        matches = sorted(root.glob(str(Path(*wild))))
    except (OSError, ValueError) as error:
        raise CorpusError(str(pattern), f"not a valid pattern ({error})", "correct it") from None
    if not any(part.startswith(".") for part in wild):
        matches = [path for path in matches if not is_hidden(path.relative_to(root))]
    if not matches:
        raise CorpusError(str(pattern), "no file matches", "check the pattern, or name the files")
    # Files in a folder that matches itself are found when the folder is visited.
    folders = set(matches)
    return root, [path for path in matches if folders.isdisjoint(path.parents)]
