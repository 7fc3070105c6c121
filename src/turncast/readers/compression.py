"""Compressed files, read as if they were not: found by their first bytes, unpacked as they are read."""

from __future__ import annotations

import bz2
import io
import lzma
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO, Protocol

from turncast.errors import CorpusError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_SUFFIXES = (".gz", ".xz", ".zst", ".bz2")
_CHUNK = 1 << 16
_ALWAYS_ALLOWED_BYTES = 128 << 20  # bytes: below this no ratio is suspicious
_MAX_RATIO = 300  # text comes to 3 to 60; what is made to fill a memory, to 1,000 and more
_MAX_BYTES = 64 << 30
_MAX_MEMORY = 256 << 20  # what an xz or zstd file may ask for its window
_YOURSELF = "unpack it yourself, if you trust it"


class _Unpacker(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Gzip:
    """zlib's decompressor with the methods of the other ones."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=31)  # 31: with gzip's header and checksum

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max_length)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data


def _xz() -> _Unpacker:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MAX_MEMORY)


def _zstd() -> _Unpacker:
    if sys.version_info >= (3, 14):
        from compression.zstd import DecompressionParameter, ZstdDecompressor
    else:
        from backports.zstd import DecompressionParameter, ZstdDecompressor
    window = {int(DecompressionParameter.window_log_max): _MAX_MEMORY.bit_length() - 1}
    return ZstdDecompressor(options=window)


_KINDS: dict[bytes, tuple[str, Callable[[], _Unpacker]]] = {
    b"\x1f\x8b\x08": ("gzip", _Gzip),
    b"\xfd7zXZ\x00": ("xz", _xz),
    b"\x28\xb5\x2f\xfd": ("zstd", _zstd),
    b"BZh": ("bzip2", bz2.BZ2Decompressor),
}


def compression_of(first: bytes) -> str | None:
    """Name the compression that a file's first bytes show, or None.

    >>> compression_of(bytes([0x1f, 0x8b, 0x08, 0x00])), compression_of(b"text")
    ('gzip', None)
    """
    found = next((kind for magic, (kind, _) in _KINDS.items() if first.startswith(magic)), None)
    # "BZh" alone could be the beginning of a text.
    return None if found == "bzip2" and first[4:10] not in (b"1AY&SY", b"\x17rE8P\x90") else found


def uncompressed_path(path: Path) -> Path:
    """Return a path without the suffix of a compression: what its format's own suffix is.

    >>> uncompressed_path(Path("dialogs.jsonl.gz")).name, uncompressed_path(Path("dialogs.jsonl")).name
    ('dialogs.jsonl', 'dialogs.jsonl')
    """
    return path.with_suffix("") if path.suffix.lower() in _SUFFIXES else path


def decompressed(path: Path, file: io.BufferedReader) -> BinaryIO:
    """Return the file itself, or what is packed in it, read as it is asked for."""
    kind = compression_of(file.peek(10)[:10])
    return file if kind is None else io.BufferedReader(_Unpacked(path, file, kind), _CHUNK)


class _Unpacked(io.RawIOBase):
    """What is packed in a file; refuses damage, and what is far larger than its file."""

    def __init__(self, path: Path, file: IO[bytes], kind: str) -> None:
        self._path, self._file, self._kind = path, file, kind
        self._new = next(new for name, new in _KINDS.values() if name == kind)
        self._unpacker = self._new()
        self._taken = self._given = 0

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._file.close()
        super().close()

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        try:
            data = self._next(len(view))
        except (zlib.error, lzma.LZMAError, OSError, EOFError) as error:
            raise self._broken(str(error)) from None
        except Exception as error:  # zstd has an error of its own, without a base of the standard library's
            if type(error).__name__ != "ZstdError":
                raise
            raise self._broken(str(error)) from None
        view[: len(data)] = data
        self._given += len(data)
        if self._given > max(_ALWAYS_ALLOWED_BYTES, _MAX_RATIO * self._taken):
            problem = f"the {self._kind} file holds more than {_MAX_RATIO} times its size"
            raise CorpusError(str(self._path), problem, _YOURSELF)
        if self._given > _MAX_BYTES:
            problem = f"the {self._kind} file holds more than {_MAX_BYTES >> 30} GiB"
            raise CorpusError(str(self._path), problem, _YOURSELF)
        return len(data)

    def _next(self, size: int) -> bytes:
        """Return at least one byte and at most `size`; none at the end."""
        while True:
            if self._unpacker.eof:  # several packed parts may follow one another, with zeros between
                rest = self._unpacker.unused_data.lstrip(b"\0") or self._more().lstrip(b"\0")
                if not rest:
                    return b""
                self._unpacker = self._new()
                hungry = False
            else:
                hungry = self._unpacker.needs_input
                rest = self._more() if hungry else b""
            data = self._unpacker.decompress(rest, size)
            if data:
                return data
            if hungry and not rest and not self._unpacker.eof:
                raise EOFError("it is cut short")

    def _more(self) -> bytes:
        chunk = self._file.read(_CHUNK)
        self._taken += len(chunk)
        return chunk

    def _broken(self, why: str) -> CorpusError:
        problem = f"the {self._kind} file cannot be unpacked ({' '.join(why.split())})"
        return CorpusError(str(self._path), problem, "it is damaged, or not whole; get it again")
