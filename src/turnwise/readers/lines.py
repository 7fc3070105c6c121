"""Lines of a text file, decoded one by one, so that what is wrong with one is said with its number."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from turnwise.errors import CorpusError


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


def open_binary(path: Path) -> BinaryIO:
    """Open a file for reading bytes.

    Raises:
        CorpusError: where there is no such file, or it cannot be read.
    """
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise CorpusError(str(path), "no such file or folder", "check the path") from None
    except OSError as error:
        raise CorpusError(str(path), f"cannot be read ({error.strerror})", "check its permissions") from None
