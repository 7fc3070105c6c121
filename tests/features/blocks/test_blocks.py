"""What every block must satisfy, and what each block encodes."""

import atexit
import json
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.property_tests import examples
from support.vectors import model2vec_folder
from turncast import Corpus, Dialogue, EncoderConfig, Turn
from turncast.features import CorpusStatistics, TurnEncoder
from turncast.features.encoder import BLOCKS
from turncast.features.responses.slot_sources import SlotSources
from turncast.features.turn_view import Memory

FOLDER = tempfile.mkdtemp()
atexit.register(shutil.rmtree, FOLDER)
ALL = EncoderConfig(
    min_count=1,
    word_bigrams=True,
    character_trigrams=True,
    last_response=True,
    past_actions=True,
    position=True,
    persistent_facts=True,
    learn_values=True,
    vectors=str(model2vec_folder(Path(FOLDER))),
    vector_parts=3,
    vector_centroids=4,
)
BOOKING = [
    Turn("a thai place", ("ask_area",), response="Which area?"),
    Turn("in the north, thai", ("search",)),
    Turn(None, ("{name} serves {food}",), {"found": 2, "open": True}, "Blue Door serves thai"),
    Turn("another one, indian", ("{name} serves {food}",), response="Green Hill serves indian"),
    Turn("thank you", ("bye",), {"open": False}, response="Bye!"),
]
CORPUS = Corpus("bookings", [Dialogue(f"d{number}", BOOKING) for number in range(3)])
ENCODER = CorpusStatistics.from_corpus(CORPUS, config=ALL).encoder()
NAMES = [block.name for block in ENCODER.blocks]
WEST = Turn("cheap thai in the west", ("confirm",), {"found": 7, "area": "west"}, "In the west?")
NEWER = CorpusStatistics.from_corpus([Dialogue("new", [WEST, WEST])], config=ALL).encoder()

turns = st.builds(
    Turn,
    user=st.none() | st.sampled_from(["thai", "indian, blue door", "qué?", "north", " "]),
    actions=st.lists(st.sampled_from(["search", "bye", "new"]), max_size=2).map(tuple),
    facts=st.dictionaries(
        st.sampled_from(["found", "open", "odd", "candidate.1.name", "candidate.2.name", "candidate.none"]),
        st.booleans() | st.integers(-3, 9) | st.just("x"),
        max_size=2,
    ),
    response=st.none() | st.sampled_from(["Blue Door serves thai", "Bye!", ""]),
)


def encoded(encoder, dialogue):
    """Each encoded turn, and the memory after it."""
    memory, turns = encoder.start(), []
    for turn in dialogue:
        one, memory = encoder.encode(turn, memory)
        turns.append((one, memory))
    return turns


def labels_of(name, dialogue):
    """The labels of a block's set bits at each turn."""
    first = sum(block.width for block in ENCODER.blocks[: NAMES.index(name)])
    block = ENCODER.blocks[NAMES.index(name)]
    return [
        [block.label(bit - first) for bit in one.bits if first <= bit < first + block.width]
        for one, _ in encoded(ENCODER, dialogue)
    ]


@pytest.mark.quick
def test_all_settings_together_give_every_block():
    assert sorted(NAMES) == sorted(BLOCKS)


@pytest.mark.parametrize("name", NAMES)
def test_a_block_varies(name):
    assert len({tuple(labels) for labels in labels_of(name, BOOKING)}) > 1


@examples(60)
@given(st.lists(turns, min_size=1, max_size=5))
def test_a_block_is_well_formed_and_the_same_live(dialogue):
    """Bits are in range and unique; live, where a turn's actions are committed later, they are the same."""
    recorded, memory = encoded(ENCODER, dialogue), ENCODER.start()
    for turn, (one, after) in zip(dialogue, recorded, strict=True):
        live, memory = ENCODER.encode(Turn(turn.user, facts=turn.facts), memory)
        assert live == one
        assert one.bits == sorted(set(one.bits))
        assert all(0 <= bit < ENCODER.width for bit in one.bits)
        assert all(ENCODER.label(bit) for bit in one.bits)
        memory = memory.committed(turn.actions, turn.response)
        assert memory == after


@examples(30)
@given(st.lists(turns, min_size=1, max_size=4), turns, turns)
def test_no_block_uses_the_turn_s_own_actions_or_later_turns(dialogue, last, other):
    twin = Turn(last.user, other.actions, last.facts, other.response)
    assert encoded(ENCODER, [*dialogue, last])[-1][0] == encoded(ENCODER, [*dialogue, twin, other])[-2][0]


@given(st.lists(turns, max_size=4))
def test_encoder_and_memory_survive_json(dialogue):
    again = TurnEncoder.from_json(json.loads(json.dumps(ENCODER.to_json())))
    assert again.to_json() == ENCODER.to_json()
    assert encoded(again, dialogue) == encoded(ENCODER, dialogue)
    for _, memory in encoded(ENCODER, dialogue):
        states = json.loads(json.dumps(memory.block_states))
        slot_sources = SlotSources(*frozen(json.loads(json.dumps(memory.slot_sources.to_json()))))
        assert (
            Memory(memory.previous_actions, memory.previous_response, frozen(states), slot_sources) == memory
        )


