"""Dialogues as NumPy arrays in an `.npz` file: x, y, and mask or lengths."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from numpy.lib import format as npy
from numpy.typing import NDArray

from turncast.arrays import Arrays
from turncast.dialogue import Dialogue
from turncast.errors import ArgumentError, CorpusError, did_you_mean
from turncast.readers.read_context import ReadContext
from turncast.readers.text_files import file_stem, open_binary

_NAMES = ("x", "y", "mask", "lengths", "feature_names", "action_names")
_MAX_BYTES = 8 << 30
"""Larger arrays are refused: they have to fit into memory."""
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, KeyError, NotImplementedError, RuntimeError)


def read_npz(path: Path, context: ReadContext) -> Iterator[Dialogue]:
    """Read the arrays that `Corpus.from_arrays` takes; nothing is unpickled."""
    where = str(path)
    given = _read_arrays(path)
    for name in given:
        if name not in _NAMES:
            problem = f"unknown array {name!r}{did_you_mean(name, _NAMES)}"
            raise CorpusError(where, problem, f"the arrays are {', '.join(_NAMES)}")
    for name in ("x", "y"):
        if name not in given:
            raise CorpusError(where, f"there is no array {name!r}", "write it with np.savez(path, x=x, y=y)")
    names = {
        name: None if name not in given else given[name].reshape(-1).tolist()
        for name in ("feature_names", "action_names")
    }
    try:
        arrays = Arrays.checked(given["x"], given["y"], given.get("mask"), given.get("lengths"), **names)
    except ArgumentError as error:
        raise CorpusError(f"{path} array {error.argument!r}", error.problem, error.cure) from None
    if arrays.numbers:
        context.notes[arrays.about_numbers] += 1
    yield from arrays.dialogues(file_stem(path), context.skipped)


def _read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    try:
        with open_binary(path) as file, zipfile.ZipFile(file) as archive:
            members = {member.filename.removesuffix(".npy"): member for member in archive.infolist()}
            if sum(member.file_size for member in members.values()) > _MAX_BYTES:
                cure = "split it into several files"
                raise CorpusError(str(path), f"its arrays have more than {_MAX_BYTES >> 30} GiB", cure)
            return {name: _read_array(archive, member, path) for name, member in members.items()}
    except CorpusError:
        raise
    except _DAMAGE:
        problem = "the file is damaged, or is no .npz file"
        raise CorpusError(str(path), problem, "write it again with np.savez") from None


def _read_array(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> NDArray[Any]:
    with archive.open(member) as file:
        version = npy.read_magic(file)
        read_header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, _, dtype = read_header(file)
    where = f"{path} array {member.filename.removesuffix('.npy')!r}"
    if dtype.hasobject:
        cure = "write bits, numbers or names, for example with .astype(float)"
        raise CorpusError(where, "it holds Python objects", cure)
    # The header is checked first, because NumPy reserves the memory that it names.
    size = dtype.itemsize
    for length in shape:
        size *= length
    if not 0 <= size <= member.file_size:
        raise CorpusError(where, f"its header names {size:,} bytes, the file has fewer", "write it again")
    with archive.open(member) as file:
        array: NDArray[Any] = npy.read_array(file, allow_pickle=False)
    return array
