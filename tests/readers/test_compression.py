"""Compressed files: read directly, and refused if they are damaged or decompression bombs."""

import bz2
import gzip
import io
import json
import lzma
import random
import sys
import tarfile
import zipfile

import pytest

import turncast
from turncast.errors import CorpusError
from turncast.readers import detect_format

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LINES = "".join(f'{{"turns": [{{"user": "hi {n}", "actions": ["greet"]}}]}}\n' for n in range(2000)).encode()


def zstd_compress(content):
    """Compress with a checksum, as the zstd command does; the other formats always have one."""
    return zstd.compress(content, options={zstd.CompressionParameter.checksum_flag: 1})


PACKERS = {"gz": gzip.compress, "xz": lzma.compress, "zst": zstd_compress, "bz2": bz2.compress}
each = pytest.mark.parametrize("kind", PACKERS)


def users(path):
    return [turn.user for dialogue in turncast.read(path) for turn in dialogue]


@each
@pytest.mark.parametrize("name", ["corpus.jsonl.{}", "corpus.JSONL", "corpus"])
def test_compression_is_detected_by_content(tmp_path, kind, name):
    path = tmp_path / name.format(kind)
    path.write_bytes(PACKERS[kind](LINES))
    corpus = turncast.read(path)
    assert corpus.name == "corpus"
    assert [dialogue.id for dialogue in corpus][::1000] == ["corpus:1", "corpus:1001"]
    assert users(path) == [f"hi {n}" for n in range(2000)]


@pytest.mark.quick
@each
def test_the_suffix_before_the_compression_counts(tmp_path, kind):
    path = tmp_path / f"log.csv.{kind}"
    path.write_bytes(PACKERS[kind](b"a,b\n1,2\n"))
    assert detect_format(path).name == "csv"


@each
def test_several_compressed_streams_in_one_file(tmp_path, kind):
    path = tmp_path / "corpus"
    path.write_bytes(PACKERS[kind](LINES[: len(LINES) // 2]) + PACKERS[kind](LINES[len(LINES) // 2 :]))
    assert len(users(path)) == 2000


@each
@pytest.mark.parametrize("damage", [lambda raw: raw[:-20], lambda raw: raw[:60] + b"damage" + raw[66:]])
def test_damage_is_refused_in_one_line(tmp_path, kind, damage):
    path = tmp_path / "corpus"
    path.write_bytes(damage(PACKERS[kind](LINES)))
    with pytest.raises(CorpusError, match="file cannot be decompressed") as error:
        users(path)
    assert len(str(error.value).splitlines()) == 1
    assert str(error.value).endswith("; it is damaged or incomplete; get it again")


@each
def test_a_decompression_bomb_is_refused(tmp_path, kind, monkeypatch):
    monkeypatch.setattr("turncast.readers.compression._ALWAYS_ALLOWED_BYTES", 1 << 20)
    path = tmp_path / "bomb"
    path.write_bytes(PACKERS[kind](LINES + b" " * (64 << 20)))
    names = {"gz": "gzip", "xz": "xz", "zst": "zstd", "bz2": "bzip2"}
    with pytest.raises(CorpusError) as error:
        users(path)
    problem = f"the {names[kind]} file decompresses to more than 300 times its size"
    assert str(error.value) == f"{path}: {problem}; decompress it yourself, if you trust it"


def test_a_file_above_the_size_limit_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("turncast.readers.compression._MAX_BYTES", 1 << 10)
    path = tmp_path / "large"
    path.write_bytes(gzip.compress(LINES))
    with pytest.raises(
        CorpusError, match="the gzip file decompresses to more than 0 GiB; decompress it yourself"
    ):
        users(path)


def test_compressed_files_of_one_name_in_two_folders(tmp_path):
    for folder in ("a", "b"):
        messages = [{"role": "user", "content": folder}, {"role": "assistant", "content": "hello"}]
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "log.jsonl.gz").write_bytes(
            gzip.compress(json.dumps({"messages": messages}).encode())
        )
    assert [dialogue.id for dialogue in turncast.read(tmp_path)] == ["a/log:1", "b/log:1"]


@each
def test_many_pieces(tmp_path, kind):
    """Text that is much longer than a chunk and hard to compress."""
    generator = random.Random(0)
    turns = [{"user": f"{generator.random()} {'x' * (n % 97)}", "actions": ["a"]} for n in range(10_000)]
    path = tmp_path / "corpus"
    path.write_bytes(PACKERS[kind](b"\n".join(json.dumps({"turns": [turn]}).encode() for turn in turns)))
    assert users(path) == [turn["user"] for turn in turns]


def archived(kind):
    written = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(written, "w") as archive:
            archive.writestr("corpus.jsonl", LINES)
    else:
        with tarfile.open(fileobj=written, mode="w") as archive:
            entry = tarfile.TarInfo("../corpus.jsonl")
            entry.size = len(LINES)
            archive.addfile(entry, io.BytesIO(LINES))
    return written.getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (archived("zip"), "this is a zip archive; unpack it, and name the folder or the files"),
        (archived("tar"), "this is a tar archive; unpack it, and name the folder or the files"),
        (
            gzip.compress(archived("tar")),
            "this is a tar archive; unpack it, and name the folder or the files",
        ),
        (gzip.compress(gzip.compress(LINES)), "it is compressed twice; decompress it once"),
        (gzip.compress(b"", mtime=0), "the file is empty; give a file with dialogues"),
    ],
)
def test_archives_are_refused(tmp_path, content, message):
    path = tmp_path / "corpus.jsonl.gz"
    path.write_bytes(content)
    with pytest.raises(CorpusError) as error:
        turncast.read(path)
    assert str(error.value) == f"{path}: {message}"
