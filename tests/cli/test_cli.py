"""The commands as a user runs them: results on stdout; for bad input one line on stderr and status 2."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from support.cli import TRAIN, bytes_of, refused, run, run_code, run_process
from support.corpora import tiny
from turncast import Corpus, Dialogue, Policy, Turn
from turncast.data import convert
from turncast.errors import CorpusError


@pytest.fixture(scope="module")
def corpus(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("corpus") / "tiny.jsonl"
    convert(tiny(), path)
    return path


def names_in(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


@pytest.fixture(scope="module")
def training(corpus, tmp_path_factory):
    """The model folder that `train` wrote, and the finished process."""
    model = tmp_path_factory.mktemp("training") / "model"
    done = run("train", corpus, "--out", model, *TRAIN)
    assert done.returncode == 0, done.stderr
    return model, done


@pytest.mark.quick
def test_train_saves_a_model_with_its_report(training):
    model, done = training
    assert "epoch 1/1  loss " in done.stderr
    assert f"Saved {model}. Next: turncast chat {model}" in done.stderr
    assert "floor: a table of counts" in done.stdout
    assert names_in(model.parent) == ["model"]
    assert json.loads((model / "report.json").read_text())["dialogues"] == 1


@pytest.mark.quick
def test_evaluate(training, corpus):
    model, _ = training
    report = json.loads(run("evaluate", model, corpus, "--json").stdout)
    assert (report["dialogues"], report["turns"]) == (12, 33)
    assert "this policy" in run("evaluate", model, corpus).stdout


def test_predict_prints_a_line_per_turn(training, corpus):
    model, _ = training
    records = [json.loads(line) for line in run("predict", model, corpus).stdout.splitlines()]
    assert [record.get("next", False) for record in records].count(False) == 33
    upcoming = [record for record in records if record.get("next")]
    assert len(upcoming) == 12
    assert all(record["user"] is None is record["true"] for record in upcoming)
    assert (records[1]["turn"], records[1]["true"]) == (2, ["confirm"])
    assert records[0]["ranked"][0]["probability"] >= records[0]["ranked"][1]["probability"]
    assert records[0]["actions"] == list(Policy.load(model).predict(tiny().dialogues[0])[0].actions)


def test_predict_reads_stdin(training, corpus):
    model, _ = training
    files, stdin = run("predict", model, corpus), run("predict", model, stdin=corpus.read_text())
    records = [[json.loads(line) for line in done.stdout.splitlines()] for done in (files, stdin)]
    assert [record | {"dialogue": ""} for record in records[0]] == [
        record | {"dialogue": ""} for record in records[1]
    ]


@pytest.mark.quick
def test_chat(training):
    model, _ = training
    lines = """a tea please
/facts stock=2 paid=true

