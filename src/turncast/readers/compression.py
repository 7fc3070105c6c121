"""Compressed files: detected by their first bytes, and decompressed while they are read."""

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
# Limits against files that are made to fill the memory or the disk (decompression bombs).
_ALWAYS_ALLOWED_BYTES = 128 << 20  # the ratio counts only beyond this size
_MAX_RATIO = 300  # text reaches 3 to 60, a bomb 1,000 and more
_MAX_BYTES = 64 << 30
_MAX_MEMORY = 256 << 20  # for the window of an xz or zstd file
_CURE = "decompress it yourself, if you trust it"


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _GzipDecompressor:
    """The decompressor of zlib with the methods of the other ones."""

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


def _xz() -> _Decompressor:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MAX_MEMORY)


def _zstd() -> _Decompressor:
    if sys.version_info >= (3, 14):
        from compression.zstd import DecompressionParameter, ZstdDecompressor
    else:
        from backports.zstd import DecompressionParameter, ZstdDecompressor
    window = {int(DecompressionParameter.window_log_max): _MAX_MEMORY.bit_length() - 1}
    return ZstdDecompressor(options=window)


_COMPRESSIONS: dict[bytes, tuple[str, Callable[[], _Decompressor]]] = {
    b"\x1f\x8b\x08": ("gzip", _GzipDecompressor),
    b"\xfd7zXZ\x00": ("xz", _xz),
    b"\x28\xb5\x2f\xfd": ("zstd", _zstd),
    b"BZh": ("bzip2", bz2.BZ2Decompressor),
}


def compression_of(first: bytes) -> str | None:
    """Return the name of the compression that the first bytes of a file show, or None.

    >>> compression_of(bytes([0x1f, 0x8b, 0x08, 0x00])), compression_of(b"text")
    ('gzip', None)
    """
    name = next((name for magic, (name, _) in _COMPRESSIONS.items() if first.startswith(magic)), None)
    # A text may begin with "BZh": bzip2 has a second magic number, for a block or for the end.
    return None if name == "bzip2" and first[4:10] not in (b"1AY&SY", b"\x17rE8P\x90") else name


def uncompressed_path(path: Path) -> Path:
    """Return a path without the suffix of a compression, so that its suffix is that of its format.

    >>> uncompressed_path(Path("dialogs.jsonl.gz")).name, uncompressed_path(Path("dialogs.jsonl")).name
    ('dialogs.jsonl', 'dialogs.jsonl')
    """
    return path.with_suffix("") if path.suffix.lower() in _SUFFIXES else path


def decompressed(path: Path, file: io.BufferedReader) -> BinaryIO:
    """Return the file itself, or a file that decompresses it while it is read."""
    name = compression_of(file.peek(10)[:10])
    return file if name is None else io.BufferedReader(_DecompressedFile(path, file, name), _CHUNK)


class _DecompressedFile(io.RawIOBase):
    """The decompressed bytes of a file; refuses damaged files and decompression bombs."""

    def __init__(self, path: Path, file: IO[bytes], compression: str) -> None:
        self._path, self._file, self._compression = path, file, compression
        self._new = next(new for name, new in _COMPRESSIONS.values() if name == compression)
        self._decompressor = self._new()
        self._bytes_in = self._bytes_out = 0

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
            raise self._damaged(str(error)) from None
        except Exception as error:  # ZstdError has no base class in the standard library
            if type(error).__name__ != "ZstdError":
                raise
            raise self._damaged(str(error)) from None
        view[: len(data)] = data
        self._bytes_out += len(data)
        if self._bytes_out > max(_ALWAYS_ALLOWED_BYTES, _MAX_RATIO * self._bytes_in):
            problem = f"the {self._compression} file decompresses to more than {_MAX_RATIO} times its size"
            raise CorpusError(str(self._path), problem, _CURE)
        if self._bytes_out > _MAX_BYTES:
            problem = f"the {self._compression} file decompresses to more than {_MAX_BYTES >> 30} GiB"
            raise CorpusError(str(self._path), problem, _CURE)
        return len(data)

    def _next(self, size: int) -> bytes:
        """Return at least one byte and at most `size`; none at the end."""
        while True:
            if self._decompressor.eof:  # further streams may follow, with zeros between them
                rest = self._decompressor.unused_data.lstrip(b"\0") or self._more().lstrip(b"\0")
                if not rest:
                    return b""
                self._decompressor = self._new()
                needs_input = False
            else:
                needs_input = self._decompressor.needs_input
                rest = self._more() if needs_input else b""
            data = self._decompressor.decompress(rest, size)
            if data:
                return data
            if needs_input and not rest and not self._decompressor.eof:
                raise EOFError("it is incomplete")

    def _more(self) -> bytes:
        chunk = self._file.read(_CHUNK)
        self._bytes_in += len(chunk)
        return chunk

    def _damaged(self, reason: str) -> CorpusError:
        problem = f"the {self._compression} file cannot be decompressed ({' '.join(reason.split())})"
        return CorpusError(str(self._path), problem, "it is damaged or incomplete; get it again")
