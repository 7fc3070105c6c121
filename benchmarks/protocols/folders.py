"""The folders of corpora: one, and others with the same layout that hold further parts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class CorpusFolders:
    """Folders of corpora; an earlier folder takes precedence."""

    roots: tuple[Path, ...]

    def find(self, *path: str) -> Path | None:
        """Return this path in the first folder that has it, or None."""
        return next((full for root in self.roots if (full := root.joinpath(*path)).exists()), None)

    def named(self, name: str) -> list[Path]:
        """Return all files and folders with this name, at any depth, in the order of the folders."""
        return [path for path in self.walk() if path.name == name]

    def walk(self) -> Iterator[Path]:
        """Yield each folder with all files and folders in it, in the order of their paths."""
        for root in self.roots:
            yield root
            for parent, folders, files in os.walk(root, followlinks=True):
                folders[:] = sorted(folder for folder in folders if not folder.startswith("."))
                yield from (Path(parent, name) for name in sorted([*folders, *files]))
