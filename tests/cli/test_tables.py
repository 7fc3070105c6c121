"""Tables on the command line: the roles of columns, the next turn of a running case, splits by time."""

import json

import pytest

import turncast
from support.cli import refused, run
from turncast.dialogue import Dialogue

READING = [
    "format: csv",
    "columns: dialogue = 'case', action = 'activity', order = 'time' (dates), after = 'who'; "
    "not used: 'note'",
]
WHO = {"open": "ann", "check": "bob", "pay": "carl"}


def rows(case, *activities, month=1):
    for day, activity in enumerate(activities, start=1):
        yield f"{case},{activity},2024-{month:02}-{day:02} 10:00,{WHO[activity]},x"


def write_log(path, lines):
    path.write_text("case,activity,time,who,note\n" + "\n".join(lines) + "\n")
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")
    lines = [line for n in range(1, 13) for line in rows(f"c{n}", "open", "check", "pay", month=n)]
    write_log(folder / "log.csv", lines)
    return folder


@pytest.fixture(scope="module")
def trained(files):
    quick = ["--epochs", 1, "--units", 4]
    return run("train", files / "log.csv", "--out", files / "model", "--column", "after=who", *quick)


def test_train_and_the_manifest_name_the_roles_of_columns(files, trained):
    assert trained.stderr.splitlines()[:2] == READING
    manifest = json.loads((files / "model" / "manifest.json").read_text())
    assert manifest["corpus"]["read_as"] == READING


def test_data_show_says_it_first(files):
    shown = run("data", "show", files / "log.csv", "--column", "after=who").stdout.splitlines()
    assert [line.strip().split(maxsplit=1) for line in shown[1:3]] == [
        note.split(": ", 1) for note in READING
    ]
    record = json.loads(run("data", "show", files / "log.csv", "--column", "after=who", "--json").stdout)
    assert record["read_as"] == READING


def predicted(files, name, *options):
    lines = run("predict", files / "model", files / name, *options).stdout.splitlines()
    return [json.loads(line) for line in lines]


def test_predict_answers_the_next_event_of_a_running_case(files, trained):
    write_log(files / "running.csv", [*rows("r", "open"), *rows("s", "open", "check")])
    records = predicted(files, "running.csv", "--column", "after=who")
    assert [(r["dialogue"], r["turn"], r["true"], r.get("next")) for r in records] == [
        ("r", 1, ["open"], None),
        ("r", 2, None, True),
        ("s", 1, ["open"], None),
        ("s", 2, ["check"], None),
        ("s", 3, None, True),
    ]
    longer = write_log(files / "longer.csv", rows("s", "open", "check", "pay"))
    known = predicted(files, longer.name, "--column", "after=who")
    assert known[2]["ranked"] == records[-1]["ranked"], "the next turn is predicted as if its row were there"


def test_a_last_row_without_an_activity_is_the_next_event(files, trained):
    lines = [*rows("r", "open", "check"), "r,,,,y", "new,,,,z"]
    write_log(files / "open.csv", lines)
    options = ["--column", "fact=note", "--column", "after=who"]
    records = predicted(files, "open.csv", *options)
    assert [(r["dialogue"], r["turn"], r.get("next", False)) for r in records] == [
        ("r", 1, False),
        ("r", 2, False),
        ("r", 3, True),
        ("new", 1, True),
    ]
    message = refused(run("data", "show", files / "open.csv", *options))
    assert "open.csv line 4: the action column 'activity' is empty; give an action" in message
    write_log(files / "gap.csv", ["r,,2024-01-01,,y", *rows("r", "open", month=2)])
    assert "gap.csv line 2: the action column 'activity' is empty" in refused(
        run("predict", files / "model", files / "gap.csv")
    )


def test_a_last_turn_without_actions_is_the_next_turn(files, trained):
    record = {"id": "d", "turns": [{"actions": ["open"]}, {"user": "well?", "facts": {"who": "ann"}}]}
    line = json.dumps(record) + "\n" + json.dumps({"turns": [{"user": "hi", "actions": None}]}) + "\n"
    (files / "open.jsonl").write_text(line)
    records = predicted(files, "open.jsonl")
    assert [(r["user"], r.get("next")) for r in records] == [(None, None), ("well?", True), ("hi", True)]
    assert "turn 2: the turn has no 'actions'" in refused(run("data", "show", files / "open.jsonl"))


def test_user_texts_after_the_last_turn_of_a_chat_are_the_next_turn(files, trained):
    messages = [
        {"role": "user", "content": "hello"},
        {"role": "assistant", "content": "hi"},
        {"role": "user", "content": "and now?"},
    ]
    (files / "chat.jsonl").write_text(json.dumps({"messages": messages}) + "\n")
    records = predicted(files, "chat.jsonl")
    assert [(r["user"], r.get("next")) for r in records] == [("hello", None), ("and now?", True)]


def test_a_split_by_time_needs_no_further_option(files, tmp_path):
    options = ["--by", "time", "--share", "0.75,0.25"]
    run("data", "split", files / "log.csv", "--out", tmp_path / "parts", *options, "--json")
    lines = (tmp_path / "parts" / "test.jsonl").read_text().splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["c10", "c11", "c12"]
    assert json.loads(lines[0])["metadata"] == {"timestamp": "2024-10-01T10:00:00"}


def test_a_role_with_an_empty_name_and_a_role_given_twice(files):
    notes = json.loads(run("data", "show", files / "log.csv", "--column", "order=", "--json").stdout)[
        "read_as"
    ]
    assert "order of the file" in notes[1]
    assert refused(run("data", "show", files / "log.csv", "--column", "fact=")) == (
        "--column 'fact=' has no column; write it as fact=NAME"
    )
    assert refused(run("data", "show", files / "log.csv", *["--column", "order=time"] * 2)) == (
        "--column order is given twice; give it once"
    )


def test_codes_stay_categories_in_chat(files, trained):
    shown = run("chat", files / "model", stdin="/facts code=12_34 zip=0041 n=12\n/quit\n").stdout
    assert "{'code': '12_34', 'zip': '0041', 'n': 12}" in shown


def test_a_dialogue_is_not_empty():
    with pytest.raises(ValueError, match="has no turns"):
        Dialogue("d", ())


def test_what_has_not_happened_yet_is_never_learned(files):
    lines = [{"turns": [{"user": "hi"}]}, {"turns": [{"actions": ["a"]}, {"user": "x"}]}]
    lines += [{"turns": [{"actions": [action]}]} for action in "ab"]
    (files / "begun.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    corpus = turncast.read(files / "begun.jsonl", pending=True)
    assert [(len(d), d.pending and d.pending.user) for d in corpus] == [
        (0, "hi"),
        (1, "x"),
        (1, None),
        (1, None),
    ]
    policy = turncast.train(corpus, network={"units": 4}, config={"epochs": 1}, progress=False)
    report = turncast.evaluate(policy, corpus)
    assert report.turns.whole == 3
    assert report.skipped == {"dialogue without a turn yet": 1}
    assert turncast.data.validate(corpus).dialogues == 3