/do confirm
/do confrm
/undo
/undo
/undo
/rest
/reset
/facts
/facts x
/help
yes
/quit
never read"""
    shown = run("chat", model, stdin=lines).stdout
    for expected in (
        f"The model knows {len(Policy.load(model).space)} actions",
        "system: ",
        "with the next turn: {'stock': 2, 'paid': True}",
        "committed: confirm",
        "unknown action 'confrm'; did you mean 'confirm'?",
        "removed: (no user text)",
        "removed: a tea please",
        "there is no turn to remove",
        "unknown command /rest; did you mean '/reset'?; /help lists them",
        "a new dialogue starts",
        "/facts 'x' has no value; write it as NAME=VALUE",
    ):
        assert expected in shown, expected
    assert "never read" not in shown


@pytest.mark.parametrize(
    "arguments",
    [["data", "show", "CORPUS"], ["evaluate", "MODEL", "CORPUS", "--json"], ["train", "nope", "--out", "m"]],
)
def test_a_process_prints_the_same(corpus, saved, arguments):
    """The other tests run most commands in the process of the tests."""
    given = [{"CORPUS": corpus, "MODEL": saved}.get(argument, argument) for argument in arguments]
    here, process = run(*given), run_process(*given)
    for name in ("returncode", "stdout", "stderr"):
        assert getattr(process, name) == getattr(here, name)


def test_data_show(corpus):
    text = run("data", "show", corpus).stdout
    assert "confirm" in text
    assert "tiny-0" in text
    record = json.loads(run("data", "show", corpus, "--json").stdout)
    assert {name: record[name] for name in ("dialogues", "turns", "skipped")} == {
        "dialogues": 12,
        "turns": 33,
        "skipped": {},
    }
    assert record["actions"] == {"ask_size": 12, "confirm": 12, "serve_tea": 6, "serve_coffee": 3}


def test_where(tmp_path):
    path = tmp_path / "two.jsonl"
    turn = {"user": "hi", "actions": ["greet"]}
    records = [
        {"id": name, "turns": [turn], "metadata": {"happy": name == "a", "task": "t"}} for name in "ab"
    ]
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    matching = run("data", "show", path, "--json", "--where", "happy=true", "--where", "task=t").stdout
    assert json.loads(matching)["dialogues"] == 1
    message = refused(run("data", "show", path, "--where", "happy=maybe"))
    assert message == "two: no dialogue has happy=maybe; happy has the values false, true"
    assert refused(run("data", "show", path, "--where", "hapy=true")) == (
        "two: no dialogue has hapy=true; the metadata are happy, task"
    )


@pytest.mark.parametrize(
    ("value", "wanted", "matches"),
    [
        (1.0, "1", True),
        (1, "1.0", True),
        (0.5, ".5", True),
        (2**53 + 1, str(2**53), False),
        ("007", "7", False),
        ("007", "007", True),
        (True, "1", False),
        (True, "True", True),
        (True, "yes", False),
        (1, "true", False),
    ],
)
def test_where_compares_numbers_as_numbers_and_texts_as_texts(value, wanted, matches):
    corpus = Corpus("one", [Dialogue("d", [Turn("hi", ["greet"])], {"it": value})])
    if matches:
        assert len(list(corpus.where({"it": wanted}))) == 1
    else:
        with pytest.raises(CorpusError, match=f"it has the values {str(value).lower()}"):
            list(corpus.where({"it": wanted}))


def test_where_lists_ten_values_at_most():
    many = [Dialogue(str(n), [Turn("hi")], {"n": n}) for n in range(40)]
    with pytest.raises(CorpusError, match=r"n has the values 0, 1, 10, 2, 3, 4, 5, 6, 7, 8 and others"):
        list(Corpus("many", many).where({"n": 41}))


def test_demo(tmp_path):
    done = run("demo", "--dialogues", 20, "--out", "demo", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for expected in (
        "LSTM, many-to-many",
        "same network without memory",
        "floor: a table of counts",
        "One of them, booking-",
        "right",
        "Saved demo/model after ",
        "chat demo/model",
        "evaluate demo/model demo/test.jsonl",
        "train demo/train.jsonl --out demo/mine",
    ):
        assert expected in done.stdout, expected
    assert run("evaluate", "demo/model", "demo/test.jsonl", cwd=tmp_path).returncode == 0
    again = refused(run("demo", "--out", "demo", cwd=tmp_path))
    assert again.startswith("demo/model: the folder exists; give --force")


@pytest.mark.parametrize(
    "command",
    [[], ["train"], ["evaluate"], ["predict"], ["chat"], ["demo"], ["shapes"], ["data"], ["data", "show"]],
)
def test_help(command):
    done = run(*command, "--help")
    assert done.returncode == 0
    if command not in ([], ["data"]):
        assert "Examples" in done.stdout


def test_existing_output_needs_force(corpus, saved, tmp_path):
    model = Policy.load(saved).save(tmp_path / "model")
    before = bytes_of(model)
    message = refused(run("train", corpus, "--out", model, *TRAIN))
    assert (
        message
        == f"{model}: the folder exists; give --force (force=True) to replace it, or choose another name"
    )
    assert bytes_of(model) == before
    assert run("train", corpus, "--out", model, "--force", *TRAIN).returncode == 0
    assert bytes_of(model) != before
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "thesis.txt").write_text("years of work")
    message = refused(run("train", corpus, "--out", precious, "--force", *TRAIN))
    assert message == f"{precious}: something that turncast did not write is in the way; choose another name"
    assert bytes_of(precious) == {"thesis.txt": b"years of work"}


def test_the_current_folder_is_not_replaced(corpus, tmp_path):
    message = refused(run("train", corpus, "--out", ".", *TRAIN, cwd=tmp_path))
    assert message == ".: the current folder cannot be replaced; name a folder in it"


def test_a_damaged_checkpoint(corpus, tmp_path):
    (tmp_path / "m.checkpoint").write_bytes(b"nonsense")
    message = refused(run("train", corpus, "--out", "m", "--resume", *TRAIN, cwd=tmp_path))
    assert message.startswith("m.checkpoint: the checkpoint is damaged (")


def test_a_full_disk_leaves_the_old_model_whole(corpus, saved, tmp_path):
    model = Policy.load(saved).save(tmp_path / "model")
    before = bytes_of(model)

    code = f"""
