"""The files of a folder, in order; those behind links too, each once and never round in a circle."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

BROKEN_LINK = "symbolic link that leads nowhere"
CIRCULAR_LINK = "symbolic link to a folder that it lies in"
DUPLICATE_LINK = "symbolic link to what is read already"


def matching_files(folder: Path, *patterns: str) -> list[Path]:
    """Return the files in a folder whose paths match, in order: each once, by its own path if it has one."""
    found = {path for pattern in patterns for path in folder.glob(pattern) if path.is_file()}
    links = {path: link for path in found if (link := first_link(folder, path))}
    once = {path.resolve() for path in found - links.keys()} if links else set[Path]()
    kept = found - links.keys()
    for path in sorted(path for path, link in links.items() if not is_circular(link)):
        if path.resolve() not in once:
            once.add(path.resolve())
            kept.add(path)
    return sorted(kept)


def walk_files(folder: Path, enters: Callable[[str], bool]) -> Iterator[Path]:
    """Yield the files of a folder and of the folders in it, those behind links last; each once.

    Args:
        folder: where to begin.
        enters: whether a folder of this name is looked into.
    """
    places, seen = deque([folder]), set[Path]()
    while places:
        place = places.popleft()
        if place.is_file() and place.resolve() not in seen:
            seen.add(place.resolve())
            yield place
        for here, folders, names in os.walk(place):
            real = Path(here).resolve()
            inside = [] if real in seen else [*(name for name in sorted(folders) if enters(name)), *names]
            folders[:] = [name for name in inside if name in folders]
            seen.add(real)
            for path in (Path(here, name) for name in inside):
                if path.is_symlink():
                    places += [] if is_circular(path) else [path]
                elif path.name not in folders and real / path.name not in seen:
                    seen.add(real / path.name)
                    yield path


def first_link(folder: Path, path: Path) -> Path | None:
    """Return the first link on the way from a folder to a path, if there is one."""
    here = folder
    for part in path.relative_to(folder).parts:
        here /= part
        if here.is_symlink():
            return here
    return None


def is_circular(link: Path) -> bool:
    """Tell whether a link leads to a folder that it lies in."""
    place = link.parent.resolve()
    return link.resolve() in (place, *place.parents)


def unused_links(folder: Path) -> Iterator[str]:
    """Yield why, for each link in a folder that gives nothing to read; hidden folders are left out."""
    real, targets = folder.resolve(), set[Path]()
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for path in (Path(place, name) for name in [*folders, *names]):
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
    """Tell whether a part of a path is hidden."""
    return any(part.startswith(".") for part in path.parts)
