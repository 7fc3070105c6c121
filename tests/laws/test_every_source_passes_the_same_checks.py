"""A source without a dialogue is refused by every command, whatever kind of source it is."""

import pytest

from support.cli import refused, run
from support.corpora import tiny
from turncast.readers import to_json
from turncast.sessions import Event, open_store
from turncast.sessions.store import ConversationUpdate


def _empty_store(folder):
    open_store(f"sqlite:///{folder / 's.db'}").close()
    return f"sqlite:///{folder / 's.db'}"


def _store_without_commits(folder):
    store = open_store(f"sqlite:///{folder / 's.db'}")
    observed = Event("observed", 1, (), "hello")
    store.save([ConversationUpdate(name, 0, "default", b"", (observed,), at=1.0) for name in "ab"])
    store.close()
    return f"sqlite:///{folder / 's.db'}"


def _file(name, text=""):
    def write(folder):
        (folder / name).write_text(text)
        return folder / name

    return write


def _folder(folder):
    (folder / "empty").mkdir()
    return folder / "empty"


SOURCES = {
    "an empty file": _file("c.jsonl"),
    "a file of blank lines": _file("c.jsonl", "\n\n"),
    "a table without rows": _file("c.csv", "case,activity\n"),
    "a notation without turns": _file("c.txt", "\n"),
    "messages without a decision": _file("c.jsonl", '{"messages": [{"role": "user", "content": "hi"}]}\n'),
    "an empty folder": _folder,
    "an empty store": _empty_store,
    "a store without commits": _store_without_commits,
    "stdin": lambda _: "-",
}
COMMANDS = {
    "data show": "data show SOURCE",
    "data show --json": "data show SOURCE --json",
    "data validate": "data validate SOURCE",
    "data validate --test": "data validate GOOD --test SOURCE",
    "data convert": "data convert SOURCE out.jsonl",
    "data split": "data split SOURCE --out parts",
    "data label": "data label SOURCE --map map.json --out out.jsonl",
    "train": "train SOURCE --out m --epochs 1",
    "train --dev": "train GOOD --dev SOURCE --out m --epochs 1",
    "search": "search SOURCE --out best.toml --trials 1",
    "evaluate": "evaluate MODEL SOURCE",
    "evaluate --json": "evaluate MODEL SOURCE --json",
    "compare": "compare MODEL MODEL SOURCE",
    "predict": "predict MODEL SOURCE",
    "explain": "explain MODEL SOURCE",
    "shapes": "shapes SOURCE",
    "rules suggest": "rules suggest SOURCE",
    "rules check": "rules check rules.yml SOURCE",
}
READS_A_PENDING_TURN = ("predict",)  # a conversation without a commit has a turn to predict


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("source", SOURCES)
def test_a_source_without_a_dialogue_is_refused(source, command, saved, tmp_path):
    if command in READS_A_PENDING_TURN and source in (
        "a store without commits",
        "messages without a decision",
    ):
        pytest.skip("the turn that is not committed yet is predicted")
    place = tmp_path / "source"
    place.mkdir()
    given = str(SOURCES[source](place))
    (tmp_path / "good.jsonl").write_text("".join(to_json(dialogue) + "\n" for dialogue in tiny()))
    (tmp_path / "map.json").write_text('{"greet": "hello"}')
    (tmp_path / "rules.yml").write_text("rules: []\n")
    words = {"SOURCE": given, "GOOD": "good.jsonl", "MODEL": saved}
    before = sorted(path.name for path in tmp_path.iterdir())
    arguments = [words.get(word, word) for word in COMMANDS[command].split()]
    message = refused(run(*arguments, cwd=tmp_path))
    assert "no dialogue" in message or "empty" in message or source in ("an empty folder", "stdin"), message
    assert sorted(path.name for path in tmp_path.iterdir()) == before
