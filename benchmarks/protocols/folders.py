"""Where the corpora lie: one folder, and others of the same layout that hold further parts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Folders:
    """Folders of corpora, the first one first."""

    roots: tuple[Path, ...]

    def find(self, *path: str) -> Path | None:
        """Return the file or folder at this path in the first folder that has it."""
        return next((found for root in self.roots if (found := root.joinpath(*path)).exists()), None)

    def named(self, name: str) -> list[Path]:
        """Return all files and folders of this name, at any depth, in order of the folders."""
        return [path for path in self.walk() if path.name == name]

    def walk(self) -> Iterator[Path]:
        """Yield the folders, and all files and folders in them in order of their paths."""
        for root in self.roots:
            yield root
            for place, folders, files in os.walk(root, followlinks=True):
                folders[:] = sorted(folder for folder in folders if not folder.startswith("."))
                yield from (Path(place, name) for name in sorted([*folders, *files]))
