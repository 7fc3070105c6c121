"""Find the files of a corpus: folders, patterns, links, and the counts of skipped files."""

import os

import pytest

import turncast
from support.reader_examples import EXAMPLES
from turncast.errors import CorpusError

JSONL = '{"turns": [{"user": "hi", "actions": ["greet"]}]}\n'
PLAIN = 't1: user: "a" (action=1)\n'
BABI = "1 hi\thello\n"


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "data"
    (folder / "sub").mkdir(parents=True)
    (folder / ".git").mkdir()
    for name, text in {
        "b.jsonl": JSONL,
        "a.txt": PLAIN,
        "c": BABI,
        "sub/d.jsonl": JSONL,
        "sub/b.jsonl": JSONL,
        "README": "About these dialogues\n",
        "empty.jsonl": "",
        "kb.txt": "1 resto_a R_cuisine thai\n",
        ".hidden.jsonl": JSONL,
    }.items():
        (folder / name).write_text(text)
    return folder


def ids(source, **settings):
    return [dialogue.id for dialogue in turncast.read(source, **settings)]


@pytest.mark.quick
def test_files_of_a_folder_are_read_in_sorted_order(folder):
    corpus = turncast.read(folder)
    # Two files have one name: the folder tells their dialogues apart.
    assert [d.id for d in corpus] == ["a:1", "data/b:1", "c:1", "sub/b:1", "d:1"]
    assert corpus.name == "data"
    assert corpus.skipped == {
        "hidden file or folder": 2,
        "file of no known format": 1,
        "empty file": 1,
        "bAbI knowledge base": 1,
    }


def test_a_named_format_selects_its_files(folder):
    corpus = turncast.read(folder, format="plain")
    assert [d.id for d in corpus] == ["a:1"]
    assert corpus.skipped["file of another format"] == 5


def test_links_are_followed_last_and_once(folder, tmp_path):
    (tmp_path / "elsewhere" / "deep").mkdir(parents=True)
    for name in ("e.jsonl", "deep/f.jsonl", "g.jsonl"):
        (tmp_path / "elsewhere" / name).write_text(JSONL)
    (folder / "a_file").symlink_to(tmp_path / "elsewhere" / "e.jsonl")
    (folder / "a_folder").symlink_to(tmp_path / "elsewhere")
    (folder / "same.jsonl").symlink_to(folder / "sub" / "d.jsonl")
    (folder / "sub" / "up").symlink_to(folder)
    (folder / "dangling").symlink_to(tmp_path / "nothing")
    (tmp_path / "elsewhere" / "round").symlink_to(folder / "sub")
    os.mkfifo(folder / "pipe.jsonl")
    corpus = turncast.read(folder)
    assert [d.id for d in corpus][5:] == ["a_file:1", "f:1", "g:1"]
    assert {reason: count for reason, count in corpus.skipped.items() if "link" in reason} == {
        "broken symbolic link": 1,
        "symbolic link to a folder that contains it": 1,
        "symbolic link to a file or folder that is read already": 3,  # same, round, and e of elsewhere
    }
    assert corpus.skipped["pipe, socket or device"] == 1
    assert ids(folder / "a_file") == ["a_file:1"]
    assert ids(str(folder / "a_folder" / "*.jsonl")) == ["e:1", "g:1"]
    assert ids(str(folder / "same*")) == ["same:1"]
    corpus = turncast.read(str(folder / "*" / "[bd].jsonl"))
    assert [d.id for d in corpus] == ["b:1", "d:1"]
    (folder / "again").symlink_to(folder / "sub")
    corpus = turncast.read(str(folder / "*" / "[bd].jsonl"))
    assert [d.id for d in corpus] == ["b:1", "d:1"]
    assert corpus.skipped == {"symbolic link to a file or folder that is read already": 2}
    with pytest.raises(CorpusError, match=r"link\); name its files"):
        ids(str(folder / "dang*"))


def test_a_folder_of_nothing_but_links(folder, tmp_path):
    """Tools that store each file under its hash make such folders."""
    stored = tmp_path / "stored"
    (stored / ".objects").mkdir(parents=True)
    for number, name in enumerate(["b.jsonl", "c.jsonl"]):
        (stored / ".objects" / f"{number}").write_text(JSONL)
        (stored / name).symlink_to(stored / ".objects" / f"{number}")
    corpus = turncast.read(stored)
    assert [d.id for d in corpus] == ["b:1", "c:1"]
    assert corpus.skipped == {"hidden file or folder": 1}


def test_special_files_are_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(CorpusError) as error:
        turncast.read(tmp_path / "pipe")
    assert str(error.value) == (
        f"{tmp_path / 'pipe'}: this is a pipe, a socket or a device, not a file; "
        "write its content into a file, or pass it to stdin and read -"
    )


