"""Law 7: a reader counts what it skips; an evaluation counts unknown actions as wrong, and says how many."""

import json
from collections import Counter
from dataclasses import dataclass, replace
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

import turncast
from support.corpora import tiny
from turncast import Corpus, Dialogue, Turn
from turncast.dialogue_sources import LazyDialogues

pytestmark = pytest.mark.quick


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


@dataclass
class Expected:
    """A corpus, and what a whole pass over it gives and skips."""

    corpus: Corpus
    dialogues: list[Dialogue]
    skipped: Counter[str]


def lazy_source(name, sizes):
    """A lazy corpus with a dialogue for each size above 0; it skips the others, by two reasons."""

    def start(skipped):
        for number, size in enumerate(sizes):
            if size:
                yield Dialogue(f"{name}{number}", [Turn(str(size))] * size, {"size": size})
            else:
                skipped[f"dialogue without a turn at {number % 2}"] += 1

    whole = Counter(f"dialogue without a turn at {n % 2}" for n, size in enumerate(sizes) if not size)
    dialogues = [Dialogue(f"{name}{n}", [Turn(str(s))] * s, {"size": s}) for n, s in enumerate(sizes) if s]
    return Expected(Corpus(name, LazyDialogues(start)), dialogues, whole)


def mapped(part):
    def longer(dialogue):
        return replace(dialogue, turns=(*dialogue.turns, Turn("more")))

    return Expected(part.corpus.map(longer), [longer(one) for one in part.dialogues], part.skipped)


def filtered(part, reason):
    kept = part.dialogues[::2]
    left_out = Counter({reason: len(part.dialogues) - len(kept)} if reason else {})
    return Expected(
        part.corpus.filter(lambda place, _: place % 2 == 0, reason), kept, part.skipped + left_out
    )


def matching(part, size):
    kept = [one for one in part.dialogues if one.metadata["size"] == size]
    return Expected(part.corpus.where({"size": size}), kept, part.skipped) if kept else part


def transformed(part):
    def without_last_turns(dialogues, skipped):
        for dialogue in dialogues:
            skipped["last turn"] += len(dialogue) > 1
            yield replace(dialogue, turns=dialogue.turns[:-1] or dialogue.turns)

    made = list(without_last_turns(part.dialogues, cut := Counter()))
    return Expected(part.corpus.transform(without_last_turns), made, part.skipped + cut)


def added(first, second):
    return Expected(
        first.corpus + second.corpus, first.dialogues + second.dialogues, first.skipped + second.skipped
    )


sources = st.builds(lazy_source, st.sampled_from("ab"), st.lists(st.integers(0, 2), max_size=6))
views = st.recursive(
    sources,
    lambda parts: st.one_of(
        st.builds(mapped, parts),
        st.builds(filtered, parts, st.sampled_from([None, "odd position", "last turn"])),
        st.builds(matching, parts, st.integers(1, 2)),
        st.builds(transformed, parts),
        st.builds(added, parts, parts),
        parts.map(lambda part: replace(part, corpus=Corpus("renamed", part.corpus))),
    ),
    max_leaves=6,
)


@given(views, st.integers(0, 3))
def test_every_view_counts_what_a_whole_pass_skips(view, some):
    corpus = view.corpus
    assert not any(corpus.skipped.values())
    list(islice(corpus, min(some, len(view.dialogues) - 1) if view.dialogues else 0))
    for _ in range(2):
        assert list(corpus) == view.dialogues
        assert Counter(corpus.skipped) == view.skipped
    list(islice(corpus, 1))
    assert Counter(corpus.skipped) == view.skipped, "only a whole pass counts anew"
    loaded = corpus.load()
    assert list(loaded) == view.dialogues
    assert Counter(loaded.skipped) == view.skipped


def test_dialogues_that_count_nothing_are_no_corpus():
    class Uncounted:
        def __iter__(self):
            return iter(())

    with pytest.raises(TypeError) as error:
        Corpus("c", Uncounted())
    assert (
        str(error.value)
        == "dialogues: it is a Uncounted; give a list, or an object with __iter__ and skipped"
    )
    with pytest.raises(TypeError) as error:
        Corpus("c", iter(()))
    assert str(error.value) == "dialogues: an iterator is read only once; give a list"


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


def test_a_source_of_ones_own_counts_through_every_view():
    class Source:
        skipped = {"empty row": 2}

        def __iter__(self):
            yield Dialogue("d1", [Turn("hello", ["greet"])])

    corpus = Corpus("own", Source()).filter(lambda position, _: position > 0, reason="first")
    assert (list(corpus), corpus.skipped) == ([], {"empty row": 2, "first": 1})
    assert (len(Corpus("own", Source())), repr(Corpus("own", Source()))) == (1, "Corpus('own', not read yet)")
