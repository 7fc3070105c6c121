"""Lines of a text file, decoded one by one, so that what is wrong with one is said with its number."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from turncast.errors import CorpusError
from turncast.readers.compression import decompressed, uncompressed_path

FIRST_BYTES = 65_536
"""So many of a file's first bytes tell its format."""


def read_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (number from 1, text without its line end) for each line of a UTF-8 file.

    Raises:
        CorpusError: for bytes that are not UTF-8 and for NUL bytes, with the line's number.
    """
    with open_binary(path) as file:
        for number, raw in enumerate(file, start=1):
            if b"\0" in raw:
                raise CorpusError(
                    f"{path} line {number}",
                    f"NUL byte at byte {raw.index(0) + 1} of the line",
                    "this is no text, or it is damaged; restore the file or remove the byte",
                )
            try:
                line = raw.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError as error:
                raise CorpusError(
                    f"{path} line {number}",
                    f"not UTF-8: byte 0x{raw[error.start]:02x} at byte {error.start + 1} of the line",
                    "save the file as UTF-8",
                ) from None
            yield number, line.rstrip("\r\n")


def read_text(path: Path) -> str:
    """Return a whole UTF-8 file; for formats of one record a file.

    Raises:
        CorpusError: as `read_lines`.
    """
    return "\n".join(line for _, line in read_lines(path))


def file_stem(path: Path) -> str:
    """Return a file's name without the suffixes of its format and compression.

    >>> file_stem(Path("data/dialogs.jsonl.gz"))
    'dialogs'
    """
    return uncompressed_path(path).stem


def open_binary(path: Path) -> BinaryIO:
    """Open a file for reading bytes; what is compressed is unpacked as it is read.

    Raises:
        CorpusError: where there is no such file, or it cannot be read.
    """
    mode = file_mode(path)
    if mode is None:
        raise CorpusError(str(path), "no such file or folder", "check the path")
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        cure = "write what it gives into a file, or pass it to stdin and read -"
        raise CorpusError(str(path), "this is a pipe, a socket or a device, and no file", cure)
    try:
        return decompressed(path, path.open("rb"))
    except OSError as error:
        raise _unreadable(path, error) from None


def first_bytes(path: Path) -> bytes:
    """Return the first bytes of a file, or all where it is short.

    Raises:
        CorpusError: as `open_binary`.
    """
    with open_binary(path) as file:
        return file.read(FIRST_BYTES)


def file_mode(path: Path) -> int | None:
    """Return the mode of what a path names (`stat.S_ISDIR` and others read it), None where there is nothing.

    Raises:
        CorpusError: where that cannot be told.
    """
    try:
        return path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: a NUL in the path
        return None
    except OSError as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: OSError) -> CorpusError:
    return CorpusError(str(path), f"cannot be read ({error.strerror})", "check its permissions")
