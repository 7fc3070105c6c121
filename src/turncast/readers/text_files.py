"""Read text files line by line, so that an error names the line; compressed files are decompressed."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from turncast.errors import CorpusError
from turncast.readers.compression import decompressed, uncompressed_path

FIRST_BYTES = 65_536
"""The number of first bytes of a file that its format is detected from."""

MORE_FIRST_BYTES = 8 << 20
"""The same where the first bytes of a JSON file are not enough: it may begin with a long text."""


def read_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (number from 1, text without its line end) for each line of a UTF-8 file.

    Raises:
        CorpusError: for bytes that are not UTF-8 and for NUL bytes, with the number of the line.
    """
    with open_binary(path) as file:
        for number, raw in enumerate(file, start=1):
            if b"\0" in raw:
                raise CorpusError(
                    f"{path} line {number}",
                    f"NUL byte at byte {raw.index(0) + 1} of the line",
                    "this is not text, or it is damaged; restore the file or remove the byte",
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
    """Return the text of a UTF-8 file; for formats with one record in a file.

    Raises:
        CorpusError: as `read_lines`.
    """
    return "\n".join(line for _, line in read_lines(path))


def file_stem(path: Path) -> str:
    """Return the name of a file without the suffixes of its format and its compression.

    >>> file_stem(Path("data/dialogs.jsonl.gz"))
    'dialogs'
    """
    return uncompressed_path(path).stem


def open_binary(path: Path) -> BinaryIO:
    """Open a file for reading bytes; a compressed file is decompressed while it is read.

    Raises:
        CorpusError: if there is no such file, or it cannot be read.
    """
    mode = file_mode(path)
    if mode is None:
        raise CorpusError(str(path), "no such file or folder", "check the path")
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        cure = "write its content into a file, or pass it to stdin and read -"
        raise CorpusError(str(path), "this is a pipe, a socket or a device, not a file", cure)
    try:
        return decompressed(path, path.open("rb"))
    except OSError as error:
        raise cannot_be_read(path, error) from None


def first_bytes(path: Path, size: int = FIRST_BYTES) -> bytes:
    """Return the first bytes of a file, or all bytes of a short one.

    Raises:
        CorpusError: as `open_binary`.
    """
    with open_binary(path) as file:
        return file.read(size)


def file_mode(path: Path) -> int | None:
    """Return the mode of a file or folder, for `stat.S_ISDIR` and the like; None if it does not exist.

    Raises:
        CorpusError: if the mode cannot be read.
    """
    try:
        return path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: a NUL in the path
        return None
    except OSError as error:
        raise cannot_be_read(path, error) from None


def cannot_be_read(path: Path, error: OSError) -> CorpusError:
    """Return the error for a file or folder that the system does not let us read."""
    return CorpusError(str(path), f"cannot be read ({error.strerror})", "check its permissions")
