"""Look at the beginning of a file, to tell its format or refuse it."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path

from turncast.errors import CorpusError
from turncast.readers.compression import compression_of, uncompressed_path
from turncast.readers.text_files import FIRST_BYTES, first_bytes

_BYTE_ORDER_MARKS = {  # UTF-32 first, because its mark begins with that of UTF-16
    b"\xff\xfe\0\0": "UTF-32",
    b"\0\0\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
_ARCHIVES = {  # (offset, magic bytes)
    (0, b"PK\x03\x04"): "zip",
    (0, b"PK\x05\x06"): "zip",
    (0, b"7z\xbc\xaf\x27\x1c"): "7z",
    (0, b"Rar!\x1a\x07"): "rar",
    (257, b"ustar"): "tar",
}
_BINARY = (b"PAR1", b"PK\x03\x04")
_OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAX_DEPTH = 5
_BEFORE_JSON = b"\xef\xbb\xbf \t\r\n"
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|[{}\[\]]|"', re.DOTALL)


def is_npz(raw: bytes) -> bool:
    """Return whether a file is a zip archive of NumPy arrays, by its first bytes.

    >>> is_npz(bytes([80, 75, 3, 4, *bytes(22), 5, 0, 0, 0]) + b"x.npy"), is_npz(bytes([80, 75, 3, 4]))
    (True, False)
    """
    length = int.from_bytes(raw[26:28], "little")
    return raw.startswith(b"PK\x03\x04") and raw[30 : 30 + length].endswith(b".npy")


@dataclass(frozen=True, slots=True)
class FileHead:
    """The beginning of a file.

    Attributes:
        path: the path of the file, without the suffix of a compression.
        raw: its first bytes, decompressed.
        lines: its first lines that are complete and not blank.
    """

    path: Path
    raw: bytes
    lines: tuple[str, ...]

    @property
    def first(self) -> str:
        """The first line that is not blank."""
        return self.lines[0] if self.lines else ""


class NotACorpusFile(CorpusError):
    """A file without dialogues: skipped inside a folder, and counted under `reason`."""

    def __init__(self, path: Path, reason: str, problem: str, cure: str) -> None:
        super().__init__(str(path), problem, cure)
        self.reason = reason


def read_head(path: Path, size: int = FIRST_BYTES) -> FileHead:
    """Read the beginning of a file: this number of bytes, or all bytes of a shorter file.

    Raises:
        CorpusError: if it cannot be read, is empty, is an archive, or is text but not UTF-8.
    """
    raw = first_bytes(path, size)
    if not raw.removeprefix(b"\xef\xbb\xbf").strip():
        raise NotACorpusFile(path, "empty file", "the file is empty", "give a file with dialogues")
    if raw.startswith(_OLD_EXCEL):
        cure = "save the sheet as CSV UTF-8, or the workbook as .xlsx"
        raise NotACorpusFile(path, "old Excel workbook", "this is a workbook of an old Excel (.xls)", cure)
    for (offset, magic), kind in _ARCHIVES.items():
        if raw.startswith(magic, offset) and not is_npz(raw) and not is_workbook(path, raw):
            cure = "unpack it, and name the folder or the files"
            if b"opendocument.spreadsheet" in raw[:200]:
                cure = "this one is a spreadsheet (.ods): save the sheet as CSV UTF-8"
            raise NotACorpusFile(path, f"{kind} archive", f"this is a {kind} archive", cure)
    if compression_of(raw):
        raise NotACorpusFile(path, "file compressed twice", "it is compressed twice", "decompress it once")
    is_binary = raw.startswith(_BINARY)
    encoding = None if is_binary else _unsupported_encoding(raw)
    if encoding:
        raise NotACorpusFile(path, f"file in {encoding}", f"the file is {encoding}", "save it as UTF-8")
    if b"\r" in raw.rstrip() and b"\n" not in raw and not is_binary:
        problem = "its lines end in CR alone, as on old Macintoshes"
        raise NotACorpusFile(path, "file whose lines end in CR alone", problem, "save it with LF line ends")
    lines = raw.decode("utf-8-sig", errors="replace").splitlines()
    complete = lines if len(raw) < size or len(lines) < 2 else lines[:-1]
    return FileHead(uncompressed_path(path), raw, tuple(line for line in complete if line.strip()))


def is_workbook(path: Path, raw: bytes) -> bool:
    """Return whether a file is a workbook of Excel 2007 or later, by its first bytes and its name."""
    suffix = uncompressed_path(path).suffix.lower()
    return raw.startswith(b"PK\x03\x04") and (suffix in (".xlsx", ".xlsm") or b"xl/workbook.xml" in raw)


def _unsupported_encoding(raw: bytes) -> str | None:
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if raw.startswith(mark):
            return encoding
    # Without a mark: every second byte of Latin letters in UTF-16 is zero.
    even, odd = (raw[start:512:2] for start in (0, 1))
    fewer, more = sorted((even.count(0), odd.count(0)))
    return "UTF-16 (without a byte order mark)" if not fewer and more > len(even) // 2 > 1 else None


@functools.lru_cache(maxsize=1)  # each format in turn asks for the same file
def key_paths(raw: bytes) -> frozenset[str]:
    """Return the paths of the keys in the first bytes of a JSON file, which may be cut anywhere.

    The result is empty if the file does not begin as JSON.

    >>> sorted(key_paths(b'{"messages": [{"role": "user", "cont'))
    ['messages', 'messages.[].role']
    >>> sorted(key_paths(b'A talk: {"messages": []}'))
    []
    """
    if not raw.lstrip(_BEFORE_JSON).startswith((b"{", b"[")):
        return frozenset()
    stack: list[str] = []  # the key at each depth; "[]" inside a list
    paths: set[str] = set()
    for token in _TOKEN.finditer(raw.decode("utf-8", errors="replace")):
        text = token.group()
        if text == '"':  # a string that is cut
            break
        if text in "{[":
            stack.append("[]" if text == "[" else "")
        elif text in "}]":
            del stack[-1:]
        elif token[1] and stack and stack[-1] != "[]":
            stack[-1] = text[1 : text.rindex('"')]
            if len(stack) <= _MAX_DEPTH:
                paths.add(".".join(stack))
    return frozenset(paths)
