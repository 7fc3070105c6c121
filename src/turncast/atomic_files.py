"""Atomic output: a file or folder is written under a temporary name, then replaces the old one."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from turncast.errors import OutputDenied, OutputExists


def check_output_folder(path: Path, marker: str, *, force: bool) -> None:
    """Check that a folder can be written, before any work is done for it.

    Args:
        path: the folder to write.
        marker: the name of a file in every folder of this kind; `force` replaces no other folders.
        force: whether to replace an existing folder of this kind.

    Raises:
        OutputExists: where something else exists, or a folder and not `force`.
        OutputDenied: where the parent folder is not writable.
    """
    _check_parent(path)
    if Path.cwd().is_relative_to(path.resolve()):
        what = "the current folder" if path.resolve() == Path.cwd() else "a folder that holds the current one"
        raise OutputExists(f"{path}: {what} cannot be replaced; name a folder in it")
    if not path.exists() and not path.is_symlink():
        return
    if path.is_dir() and not any(path.iterdir()):
        return
    if not path.is_dir() or not (path / marker).is_file():
        raise OutputExists(
            f"{path}: something that turncast did not write is in the way; choose another name"
        )
    if not force:
        raise OutputExists(
            f"{path}: the folder exists; give --force (force=True) to replace it, or choose another name"
        )


def check_output_file(path: Path, *, force: bool) -> None:
    """Check that a file can be written, before any work is done for it.

    Raises:
        OutputExists: where a folder exists, or a file and not `force`.
        OutputDenied: where the parent folder is not writable.
    """
    _check_parent(path)
    if path.is_dir():
        raise OutputExists(f"{path}: a folder is in the way; name a file")
    if not force and (path.exists() or path.is_symlink()):
        raise OutputExists(
            f"{path}: the file exists; give --force (force=True) to replace it, or choose another name"
        )


def _check_parent(path: Path) -> None:
    parents = path.absolute().parents or (path.absolute(),)  # the root has none
    parent = next(parent for parent in parents if parent.exists())
    if not parent.is_dir() or not os.access(parent, os.W_OK):
        raise OutputDenied(f"{path}: {parent} cannot be written to; choose another place")


def replace_file(path: Path, content: bytes) -> None:
    """Write a file atomically; if writing fails, `path` is unchanged."""
    with atomic_file(path) as file:
        file.write(content)


@contextmanager
def atomic_file(path: Path) -> Iterator[BinaryIO]:
    """Open a temporary file for writing, which replaces `path` at the end of the block.

    If the block raises, the temporary file is deleted and `path` is unchanged.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.new-", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            _sync(file)
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def replace_folder(path: Path, files: Mapping[str, bytes]) -> None:
    """Write a folder of files atomically; if writing fails, `path` is unchanged."""
    with atomic_folder(path) as folder:
        for name, content in files.items():
            with (folder / name).open("wb") as file:
                file.write(content)
                _sync(file)


@contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """Make a temporary folder, which replaces `path` at the end of the block.

    If the block raises, the temporary folder is deleted and `path` is unchanged.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{path.name}.new-", dir=path.parent))
    try:
        yield temporary
        temporary.chmod(0o777 & ~_umask())
        _replace_folder(path, temporary)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def _sync(file: BinaryIO) -> None:
    """Write a file's buffers to the disk."""
    file.flush()
    os.fsync(file.fileno())


def _replace_folder(path: Path, new: Path) -> None:
    if not path.exists():
        new.rename(path)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{path.name}.old-", dir=path.parent))
    path.rename(old / path.name)
    try:
        new.rename(path)
    except BaseException:
        (old / path.name).rename(path)
        old.rmdir()
        raise
    shutil.rmtree(old, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
