"""`turncast data ...` and `turncast init`, as a user runs them."""

import json
import shlex

import pytest

import turncast
from support.cli import refused, run
from support.corpora import tiny
from turncast.data import convert
from turncast.data.project import COMMANDS


@pytest.fixture
def here(tmp_path):
    """A folder with a corpus in it."""
    convert(tiny(), tmp_path / "tiny.jsonl")
    return tmp_path


@pytest.mark.quick
def test_validate(here):
    done = run("data", "validate", "tiny.jsonl", "--test", "tiny.jsonl", cwd=here)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("tiny: 12 dialogues, 33 turns; 0 errors, ")
    assert "warning  leaks: 100.0% (12 of 12) test dialogues are in the corpus too" in done.stdout
    assert "    tiny-0, tiny-0 (test)\n" in done.stdout
    assert "    and 9 more\n  = split the dialogues again, or leave these out" in done.stdout
    strict = run("data", "validate", "tiny.jsonl", "--test", "tiny.jsonl", "--fail-on-warnings", cwd=here)
    assert (strict.returncode, strict.stdout) == (1, done.stdout)

    record = json.loads(run("data", "validate", "tiny.jsonl", "--json", "--min-count", 7, cwd=here).stdout)
    assert (record["dialogues"], record["turns"], record["errors"]) == (12, 33, 0)
    rare = next(finding for finding in record["findings"] if finding["check"] == "rare_actions")
    assert rare["severity"] == "warning"
    assert rare["examples"][0] == {
        "what": "3 x 'serve_coffee'",
        "locations": [{"dialogue": "tiny-1", "turn": 3}],
    }


def test_an_error_fails(here):
    (here / "none.jsonl").write_text('{"turns": [{"user": "hi", "actions": []}]}')
    done = run("data", "validate", "none.jsonl", cwd=here)
    assert done.returncode == 1
    assert "error  no_actions: no turn has an action" in done.stdout


def test_fix(here):
    turns = '"turns": [{"user": "hi", "actions": [" greet"]}]'
    (here / "odd.jsonl").write_text(f'{{"id": "a", {turns}}}\n{{"id": "b", {turns}}}\n')
    done = run("data", "validate", "odd.jsonl", "--fix", "new.jsonl", cwd=here)
    assert done.stdout.splitlines()[-1] == (
        "Wrote new.jsonl: 1 dialogues; removed 1 exact duplicates, stripped blanks from 1 actions in 2 turns"
    )
    assert [d.id for d in turncast.read(here / "new.jsonl")] == ["a"]
    assert refused(run("data", "validate", "odd.jsonl", "--fix", "new.jsonl", cwd=here)).startswith(
        "new.jsonl: the file exists; give --force"
    )
    done = run("data", "validate", "odd.jsonl", "--fix", "new.jsonl", "--force", "--json", cwd=here)
    assert json.loads(done.stdout)["fixed"]["removed"] == {"b": "a"}
    assert refused(run("data", "validate", "odd.jsonl", "--force", cwd=here)) == (
        "--force replaces the file of --fix; give --fix FILE, or leave it out"
    )


def test_convert(here):
    done = run("data", "convert", "tiny.jsonl", "new/copy.jsonl", cwd=here)
    assert (done.stdout, done.stderr) == ("Wrote new/copy.jsonl: 12 dialogues, 33 turns\n", "")
    assert (here / "new" / "copy.jsonl").read_bytes() == (here / "tiny.jsonl").read_bytes()
    assert refused(run("data", "convert", "tiny.jsonl", "new/copy.jsonl", cwd=here)).startswith(
        "new/copy.jsonl: the file exists; give --force"
    )
    done = run("data", "convert", "tiny.jsonl", "x", "--to", "jsonl", "--json", cwd=here)
    record = json.loads(done.stdout)
    assert (record["file"], record["format"], record["dialogues"]) == ("x", "jsonl", 12)


