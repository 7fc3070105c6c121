"""The files of a folder: in order, and never through a link."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path


def files_in(folder: Path, *patterns: str) -> list[Path]:
    """Return the files in a folder whose paths match, in order; none behind a link."""
    found = {path for pattern in patterns for path in folder.glob(pattern)}
    return sorted(path for path in found if path.is_file() and not linked(folder, path))


def linked(folder: Path, path: Path) -> Path | None:
    """Return the link by which a path leaves the folder, if it does."""
    here = folder
    for part in path.relative_to(folder).parts:
        here /= part
        if here.is_symlink():
            return here
    return None


def links_in(folder: Path) -> Iterator[Path]:
    """Yield the links in a folder and in the folders in it, except the hidden ones."""
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        paths = (Path(place, name) for name in [*folders, *names])
        yield from (path for path in paths if path.is_symlink())
