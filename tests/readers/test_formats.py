"""Detect formats, and refuse files that no format can read."""

import io

import pytest

import turncast
from turncast.errors import CorpusError
from turncast.readers import FORMATS, detect_format

TURN = '{"turns": [{"user": "hi", "actions": ["greet"]}]}\n'


@pytest.mark.quick
@pytest.mark.parametrize(
    ("content", "format"),
    [
        (TURN, "jsonl"),
        ("\ufeff" + TURN, "jsonl"),
        (TURN.replace("greet", "Events"), "jsonl"),
        (TURN.replace('"user"', '"facts": {"Events": 1}, "user"'), "jsonl"),
        ('{\n "Events": []\n}', "star"),
        ('\n\nt1: user: "a" (action=1)', "plain"),
        ('# invented\nt1 : system: "a" (action=1)', "plain"),
        ("1 hi\thello\n", "babi"),
        ("1 a b R_cuisine\n2 hi\thello\n", "babi"),
        ("CaseID;ActivityID\n1;2\n", "csv"),
    ],
)
def test_detected_by_content(tmp_path, content, format):
    path = tmp_path / "file"
    path.write_text(content, encoding="utf-8")
    assert detect_format(path).name == format


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", ": the file is empty; give a file with dialogues"),
        (b"\xef\xbb\xbf\n", ": the file is empty; give a file with dialogues"),
        (b" \n\n ", ": the file is empty; give a file with dialogues"),
        (
            b"Dear diary,\n",
            ": no format recognises a file that begins with 'Dear diary,'; "
            f"name the format with --format; it is one of {', '.join(FORMATS)}",
        ),
        (TURN.encode("utf-16"), ": the file is UTF-16; save it as UTF-8"),
        (TURN.encode("utf-16-be"), ": the file is UTF-16 (without a byte order mark); save it as UTF-8"),
        (TURN.encode("utf-32"), ": the file is UTF-32; save it as UTF-8"),
        (
            (TURN + TURN).replace("\n", "\r").encode(),
            ": its lines end in CR alone, as on old Macintoshes; save it with LF line ends",
        ),
        (
            TURN.encode() + TURN.encode().replace(b"hi", b"h\xff"),
            " line 2: not UTF-8: byte 0xff at byte 23 of the line; save the file as UTF-8",
        ),
        (
            TURN.encode() + b"\n" + TURN.encode().replace(b"hi", b"h\0"),
            " line 3: NUL byte at byte 23 of the line; "
            "this is not text, or it is damaged; restore the file or remove the byte",
        ),
    ],
)
def test_files_that_are_not_a_corpus(tmp_path, content, message):
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(CorpusError) as error:
        list(turncast.read(path))
    assert str(error.value) == f"{path}{message}"


def test_missing_files_folders_and_formats(tmp_path):
    with pytest.raises(CorpusError, match=r"nope: no such file or folder; check the path"):
        turncast.read(tmp_path / "nope")
    with pytest.raises(CorpusError, match=r"no format recognises the folder as a corpus; name its files"):
        turncast.read(tmp_path)
    with pytest.raises(CorpusError, match=r"unknown format 'jsnl'; did you mean 'jsonl'\?; it is one of "):
        turncast.read(tmp_path / "nope", format="jsnl")
    with pytest.raises(CorpusError, match="no file is named"):
        turncast.read([])


def test_ids_are_unique_over_several_files(tmp_path):
    one, two = tmp_path / "one.jsonl", tmp_path / "two.txt"
    one.write_text(TURN.replace("{", '{"id": "two:1", ', 1))
    two.write_text('t1: user: "a" (action=1)')
    with pytest.raises(CorpusError) as error:
        list(turncast.read([one, two]))
    assert str(error.value) == (
        f"{two}: two dialogues have the id 'two:1' (first in {one}); give each dialogue a different id"
    )
    one.write_text(TURN)
    corpus = turncast.read([one, two])
    assert corpus.name == "one+two"
    assert [dialogue.id for dialogue in corpus] == ["one:1", "two:1"]


def test_stdin(monkeypatch, tmp_path):
    def stdin(content):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))

    stdin(TURN.encode())
    corpus = turncast.read("-")
    assert [d.id for d in corpus] == [d.id for d in corpus] == ["stdin:1"]
    stdin(TURN.encode() + b"{\n")
    with pytest.raises(CorpusError, match=r"^stdin line 2: not JSON"):
        turncast.read("-")
    stdin(b"")
    with pytest.raises(CorpusError, match=r"^stdin: the file is empty"):
        turncast.read("-")


def test_reading_is_lazy(tmp_path):
    path = tmp_path / "long.jsonl"
    path.write_text(TURN + "broken\n")
    dialogues = iter(turncast.read(path))
    assert next(dialogues).id == "long:1"
    with pytest.raises(CorpusError, match="line 2"):
        next(dialogues)


def test_detection_reads_each_file_of_a_folder_once(tmp_path, monkeypatch):
    from turncast.readers import text_files

    opened, open_binary = [], text_files.open_binary
    monkeypatch.setattr(text_files, "open_binary", lambda path: opened.append(path.name) or open_binary(path))
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_text('[{"service_name": "x"}]')
    (tmp_path / "c.json").write_text('[{"dial": [{"usr": {}, "sys": {}}]}]')
    assert detect_format(tmp_path).name == "camrest"
    assert opened == ["a.json", "b.json", "c.json"]


def test_a_text_that_quotes_json_is_not_json(tmp_path):
    path = tmp_path / "notes.md"
    path.write_text('As in:\n{"messages": [{"role": "user", "content": "hi"}]}\n')
    with pytest.raises(CorpusError, match="no format recognises a file that begins with 'As in:'"):
        detect_format(path)
