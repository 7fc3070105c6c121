"""What each layout reads of a dialogue, and what it must answer."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.layouts import LAYOUTS, drinks_corpus
from turncast import Corpus, Dialogue, NetworkConfig, Turn
from turncast.errors import CorpusError
from turncast.layouts import END, Layout

ACTIONS = st.lists(st.sampled_from("abc"), max_size=2, unique=True).map(tuple)
turns = st.builds(Turn, user=st.none() | st.sampled_from(["hi", "bye"]), actions=ACTIONS)
dialogues = st.builds(
    Dialogue,
    id=st.just("d"),
    turns=st.lists(turns, min_size=1, max_size=6).map(tuple),
    metadata=st.fixed_dictionaries({"drink": st.sampled_from(["tea", "coffee"])}),
)
TEA = Dialogue(
    "tea",
    (Turn("tea", ("size",), {"open": True}), Turn("big", ("milk", "sugar")), Turn("no", ("serve",))),
    {"happy": True, "stars": 4},
)


@pytest.mark.quick
@pytest.mark.parametrize(
    ("settings", "read", "targets"),
    [
        ({"layout": "many-to-many-2"}, 3, ((("size",),), (("milk", "sugar"),), (("serve",),))),
        ({"layout": "one-to-one"}, 3, ((("size",),), (("milk", "sugar"),), (("serve",),))),
        (
            {"layout": "many-to-many-1", "horizon": 2},
            3,
            ((("size",), ("milk", "sugar")), (("milk", "sugar"), ("serve",)), (("serve",), (END,))),
        ),
        ({"layout": "many-to-many-1", "horizon": 1}, 3, ((("size",),), (("milk", "sugar"),), (("serve",),))),
        ({"layout": "one-to-many"}, 1, ((("size",),), (("milk", "sugar"),), (("serve",),), ((END,),))),
        ({"layout": "many-to-one", "outcome": "happy"}, 3, ((("true",),),)),
        ({"layout": "many-to-one", "outcome": "stars", "beginning": 2}, 2, ((("4",),),)),
        ({"layout": "many-to-one", "outcome": "stars", "beginning": 9}, 3, ((("4",),),)),
    ],
    ids=str,
)
def test_examples_of_each_layout(settings, read, targets):
    layout = NetworkConfig(**settings).layout_row
    example = layout.example(TEA)
    assert example.turns == layout.turns_read(TEA) == TEA.turns[:read]
    assert example.targets == targets


def test_a_further_layout_is_one_row():
    layout = Layout(name="watching", title="", summary="", answer="outcome", outcome="stars")
    assert layout.example(TEA).targets == ((("4",),),) * 3
    assert layout.question == "the 'stars' at every turn"
    assert not layout.acts_at_every_turn


@given(dialogues, st.integers(1, 8))
def test_each_row_predicts_the_targets_of_later_rows(dialogue, horizon):
    rows = NetworkConfig(layout="many-to-many-1", horizon=horizon).layout_row.example(dialogue).targets
    assert [row[0] for row in rows] == [turn.actions for turn in dialogue]
    for place, row in enumerate(rows):
        assert len(row) == horizon
        for ahead, answer in enumerate(row):
            assert answer == (rows[place + ahead][0] if place + ahead < len(rows) else (END,))


@given(dialogues, st.sampled_from(sorted(LAYOUTS)))
def test_there_is_a_decision_to_each_row(dialogue, layout):
    chosen = LAYOUTS[layout].layout_row
    example = chosen.example(dialogue)
    assert [target for _, _, target in example.decisions] == [row[0] for row in example.targets]
    assert all(len(row) == chosen.horizon for row in example.targets)


@given(dialogues, dialogues, st.sampled_from(sorted(LAYOUTS)))
def test_a_floor_sees_no_more_than_the_network(dialogue, other, layout):
    """Where the network reads the same, the tables of counts see the same."""
    chosen = LAYOUTS[layout].layout_row
    read = len(chosen.turns_read(dialogue))
    later = () if chosen.last_turn_only and read != chosen.beginning else other.turns
    # No network sees the actions of the last turn that it reads, nor what comes after it.
    last = replace(dialogue[read - 1], actions=other[0].actions)
    changed = Dialogue("d", (*dialogue.turns[: read - 1], last, *later), other.metadata)
    seen = [
        [(turn.user, turn.facts, previous) for turn, previous, _ in chosen.example(one).decisions]
        for one in (dialogue, changed)
    ]
    shared = min(map(len, seen)) if read == 1 and chosen.first_turn_only else min(read, len(seen[0]))
    assert seen[0][:shared] == seen[1][:shared]


def test_an_action_may_not_be_named_as_the_end_is():
    dialogue = Dialogue("d7", [Turn("bye", (END,))])
    for layout in ("many-to-many-1", "one-to-many"):
        with pytest.raises(CorpusError) as error:
            NetworkConfig(layout=layout).layout_row.example(dialogue)
        assert str(error.value) == (
            "dialogue 'd7': an action is named '<end>', which stands for the end of a dialogue; "
            "rename it, or choose another layout"
        )
    assert NetworkConfig().layout_row.example(dialogue).targets == (((END,),),)


def outcomes(**settings):
    return NetworkConfig(layout="many-to-one", **settings).layout_row


def test_dialogues_without_the_outcome_are_left_out_and_counted():
    corpus = Corpus("c", [replace(d, metadata={}) if n % 3 else d for n, d in enumerate(drinks_corpus())])
    labelled = outcomes(outcome="drink").labelled(corpus)
    for _ in range(2):
        assert len(list(labelled)) == 4
        assert labelled.skipped == {"no 'drink' in the metadata": 8}
    assert labelled.load().skipped == labelled.skipped
    assert NetworkConfig().layout_row.labelled(corpus) is corpus
    assert dict(outcomes(outcome="drink").labelled(drinks_corpus()).skipped) == {}


def test_dialogues_that_the_reader_skipped_are_still_counted(tmp_path):
    import turncast

    path = tmp_path / "extra.jsonl"
    turn = '{"user": "hi", "actions": ["greet"], "mood": "good"}'
    path.write_text(
        f'{{"turns": [{turn}], "metadata": {{"happy": true}}}}\n{{"turns": [{turn}], "metadata": {{}}}}\n'
    )
    labelled = outcomes(outcome="happy").labelled(turncast.read(path))
    assert len(list(labelled)) == 1
    assert labelled.skipped == {"unknown turn key 'mood'": 2, "no 'happy' in the metadata": 1}


@pytest.mark.parametrize(
    ("metadata", "listed"),
    [
        ({}, "which is empty"),
        ({"stars": 4, "happy": True}, "which has 'happy', 'stars'"),
        ({"outcome": ""}, "which has 'outcome'"),
        (
            {f"n{number}": 1 for number in range(10)},
            "which has 'n0', 'n1', 'n2', 'n3', 'n4', 'n5', 'n6', 'n7' and 2 more",
        ),
    ],
)
def test_a_corpus_without_the_outcome_is_refused(metadata, listed):
    corpus = Corpus("shop", [replace(dialogue, metadata=metadata) for dialogue in drinks_corpus()])
    with pytest.raises(CorpusError) as error:
        list(outcomes().labelled(corpus))
    assert str(error.value) == (
        f"shop: no dialogue has a value of 'outcome' in its metadata, {listed}; "
        "name another by the setting outcome, or choose another layout"
    )


def test_a_dialogue_without_the_outcome_has_no_example():
    with pytest.raises(CorpusError) as error:
        outcomes().example(TEA)
    assert str(error.value) == (
        "dialogue 'tea': no 'outcome' in the metadata; give it one, or choose another layout"
    )
