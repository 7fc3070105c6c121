"""Output is UTF-8 or what the terminal takes; escape sequences never reach a terminal; pipes end quietly."""

import json
import os
import subprocess
import sys

import pytest

from support.cli import refused, run, run_process
from turncast import Corpus, Dialogue, TrainConfig, Turn, train
from turncast.data import convert

ESCAPES = "\x1b]0;mine\x07 \x1b[2J \x9b2J \x7f \x00"
PIZZA = "\U0001f355"
SERVE = f"serve{ESCAPES}{PIZZA}"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A model and its corpus, whose names and texts hold escape sequences and letters of all planes."""
    folder = tmp_path_factory.mktemp("escapes")
    dialogues = [
        Dialogue(
            f"d\x1b[31m{number}",
            [
                Turn(
                    f"a {ESCAPES} {PIZZA}",
                    [SERVE],
                    {f"f{ESCAPES}": f"v{ESCAPES}"},
                    "r\x1b[5m",
                ),
                Turn("bye Olé", ["end\x1b[2J"]),
            ],
        )
        for number in range(8)
    ]
    corpus = Corpus("escapes", dialogues)
    convert(corpus, folder / "escapes.jsonl")
    train(corpus, config=TrainConfig(epochs=1)).save(folder / "model")
    return {"MODEL": folder / "model", "CORPUS": folder / "escapes.jsonl"}


VERBS = {
    "data show": ["data", "show", "CORPUS"],
    "data show --json": ["data", "show", "CORPUS", "--json"],
    "data validate": ["data", "validate", "CORPUS"],
    "evaluate": ["evaluate", "MODEL", "CORPUS"],
    "evaluate --json": ["evaluate", "MODEL", "CORPUS", "--json"],
    "compare": ["compare", "MODEL", "MODEL", "CORPUS"],
    "predict": ["predict", "MODEL", "CORPUS"],
    "explain": ["explain", "MODEL", "CORPUS"],
    "chat": ["chat", "MODEL"],
    "rules suggest": ["rules", "suggest", "CORPUS", "--support", "2"],
    "shapes": ["shapes", "CORPUS"],
}
CHAT = f"bye {ESCAPES}\n/facts f{ESCAPES}=v{ESCAPES}\n/why\n/do no{ESCAPES}\n/undo\n/quit\n"


def command(verb, files):
    return [files.get(argument, argument) for argument in VERBS[verb]]


@pytest.mark.quick
@pytest.mark.parametrize("verb", VERBS)
def test_no_escape_sequence_of_a_corpus_reaches_the_terminal(verb, files):
    done = run(*command(verb, files), stdin=CHAT)
    assert done.returncode in (0, 1), done.stderr
    for text in (done.stdout, done.stderr):
        controls = {character for character in text if not character.isprintable()} - {"\n", "\t"}
        assert not controls & {chr(code) for code in (*range(0x20), *range(0x7F, 0xA0))}


@pytest.mark.parametrize("verb", ["data show", "data show --json", "predict", "explain", "chat"])
def test_output_in_a_narrow_encoding(verb, files):
    narrow = os.environ | {"PYTHONIOENCODING": "cp1252"}
    done = run_process(*command(verb, files), env=narrow, text=False, input=b"bye\n/why\n/quit\n")
    assert (done.returncode, done.stderr) == (0, b"")
    for_programs = verb in ("data show --json", "predict")
    text = done.stdout.decode("utf-8" if for_programs else "cp1252")
    assert ("serve" in text, PIZZA in text) == (True, for_programs)


def test_json_holds_the_texts_as_they_are(files):
    record = json.loads(run(*command("predict", files)).stdout.splitlines()[0])
    assert record["user"] == f"a {ESCAPES} {PIZZA}"


def test_a_lone_surrogate_is_escaped_in_json(files, tmp_path):
    odd = tmp_path / os.fsdecode(b"odd\xff.jsonl")
    odd.write_bytes(files["CORPUS"].read_bytes())
    done = run("data", "show", odd, "--json")
    assert json.loads(done.stdout)["name"] == "odd\udcff"


def test_chat_refuses_bytes_that_are_not_utf8(files):
    done = run_process("chat", files["MODEL"], input=b"hi\n\xff\xfe\n", text=False)
    assert done.returncode == 2
    assert done.stderr == b"turncast: stdin, line 2: byte 0xff is not UTF-8; give the text in UTF-8\n"


def test_a_corpus_in_stdin_that_is_not_utf8_is_refused(files):
    done = run_process("predict", files["MODEL"], "-", input=b'{"turns": "\xff"}\n', text=False)
    assert done.returncode == 2
    assert done.stderr.startswith(b"turncast: stdin")
    assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize("closed", ["1>&-", "0<&-", "2>&-", "1>&- 0<&- 2>&-"])
def test_closed_streams_end_quietly(files, closed):
    line = f"{sys.executable} -m turncast predict {files['MODEL']} {files['CORPUS']} {closed}"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_full_disk_behind_stdout_is_refused(files):
    line = f"{sys.executable} -m turncast predict {files['MODEL']} {files['CORPUS']} > /dev/full"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True)
    assert "No space left" in refused(done)