def frozen(value):
    return tuple(map(frozen, value)) if isinstance(value, list) else value


def test_block_states_do_not_grow_with_the_turns():
    after = [len(json.dumps(memory.block_states)) for _, memory in encoded(ENCODER, BOOKING * 20)]
    assert max(after) == max(after[: 2 * len(BOOKING)])


@pytest.mark.parametrize(
    ("setting", "block"),
    [
        ("word_bigrams", "user_word_bigrams"),
        ("character_trigrams", "user_character_trigrams"),
        ("vectors", "user_vectors"),
        ("last_response", "last_response"),
        ("past_actions", "past_actions"),
        ("position", "position"),
        ("persistent_facts", "persistent_facts"),
        ("learn_values", "slots"),
        ("learn_values", "remaining_results"),
    ],
)
def test_a_setting_switches_its_block_off(setting, block):
    without = CorpusStatistics.from_corpus(
        CORPUS, config=ALL.model_copy(update={setting: type(getattr(ALL, setting))()})
    ).encoder()
    assert block not in [one.name for one in without.blocks]


@pytest.mark.parametrize("block", ENCODER.blocks, ids=NAMES)
def test_each_bit_of_a_block_has_a_key_of_its_own(block):
    assert len(set(block.keys)) == block.width
    assert BLOCKS[block.name].from_json(json.loads(json.dumps(block.to_json()))).keys == block.keys


def test_rewording_labels_does_not_change_which_weights_are_kept(monkeypatch):
    extended = ENCODER.extend(NEWER)
    origins = extended.origins(ENCODER)
    assert sorted(origins[origins >= 0]) == list(range(ENCODER.width))
    assert extended.width > ENCODER.width
    for block in BLOCKS.values():
        monkeypatch.setattr(block, "label", lambda self, bit: "another wording")
    assert ENCODER.extend(NEWER).origins(ENCODER).tolist() == origins.tolist()


@pytest.mark.parametrize("name", NAMES)
def test_an_extended_block_reads_old_turns_as_before(name):
    newer = [Turn("cheap thai in the west", ("confirm",), {"found": 7, "area": "west"}, "In the west?")]
    extended = ENCODER.extend(
        CorpusStatistics.from_corpus([Dialogue("new", newer * 2)], config=ALL).encoder()
    )
    origins = extended.origins(ENCODER)
    bits, old_bits = extended.block_bits(name), ENCODER.block_bits(name)
    for (turn, _), (old, _) in zip(encoded(extended, BOOKING), encoded(ENCODER, BOOKING), strict=True):
        same = {int(origins[bit]) for bit in turn.bits if bit in bits}
        assert same - {-1} == {bit for bit in old.bits if bit in old_bits}


def test_a_slot_stays_named_until_its_value_changes():
    assert labels_of("slots", BOOKING)[:4] == [
        ["food: named now", "food: named", "food: new since facts"],
        ["food: named now", "food: named", "food: new since facts"],
        ["food: named"],
        [
            "name: other value offered now",
            "food: named now",
            "food: named",
            "food: changed now",
            "food: new since facts",
        ],
    ]


def test_a_requested_slot_stays_requested():
    dialogue = [
        Turn("hello", ("ask",), response="Which food would you like?"),
        Turn("hm", ("wait",)),
        Turn("thai", ("ask_food",)),
        Turn("indian", ("book {food}",), response="Here you are."),
        Turn("bye", ("bye",)),
    ]
    asked = [[bit for bit in bits if "asked for" in bit] for bits in labels_of("slots", dialogue)]
    now, ever = "food: asked for now", "food: asked for"
    assert asked == [[], [now, ever], [ever], [now, ever], [ever]]


def test_offered_results_do_not_remain():
    assert labels_of("remaining_results", BOOKING)[2:] == [
        ["found, left: two or three"],
        ["found, left: one"],
        ["found, left: none"],
    ]


def test_an_unknown_response_is_replaced_by_the_usual_one():
    known, unknown = (
        labels_of("last_response", [Turn(None, ("ask_area",), response=response), Turn("north")])
        for response in ("Which area?", None)
    )
    assert known == unknown
    assert known[1]


def test_given_slot_values_are_added_to_the_learned():
    statistics = CorpusStatistics.first_pass(CORPUS, ALL, {"area": ["north"]})
    assert statistics.slot_values.parse("Thai in the north").words == ("<food>", "in", "the", "<area>")
    assert statistics.slot_values.values["name"] == ("Blue Door", "Green Hill")
    assert statistics.fingerprint != CorpusStatistics.first_pass(CORPUS, ALL).fingerprint