def test_split(here):
    done = run("data", "split", "tiny.jsonl", "--out", "parts", "--share", "0.5,0.5", "--seed", 3, cwd=here)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Saved parts, with a record in parts/split.json" in done.stdout
    record = json.loads((here / "parts" / "split.json").read_text())
    assert record["command"] == "turncast data split tiny.jsonl --out parts --share 0.5,0.5 --seed 3"
    assert [part["dialogues"] for part in record["parts"].values()] == [6, 6]
    forced = run("data", "split", "tiny.jsonl", "-o", "parts", "--force", "--json", cwd=here)
    assert json.loads(forced.stdout)["shares"] == [0.8, 0.1, 0.1]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--share", "half"], "--share 'half' is not a list of numbers; write it as 0.8,0.1,0.1"),
        (["--share", "1"], "--share is 1; give two or three shares above 0 that add up to 1"),
        (["--by", "day"], "--by 'day' is unknown; it is one of group, dialogue, time"),
        (["--time", "day"], "--time needs a split by time; add --by time"),
        (["--by", "time", "--seed", "1"], "--seed has no effect on a split by time; leave it out"),
        (
            ["--by", "time"],
            "tiny, dialogue 'tiny-0': its metadata have no 'timestamp'; name another with --time; "
            "it has no metadata (of a table, --column metadata=NAME takes a column)",
        ),
    ],
)
def test_split_refuses(here, options, message):
    assert refused(run("data", "split", "tiny.jsonl", "--out", "parts", *options, cwd=here)) == message
    assert not (here / "parts").exists()


def test_label(here):
    (here / "map.csv").write_text("old,new\nserve_tea,serve\nserve_coffee,serve\nconfrm,\n")
    done = run("data", "label", "tiny.jsonl", "--map", "map.csv", "--out", "new.jsonl", cwd=here)
    assert done.stderr == "map.csv: no turn has the action 'confrm'; did you mean 'confirm'?\n"
    assert "Wrote new.jsonl: 3 actions\n" in done.stdout
    options = ["--map", "map.csv", "--out", "new.jsonl", "--force", "--json"]
    record = json.loads(run("data", "label", "tiny.jsonl", *options, cwd=here).stdout)
    assert record["actions"] == {"ask_size": 12, "confirm": 12, "serve": 9}
    assert record["entries"][1] == {"old": "serve_coffee", "new": "serve", "turns": 3}
    assert record["unused_entries"] == {"confrm": "did you mean 'confirm'?"}


def test_the_three_commands_of_a_new_project(tmp_path):
    done = run("init", "bookings", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    project = tmp_path / "bookings"
    for command in COMMANDS:
        assert f"  {command}\n" in done.stdout
        assert f"{command}\n" in (project / "README.md").read_text()
    assert refused(run("init", "bookings", cwd=tmp_path)) == (
        "bookings: it exists already; choose another name"
    )
    settings = project / "turncast.toml"
    settings.write_text(settings.read_text().replace("epochs = 15 ", "epochs = 1 "))
    for command in COMMANDS:
        program, *arguments = shlex.split(command)
        assert program == "turncast"
        done = run(*arguments, cwd=project)
        assert done.returncode == 0, done.stderr
    assert "this policy" in done.stdout
    assert json.loads(run("init", "other", "--json", cwd=tmp_path).stdout)["commands"] == list(COMMANDS)


@pytest.mark.parametrize(
    "command", [["data", name] for name in ("validate", "convert", "split", "label")] + [["init"]]
)
def test_help(command):
    done = run(*command, "--help")
    assert done.returncode == 0
    assert "Examples" in done.stdout


def test_live_conversations_become_a_corpus(tmp_path):
    from turncast.sessions import Event, open_store
    from turncast.sessions.store import ConversationUpdate

    url = f"sqlite:///{tmp_path / 'live.db'}"
    store = open_store(url)
    events = Event("observed", 1, (), "hello"), Event("committed", 1, ("greet",))
    assert store.save([ConversationUpdate("c1", 0, "default", b"", events, at=0)]) == [True]
    store.close()
    assert run("data", "convert", url, tmp_path / "live.jsonl").returncode == 0
    (dialogue,) = turncast.read(tmp_path / "live.jsonl")
    assert [(turn.user, turn.actions) for turn in dialogue] == [("hello", ("greet",))]
    assert "give the store alone" in refused(run("data", "show", url, "other.jsonl"))
    assert "absent.db" in refused(run("data", "show", f"sqlite:///{tmp_path / 'absent.db'}"))
