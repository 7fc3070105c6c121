"""Every figure of an explanation is what the policy gives for the altered dialogue."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest

from support.corpora import tiny
from support.layouts import drinks_corpus
from support.untrained import untrained_policy
from turncast import EncoderConfig, NetworkConfig, TrainConfig, Turn, train
from turncast.errors import ConfigError, NoTurn, UnknownAction
from turncast.explain import explain_prediction
from turncast.features import TurnEncoder

TURNS = (
    Turn("a tea please", ["ask_size"], response="Which size?"),
    Turn("small, small", ["confirm"], {"stock": 2}),
    Turn("", ["confirm"], response="Right?"),
    Turn("yes please yes", ["serve_tea"], {"paid": True, "stock": 1, "new": "x"}),
)
NETWORKS = {
    "lstm": {},
    "transformer": {"cell": "transformer", "heads": 2},
    "words in order": {"words": "lstm", "word_units": 4},
    "one-to-one": {"layout": "one-to-one"},
    "many-to-many-1": {"layout": "many-to-many-1", "horizon": 2},
    "many-to-one": {"layout": "many-to-one", "outcome": "drink"},
    "several actions": {},
}


@pytest.fixture(scope="module", params=NETWORKS)
def trained(request):
    multi = request.param == "several actions"
    network = NetworkConfig(units=8, bit_units=4, **NETWORKS[request.param])
    return untrained_policy(drinks_corpus(dialogues=16, multi=multi), network)


def again(policy, turns):
    """What the policy predicts at the last of these turns, stepped through one by one."""
    state = policy.start()
    for turn in turns:
        prediction, state = policy.step(state, turn)
    return prediction


def without(kind, name):
    """The altered dialogue, made by hand."""
    *before, turn = TURNS
    if kind == "turn":
        left = int(name.split(":")[0]) - 1
        return [*before[:left], *before[left + 1 :], turn]
    if kind == "fact":
        facts = {key: value for key, value in turn.facts.items() if key != name.split("=")[0]}
        return [*before, replace(turn, facts=facts)]
    return [*before, replace(turn, user=" ".join(word for word in turn.user.split() if word != name))]


def test_everything_is_left_out_once_and_every_figure_is_a_rerun(trained):
    explanation = explain_prediction(trained, TURNS)
    whole = again(trained, TURNS)
    assert (explanation.turn, explanation.user, explanation.actions) == (4, "yes please yes", whole.actions)
    assert explanation.action == whole.top(1)[0][0]
    assert explanation.probability == pytest.approx(whole.probability, abs=1e-6)
    rows = {(removal.kind, removal.name): removal for removal in explanation.removals}
    assert len(rows) == len(explanation.removals)
    assert {key for key in rows if key[0] != "block"} == {
        *(("word", word) for word in ("yes", "please")),
        *(("fact", fact) for fact in ("paid=true", "stock=1", "new=x")),
        *(("turn", name) for name in ("1: 'a tea please'", "2: 'small, small'", "3: confirm")),
    }
    for (kind, name), row in rows.items():
        if kind != "block":
            expected = again(trained, without(kind, name))
            assert row.probability == pytest.approx(expected.probability_of(explanation.action), abs=1e-6)
            assert row.actions == expected.actions
    changes = [abs(explanation.probability - removal.probability) for removal in explanation.removals]
    assert changes == sorted(changes, reverse=True)


@pytest.mark.quick
def test_without_a_block_its_bits_are_not_set_at_this_turn(trained):
    explanation = explain_prediction(trained, TURNS)
    rows = {removal.name: removal for removal in explanation.removals if removal.kind == "block"}
    assert list(trained.encoder.input_names) == [
        piece for piece in trained.encoder.input_names if piece in rows
    ]
    assert len(rows) == len(trained.encoder.input_names) >= 3
    state = trained.start()
    for turn in TURNS[:-1]:
        _, state = trained.step(state, turn)
    encoded, _ = trained.encoder.encode(TURNS[-1], state.memory)
    network = trained._network
    first = 0
    for block in trained.encoder.blocks:
        bits = [bit for bit in encoded.bits if not first <= bit < first + block.width]
        assert bits != encoded.bits
        first += block.width
        expected = trained._prediction(network.step(state.network, bits, encoded.tokens)[0])
        came = rows[block.name].probability
        assert came == pytest.approx(expected.probability_of(explanation.action), abs=1e-6)
    if trained.encoder.tokenizer:
        expected = trained._prediction(network.step(state.network, encoded.bits, [])[0])
        came = rows[trained.encoder.tokenizer.name].probability
        assert came == pytest.approx(expected.probability_of(explanation.action), abs=1e-6)


def test_memory_is_what_decides_the_drink():
    policy = train(tiny(dialogues=24), config=TrainConfig(epochs=25, batch_turns=8, devices=1))
    explanation = explain_prediction(policy, tiny().dialogues[0].turns)
    assert explanation.actions == ("serve_tea",)
    first, second, *others = explanation.removals
    assert (first.name, first.actions) == ("2: 'small'", ("confirm",))
    assert second.name == "1: 'a tea please'"
    assert second.probability < min(removal.probability for removal in others)
    other = explain_prediction(policy, tiny().dialogues[0].turns, "serve_coffee")
    assert other.probability < 0.5 < explanation.probability
    assert other.actions == explanation.actions


def test_without_memory_only_the_turn_before_is_felt():
    network = NetworkConfig(layout="one-to-one", units=8)
    config = TrainConfig(epochs=2, devices=1)
    policy = train(tiny(), network=network, config=config, encoder=EncoderConfig(position=False))
    explanation = explain_prediction(policy, [*TURNS[:2], TURNS[-1]])
    same = [
        r.name for r in explanation.removals if r.kind == "turn" and r.probability == explanation.probability
    ]
    assert same == ["1: 'a tea please'"]


def test_as_json_and_as_a_table(trained):
    from io import StringIO

    from rich.console import Console

    from turncast.explain.terminal import render_explanation

    explanation = explain_prediction(trained, TURNS)
    record = json.loads(json.dumps(explanation.to_json()))
    for row in record["removals"]:
        assert row["difference"] == pytest.approx(record["probability"] - row["without"])
    console = Console(file=StringIO(), width=120)
    console.print(render_explanation(explanation, top=2))
    text = console.file.getvalue()
    assert "turn 4, 'yes please yes': " in text
    assert f"the probability of {explanation.action}" in text
    assert explanation.removals[0].name in text
    assert sum(line.startswith("│") for line in text.splitlines()) == 2


def test_a_long_text_is_cut_in_the_name_of_its_turn(policy):
    explanation = explain_prediction(policy, [Turn("tea " * 20, ["confirm"]), Turn("yes")])
    (name,) = [removal.name for removal in explanation.removals if removal.kind == "turn"]
    assert name == "1: 'tea tea tea tea tea tea tea tea tea t...'"


def test_refusals(policy):
    with pytest.raises(UnknownAction, match="unknown action 'confrm'; did you mean 'confirm'"):
        explain_prediction(policy, TURNS, "confrm")
    with pytest.raises(NoTurn, match="there is no turn 1; observe one first"):
        explain_prediction(policy, [])
    course = replace(policy, config=NetworkConfig(layout="one-to-many", units=8))
    with pytest.raises(ConfigError) as refused:
        explain_prediction(course, TURNS)
    assert str(refused.value) == (
        "one-to-many predicts everything from the first turn; explain a policy of another layout"
    )


def test_an_encoder_names_its_pieces():
    with pytest.raises(ConfigError, match="the encoder has no 'facts'; it has "):
        TurnEncoder([]).ablate("facts")


def test_keras_is_not_needed():
    code = "import sys, turncast.cli.explain, turncast.cli.chat; assert 'keras' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
