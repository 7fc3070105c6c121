"""Law 7: a reader counts what it skips; an evaluation counts unknown actions as wrong, and says how many."""

import json

import pytest

import turncast
from support.corpora import tiny
from turncast import Corpus, Dialogue, Turn


def test_unknown_actions_are_wrong_and_counted(policy):
    known = tiny(dialogues=4)
    renamed = Corpus(
        "renamed",
        [
            Dialogue(d.id, [Turn(t.user, ("new_" + t.actions[0],), t.facts) for t in d])
            if d.id == "tiny-0"
            else d
            for d in known
        ],
    )
    before, after = turncast.evaluate(policy, known), turncast.evaluate(policy, renamed)
    assert before.unknown_actions == 0
    assert after.unknown_actions == 3
    assert after.turns.whole == before.turns.whole
    assert after.actions["new_confirm"].support == 1
    assert after.actions["new_confirm"].f1 == 0.0
    all_unknown = Corpus("all", [Dialogue("x", [Turn("yes", ("no_such",)), Turn("yes", ("no_such",))])])
    report = turncast.evaluate(policy, all_unknown)
    assert (report.turns.part, report.dialogues.part, report.micro_f1, report.unknown_actions) == (
        0,
        0,
        0.0,
        2,
    )
    assert all(floor.part == 0 for floor in report.floors.values())


def test_skipped_things_are_counted_at_each_whole_pass(tmp_path):
    path = tmp_path / "extra.jsonl"
    turn = {"user": "hi", "actions": ["greet"], "mood": "good"}
    path.write_text(
        "".join(json.dumps({"id": i, "turns": [turn, turn], "rating": 5}) + "\n" for i in range(3))
    )
    corpus = turncast.read(path)
    assert corpus.skipped == {}
    for _ in range(2):
        assert len(list(corpus)) == 3
        assert corpus.skipped == {"unknown turn key 'mood'": 6, "unknown dialogue key 'rating'": 3}
    assert corpus.load().skipped == corpus.skipped
    assert corpus.filter(lambda position, _: position > 0).skipped == corpus.skipped


def test_the_report_says_what_the_reader_left_out(policy, tmp_path):
    path = tmp_path / "extra.jsonl"
    path.write_text('{"turns": [{"user": "yes", "actions": ["confirm"], "mood": "good"}]}\n')
    report = turncast.evaluate(policy, turncast.read(path))
    assert report.to_json()["skipped"] == {"unknown turn key 'mood'": 1}


@pytest.mark.parametrize("share", [0.1, 0.34, 0.9])
def test_a_split_loses_no_dialogue(share):
    from turncast.training import split_dev

    corpus = tiny(dialogues=10)
    train, dev = split_dev(corpus, share, seed=1)
    ids = [d.id for d in train], [d.id for d in dev]
    assert sorted(ids[0] + ids[1]) == sorted(d.id for d in corpus)
    assert len(ids[1]) == round(share * 10)