import resource, signal
import sys, turncast
sys.argv = ["turncast", "again"]
policy = turncast.Policy.load({str(model)!r})
from turncast.cli.main import run
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
sys.exit(run(lambda standalone_mode: policy.save({str(model)!r}, force=True)))
"""
    assert "check the disk's space" in refused(run_code(code))
    assert bytes_of(model) == before
    assert names_in(tmp_path) == ["model"]


@pytest.mark.parametrize(
    "name",
    [
        "encoder.json",
        "actions.json",
        "baselines.safetensors",
        "responses.json",
        "histories.safetensors",
        "weights.safetensors",
    ],
)
def test_a_damaged_model_is_refused(saved, tmp_path, name, corpus):
    model = Policy.load(saved).save(tmp_path / "model")
    file = model / name
    content = file.read_bytes()
    file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    message = refused(run("evaluate", model, corpus))
    assert message == f"{file}: altered since it was saved; restore it, or train again"
    file.unlink()
    message = refused(run("predict", model, corpus))
    assert message == f"{model}: {name} is missing; restore it, or train again"


def test_an_unknown_manifest_format_is_refused(saved, tmp_path):
    model = Policy.load(saved).save(tmp_path / "model")
    manifest = json.loads((model / "manifest.json").read_text())
    (model / "manifest.json").write_text(json.dumps(manifest | {"format": "turncast-policy-9"}))
    assert refused(run("chat", model)) == (
        f"{model}: unknown format 'turncast-policy-9', expected 'turncast-policy-1'; "
        "another turncast may know it"
    )
    (model / "manifest.json").unlink()
    assert refused(run("chat", model)).startswith(f"{model}: manifest.json is missing")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["evaluate", "nope", "-"],
            "nope: there is no such folder; give a folder that `turncast train` made",
        ),
        (["data", "show", "nope"], "nope: no such file or folder; check the path"),
        (
            ["data", "show", "x", "--format", "bbi"],
            "x: unknown format 'bbi'; did you mean 'babi'?; it is one of parquet, ",
        ),
        (["data", "show", "x", "--column", "time=a"], "--column 'time' is not a role; give one of "),
        (["data", "show", "x", "--where", "happy"], "--where 'happy' has no value; write it as NAME=VALUE"),
        (["train", "x", "--out", "m", "--set", "epoch=3"], "unknown setting 'epoch'; did you mean 'epochs'?"),
        (["train", "x", "--out", "m", "--units", "0"], "setting 'units' is 0; input should be greater than"),
        (
            ["train", "x", "--out", "m", "--config", "nope"],
            "nope: cannot be read (No such file or directory)",
        ),
    ],
)
def test_refusals(arguments, message, tmp_path):
    assert refused(run(*arguments, cwd=tmp_path)).startswith(message)


def test_settings_from_a_file(corpus, tmp_path):
    (tmp_path / "settings.toml").write_text("epochs = 3\nunits = 4\nbatch_turns = 64\n")
    done = run("train", corpus, "--out", "m", "--config", "settings.toml", "--epochs", 1, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    manifest = json.loads((tmp_path / "m" / "manifest.json").read_text())
    assert (manifest["train"]["epochs"], manifest["network"]["units"]) == (1, 4)
    (tmp_path / "settings.toml").write_text("epochs = = 3")
    message = refused(run("train", corpus, "--out", "n", "--config", "settings.toml", cwd=tmp_path))
    assert message.startswith("settings.toml: ")


def test_ctrl_c_saves_and_resume_continues(corpus, tmp_path):
    settings = ["--set", "batch_turns=64", "--set", "patience=100000", "--units", "4"]
    command = [
        sys.executable,
        "-m",
        "turncast",
        "train",
        str(corpus),
        "--out",
        "m",
        "--epochs",
        "100000",
        *settings,
    ]
    with subprocess.Popen(
        command, cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as training:
        while "epoch" not in (line := training.stderr.readline()):
            assert line, "the training ended before its first epoch"
        time.sleep(0.2)
        training.send_signal(signal.SIGINT)
        _, rest = training.communicate(timeout=60)
    assert training.returncode == 0, rest
    assert (
        "Stopped early: m holds the best policy so far. Continue with the same command and --resume." in rest
    )
    assert Policy.load(tmp_path / "m").card.interrupted
    done_before = len(Policy.load(tmp_path / "m").card.metrics)
    more = str(done_before + 2)
    done = run("train", corpus, "--out", "m", "--epochs", more, *settings, "--resume", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert len(Policy.load(tmp_path / "m").card.metrics) == done_before + 2
    assert names_in(tmp_path) == ["m"]


def test_resume_without_a_checkpoint(corpus, tmp_path):
    message = refused(run("train", corpus, "--out", "m", "--resume", *TRAIN, cwd=tmp_path))
    assert message == "m.checkpoint: there is no checkpoint to resume from; train without resuming"


def test_a_closed_pipe_is_no_error(corpus, saved):
    command = f"{sys.executable} -m turncast predict {saved} {' '.join([str(corpus)])} | head -n 1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True)
    assert done.stderr == ""
    assert done.stdout.count("\n") == 1


def test_the_error_names_the_missing_extra(corpus, tmp_path):
    code = """
import sys
sys.modules["keras"] = None
from turncast.cli import main
main()
"""
    assert refused(run_code(code, "train", corpus, "--out", tmp_path / "m")) == (
        "training on jax needs libraries that are not installed; "
        "install them with: pip install 'turncast[train]'"
    )


def test_markup_in_names_is_shown_unchanged(tmp_path):
    path = tmp_path / "odd.jsonl"
    path.write_text(json.dumps({"id": "[bold]d", "turns": [{"user": "[/x]", "actions": ["[red]a[/red]"]}]}))
    text = run("data", "show", path).stdout
    assert "[red]a[/red]" in text
    assert "[/x]" in text
    assert "[bold]d" in text
