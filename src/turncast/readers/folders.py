"""The files of a folder, in sorted order; symbolic links are followed, each file once and without circles."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

BROKEN_LINK = "broken symbolic link"
CIRCULAR_LINK = "symbolic link to a folder that contains it"
DUPLICATE_LINK = "symbolic link to a file or folder that is read already"


def matching_files(folder: Path, *patterns: str) -> list[Path]:
    """Return the files of a folder that match a pattern, sorted; a file is returned as it is.

    Each file is returned once: under its own path if that matches, else under the first link to it.
    """
    if folder.is_file():
        return [folder]
    matches = {path for pattern in patterns for path in folder.glob(pattern) if path.is_file()}
    links = {path: link for path in matches if (link := first_link(folder, path))}
    files = matches - links.keys()
    targets = {path.resolve() for path in files} if links else set[Path]()
    for path in sorted(path for path, link in links.items() if not is_circular(link)):
        if path.resolve() not in targets:
            targets.add(path.resolve())
            files.add(path)
    return sorted(files)


def walk_files(folder: Path, enters: Callable[[str], bool]) -> Iterator[Path]:
    """Yield the files of a folder and of the folders inside it, each once; those behind links come last.

    Args:
        folder: where to begin.
        enters: whether to look into a folder with this name.
    """
    queue, visited = deque([folder]), set[Path]()
    while queue:
        start = queue.popleft()
        if start.is_file() and start.resolve() not in visited:
            visited.add(start.resolve())
            yield start
        for here, folders, names in os.walk(start):
            real = Path(here).resolve()
            inside = [] if real in visited else [*(name for name in sorted(folders) if enters(name)), *names]
            folders[:] = [name for name in inside if name in folders]
            visited.add(real)
            for path in (Path(here, name) for name in inside):
                if path.is_symlink():
                    queue += [] if is_circular(path) else [path]
                elif path.name not in folders and real / path.name not in visited:
                    visited.add(real / path.name)
                    yield path


def first_link(folder: Path, path: Path) -> Path | None:
    """Return the first symbolic link on the way from a folder to a path inside it, or None."""
    here = folder
    for part in path.relative_to(folder).parts:
        here /= part
        if here.is_symlink():
            return here
    return None


def is_circular(link: Path) -> bool:
    """Return whether a link leads to a folder that contains it."""
    parent = link.parent.resolve()
    return link.resolve() in (parent, *parent.parents)


def unused_links(folder: Path) -> Iterator[str]:
    """Yield the reason for each link in a folder that is not followed; hidden folders are ignored."""
    real, targets = folder.resolve(), set[Path]()
    for here, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for path in (Path(here, name) for name in [*folders, *names]):
            if not path.is_symlink():
                continue
            target = path.resolve()
            inside = target.is_relative_to(real) and not is_hidden(target.relative_to(real))
            if not path.exists():
                yield BROKEN_LINK
            elif is_circular(path):
                yield CIRCULAR_LINK
            elif inside or target in targets:
                yield DUPLICATE_LINK
            targets.add(target)


def is_hidden(path: Path) -> bool:
    """Return whether a part of a path begins with a dot."""
    return any(part.startswith(".") for part in path.parts)
