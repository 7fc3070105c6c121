"""Every refusal is one line and status 2, wherever it comes from."""

import socket

import pytest

from support.cli import refused, run
from support.corpora import tiny
from turncast import Policy
from turncast.data import convert


@pytest.fixture(scope="module")
def place(tmp_path_factory, saved):
    """A folder with a corpus, a finished model, a file and a folder."""
    folder = tmp_path_factory.mktemp("refusals")
    convert(tiny(), folder / "c.jsonl")
    Policy.load(saved).save(folder / "model")
    (folder / "file").write_text("words")
    (folder / "empty.jsonl").write_text("")
    (folder / "folder").mkdir()
    return folder


REFUSALS = {
    "validate c.jsonl": "there is no command 'validate'; did you mean 'data validate'?",
    "data evaluate": "there is no command 'evaluate'; did you mean 'evaluate'?",
    "evalute": "there is no command 'evalute'; did you mean 'evaluate'?",
    "data shwo": "there is no command 'shwo'; the commands are show, validate, ",
    "train": "missing argument 'CORPUS'; see: ",
    "train c.jsonl": "missing option '--out' / '-o'; see: ",
    "train c.jsonl --out": "option '--out' requires an argument; see: ",
    "train c.jsonl --out m --units many": "invalid value for '--units': ",
    "train c.jsonl --out m --unit 3": "no such option: --unit (Possible options: --out, --units); see: ",
    "data show c.jsonl --samples -1": "invalid value for '--samples': ",
    "train c.jsonl --out /": "/: a folder that holds the current one cannot be replaced; name a folder in it",
    "train c.jsonl --out file": "file: something that turncast did not write is in the way",
    "train c.jsonl --out file/model": "file/model: ",
    "train c.jsonl --out model --resume": (
        "model: this training is finished, and there is nothing to resume; to train again, give --force "
        "without --resume"
    ),
    "train c.jsonl --out model --resume --force": "model.checkpoint: there is no checkpoint to resume from; ",
    "train empty.jsonl --out m": "empty.jsonl: ",
    "train folder --out m": "folder: ",
    "train c.jsonl --out m --config folder": "folder: cannot be read (Is a directory)",
    "train c.jsonl --out m --rules folder": "folder: cannot be read (Is a directory)",
    "train c.jsonl --out m --values folder": "folder: cannot be read (Is a directory)",
    "train c.jsonl --out m --from c.jsonl": "c.jsonl: a file, not a model; give a folder that ",
    "evaluate file c.jsonl": "file: a file, not a model; give a folder that `turncast train` made",
    "evaluate model c.jsonl --report /": "/: a folder is in the way; name a file",
    "evaluate model c.jsonl --errors folder": "folder: a folder is in the way; name a file",
    "compare model file c.jsonl": "file: a file, not a model; ",
    "chat folder": "folder: manifest.json is missing; ",
    "explain model c.jsonl --turn 99": "there is no turn 99; ",
    "export model --onnx /": "/: a folder is in the way; name a file",
    "shapes folder": "folder: ",
    "init /": "/: it exists already; choose another name",
    "demo --out /": "/: the root folder is no place for a demo; name another folder with --out",
    "demo --out file": "file/model: ",
    "search c.jsonl --out / --trials 1": "/: a folder is in the way; name a file",
    "search c.jsonl --out c.jsonl --trials 1": "c.jsonl: the file exists; give --force ",
    "search c.jsonl --out b.toml --study c.jsonl --trials 1": "c.jsonl: file is not a database; ",
    "search c.jsonl --out b.toml --study folder --trials 1": "folder: a folder is in the way; name a file",
    "search c.jsonl --out b.toml --study file/x.db --trials 1": "file/x.db: ",
    "data convert c.jsonl /": "/: ",
    "data convert c.jsonl folder --to jsonl": "folder: a folder is in the way; name a file",
    "data split c.jsonl --out /": "/: a folder that holds the current one cannot be replaced; ",
    "data show sqlite:///nope.db": "sqlite:///nope.db: there is no such file; check the path",
    "data show sqlite:///c.jsonl": "sqlite:///c.jsonl: the store failed (file is not a database); ",
    "rules check folder c.jsonl": "folder: cannot be read (Is a directory)",
    "serve file": "file: a file, not a model; ",
    "serve model --port BUSY --store memory:": "port BUSY of 127.0.0.1 is in use; stop the ",
    "serve model --host nope.invalid --store memory:": "cannot listen at 'nope.invalid', port 8000 (",
    "serve model --api-key-file folder": "folder: cannot be read (Is a directory)",
}


@pytest.mark.quick
@pytest.mark.parametrize("command", REFUSALS)
def test_a_refusal_is_one_line_and_status_2(command, place):
    before = sorted(path.name for path in place.iterdir())
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = str(busy.getsockname()[1])
        message = refused(run(*command.replace("BUSY", port).split(), cwd=place))
        assert message.startswith(REFUSALS[command].replace("BUSY", port)), message
    assert sorted(path.name for path in place.iterdir()) == before