def test_patterns_match_in_sorted_order(folder, monkeypatch):
    assert ids(str(folder / "*.jsonl")) == ["b:1"]
    assert ids(str(folder / "**" / "*.jsonl")) == ["data/b:1", "sub/b:1", "d:1"]
    assert ids(str(folder / ".h*")) == [".hidden:1"]
    assert ids(str(folder / "*")) == ids(folder)
    monkeypatch.chdir(folder)
    assert ids(["[ac]*", "sub/?.jsonl"]) == ["a:1", "c:1", "b:1", "d:1"]
    (folder / "x[1].txt").write_text(PLAIN)
    assert ids("x[1].txt") == ["x[1]:1"]  # a file of this very name comes first


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("*.nope", "no file matches; check the pattern, or name the files"),
        ("nowhere/*.jsonl", "no file matches; check the pattern, or name the files"),
        ("**x", "not a valid pattern"),
        (
            "READ*",
            "no match can be read (1 file of no known format); name its files",
        ),
        ("a\0b", "no such file or folder; check the path"),
    ],
)
def test_sources_without_files_are_errors(folder, monkeypatch, source, message):
    monkeypatch.chdir(folder)
    with pytest.raises(CorpusError) as error:
        turncast.read(source)
    # Since Python 3.13 `**x` is a pattern like `*x`.
    assert str(error.value).startswith((f"{source}: {message}", f"{source}: no file matches"))


def test_folders_without_dialogues_are_errors(tmp_path):
    (tmp_path / "notes").write_text("Dear diary\n")
    with pytest.raises(CorpusError) as error:
        turncast.read(tmp_path)
    assert str(error.value) == (
        f"{tmp_path}: no format recognises the folder as a corpus (1 file of no known format); name its files"
    )


def test_a_file_named_twice_is_an_error(folder):
    with pytest.raises(CorpusError, match=r"b\.jsonl: the file is named twice; name it once"):
        turncast.read([folder, folder / "b.jsonl"])


def test_an_error_names_the_damaged_file(folder):
    (folder / "sub" / "e.jsonl").write_text(JSONL + "{\n")
    with pytest.raises(CorpusError, match=r"sub/e\.jsonl line 2: not JSON"):
        ids(folder)


def test_folders_too_deep_are_counted(tmp_path, monkeypatch):
    monkeypatch.setattr("turncast.readers.find_files._MAX_DEPTH", 2)
    deep = tmp_path
    for name in "abcd":
        deep /= name
        deep.mkdir()
        (deep / f"{name}.jsonl").write_text(JSONL)
    corpus = turncast.read(tmp_path)
    assert [d.id for d in corpus] == ["a:1", "b:1"]
    assert corpus.skipped == {"folder more than 2 levels deep": 1}
    monkeypatch.setattr("turncast.readers.find_files._MAX_FILES", 1)
    with pytest.raises(CorpusError, match="there are more than 1 files; name fewer"):
        turncast.read(tmp_path)


FOLDER_FORMATS = ["star", "sgd", "api_bank", "bfcl", "swda", "rasa"]


@pytest.mark.parametrize("name", FOLDER_FORMATS)
def test_a_corpus_folder_reads_each_file_once(tmp_path, name):
    folder = tmp_path / "corpus"
    EXAMPLES[name]().write(folder)
    plain = turncast.read(folder)
    expected, before = list(plain), plain.skipped
    files = [path for path in folder.rglob("*") if path.is_file()]
    for path in files:
        (path.parent / f"9{path.name}").symlink_to(path)
    (folder / "loop").symlink_to(folder)
    (folder / "gone.json").symlink_to(tmp_path / "nothing")
    corpus = turncast.read(folder)
    assert list(corpus) == expected
    assert {reason: corpus.skipped[reason] for reason in corpus.skipped.keys() - before.keys()} == {
        "symbolic link to a file or folder that is read already": len(files),
        "symbolic link to a folder that contains it": 1,
        "broken symbolic link": 1,
    }


@pytest.mark.parametrize("name", FOLDER_FORMATS)
def test_a_corpus_folder_may_consist_of_links(tmp_path, name):
    folder, mirror = tmp_path / "stored" / "corpus", tmp_path / "corpus"
    EXAMPLES[name]().write(folder)
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        link = mirror / path.relative_to(folder)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(path)
    assert list(turncast.read(mirror)) == list(turncast.read(folder))
    assert turncast.read(mirror).skipped == turncast.read(folder).skipped
    inner = [path for path in folder.iterdir() if path.is_dir()]
    if inner:
        other = tmp_path / "other" / "corpus"
        other.mkdir(parents=True)
        for path in folder.iterdir():
            (other / path.name).symlink_to(path)
        assert list(turncast.read(other)) == list(turncast.read(folder))
