"""Writing a folder, or a file, so that what stood there before stays whole until the new one is."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from turncast.errors import OutputDenied, OutputExists


def check_output(path: Path, marker: str, *, force: bool) -> None:
    """Refuse an output that is in the way or cannot be written, before any work is done for it.

    Args:
        path: the folder to write.
        marker: a file that a folder of ours holds; with `force`, only such a folder is replaced.
        force: whether to replace a folder of ours.

    Raises:
        OutputExists: with the cure.
        OutputDenied: where the folder around it cannot be written to.
    """
    _check_around(path)
    if Path.cwd().is_relative_to(path.resolve()):
        raise OutputExists(f"{path}: the current folder cannot be replaced; name a folder in it")
    if not path.exists() and not path.is_symlink():
        return
    if path.is_dir() and not any(path.iterdir()):
        return
    if not path.is_dir() or not (path / marker).is_file():
        raise OutputExists(
            f"{path}: something that turncast did not write is in the way; choose another name"
        )
    if not force:
        raise OutputExists(f"{path}: the folder exists; give --force to replace it, or choose another name")


def check_file(path: Path, *, force: bool) -> None:
    """Refuse a file that is in the way or cannot be written, as `check_output` does a folder.

    Raises:
        OutputExists: with the cure.
        OutputDenied: where the folder around it cannot be written to.
    """
    _check_around(path)
    if path.is_dir():
        raise OutputExists(f"{path}: a folder is in the way; name a file")
    if not force and (path.exists() or path.is_symlink()):
        raise OutputExists(f"{path}: the file exists; give --force to replace it, or choose another name")


def _check_around(path: Path) -> None:
    around = next(parent for parent in path.absolute().parents if parent.exists())
    if not around.is_dir() or not os.access(around, os.W_OK):
        raise OutputDenied(f"{path}: {around} cannot be written to; choose another place")


def replace_file(path: Path, content: bytes) -> None:
    """Write a file beside `path`, then put it in its place: should writing fail, `path` is as it was."""
    with fresh_file(path) as file:
        file.write(content)


@contextmanager
def fresh_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file beside `path`; it takes its place when the block ends, and is gone should that fail."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.new-", dir=path.parent)
    fresh = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            _keep(file)
        fresh.chmod(0o666 & ~_umask())
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def replace_folder(path: Path, files: Mapping[str, bytes]) -> None:
    """Write the files into a new folder beside `path`, then put it in its place.

    Should writing fail, for a full disk or any other cause, `path` is as it was and the new folder is gone.
    """
    with fresh_folder(path) as fresh:
        for name, content in files.items():
            with (fresh / name).open("wb") as file:
                file.write(content)
                _keep(file)


@contextmanager
def fresh_folder(path: Path) -> Iterator[Path]:
    """Make a folder beside `path`; it takes its place when the block ends, and is gone should that fail."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{path.name}.new-", dir=path.parent))
    try:
        yield fresh
        fresh.chmod(0o777 & ~_umask())
        _exchange(fresh, path)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise


def _keep(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _exchange(fresh: Path, path: Path) -> None:
    if not path.exists():
        fresh.rename(path)
        return
    aside = Path(tempfile.mkdtemp(prefix=f".{path.name}.old-", dir=path.parent))
    path.rename(aside / path.name)
    try:
        fresh.rename(path)
    except BaseException:
        (aside / path.name).rename(path)
        aside.rmdir()
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
