"""What `turncast shapes` prints is what the network does: no shape is typed by hand."""

import io
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from rich.console import Console

from support.corpora import tiny
from turncast import Corpus, NetworkConfig, simulate, train
from turncast.config import TrainConfig
from turncast.explain import build_subject, compare_return_sequences, draw_svg, measure_shapes
from turncast.explain.terminal import render_sequences_comparison, render_shapes

BOOKINGS = simulate(20, seed=3)
NETWORKS = {
    "many-to-many-2": {},
    "two layers": {"layers": 2, "residual": True, "layer_norm": True},
    "gru": {"cell": "gru"},
    "transformer": {"cell": "transformer"},
    "one-to-one": {"layout": "one-to-one", "words": "mean"},
    "one-to-many": {"layout": "one-to-many", "words": "lstm"},
    "many-to-one": {"layout": "many-to-one", "words": "conv", "layers": 2},
    "many-to-one, transformer": {"layout": "many-to-one", "cell": "transformer"},
    "many-to-many-1": {"layout": "many-to-many-1", "horizon": 2, "words": "max"},
}


@pytest.fixture(scope="module", params=NETWORKS)
def measured(request):
    subject = build_subject(
        BOOKINGS, NetworkConfig(units=8, word_units=6, **NETWORKS[request.param]), dialogues=3
    )
    return subject, measure_shapes(subject)


def value(letters: str, sizes) -> tuple[int, ...]:
    """The shape that letters such as (B, T, F+E) stand for."""
    named = {letter: str(size) for letter, size in sizes.items()}
    terms = re.sub("[A-Za-z]", lambda match: named[match[0]], letters.strip("()"))
    return tuple(
        sum(int(np.prod([int(factor) for factor in part.split("*")])) for part in term.split("+"))
        for term in terms.split(",")
    )


def test_letters_and_shapes_say_the_same(measured):
    for layer in measured[1].layers:
        assert value(layer.axes, measured[1].sizes) == layer.outgoing, layer


@pytest.mark.quick
def test_every_weight_is_counted_once(measured):
    subject, shapes = measured
    outer = [layer for layer in shapes.layers if "/" not in layer.name]
    assert sum(layer.weights for layer in outer) == subject.model.count_params()


def test_the_batch_is_real(measured):
    subject, shapes = measured
    weights = subject.batch.weights
    assert shapes.sizes["B"] == len(weights) == 3
    assert 0 < shapes.real_turns <= shapes.sizes["B"] * shapes.sizes["T"]
    assert shapes.layers[-1].outgoing[-1] == shapes.sizes["A"]


def test_memory_is_where_a_recurrent_layer_is(measured):
    for layer in measured[1].layers:
        recurrent = any(kind in layer.kind for kind in ("LSTM", "GRU", "Transformer", "Sequential"))
        assert recurrent == (not layer.memory.startswith("none")), layer


def test_the_json_has_all(measured):
    record = measured[1].to_json()
    assert [layer["name"] for layer in record["layers"]] == [layer.name for layer in measured[1].layers]
    assert record["layers"][-1]["out"] == list(measured[1].layers[-1].outgoing)


def boxes(text: str) -> dict[str, int]:
    """Count the boxes of each style."""
    tree = ElementTree.fromstring(text)
    styles = [box.get("class") for box in tree.iter("{http://www.w3.org/2000/svg}rect")]
    return {style: styles.count(style) for style in ("input", "hidden", "answer")}


def texts(text: str) -> list[str]:
    return [node.text for node in ElementTree.fromstring(text).iter("{http://www.w3.org/2000/svg}text")]


def test_the_input_of_the_bits_has_the_width_of_the_features(measured):
    subject, shapes = measured
    layer = next(layer for layer in shapes.layers if layer.kind == "BitDense")
    assert layer.incoming[0][-1] == subject.num_features == shapes.sizes["F"]


def test_the_drawing_names_every_layer_with_its_axes_and_sizes(measured):
    _, shapes = measured
    written = texts(draw_svg(shapes, steps=3))
    for layer in shapes.layers:
        assert f"{layer.axes} = {layer.outgoing}" in written
        assert any(text.endswith(layer.kind) for text in written)
    assert any(text.startswith("(B, ") and ", F) = " in text for text in written)
    assert ("words" in written) == ("W" in shapes.sizes)
    assert "…" in written  # the turns that are left out
    assert f"turn {shapes.sizes['T']}" in written or f"decision {shapes.sizes['T']}" in written


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        ({}, (3, 3, 3)),
        ({"layers": 2}, (3, 6, 3)),
        ({"layout": "one-to-one"}, (3, 0, 3)),
        ({"layout": "one-to-many"}, (1, 3, 3)),
        ({"layout": "many-to-one"}, (3, 3, 1)),
        ({"layout": "many-to-many-1", "horizon": 2}, (3, 3 + 6, 6)),  # a decoder of two steps at each turn
        ({"words": "lstm"}, (3 + 9, 3 + 9, 3)),  # three of the words of each turn
    ],
)
def test_the_drawing_has_the_boxes_of_its_network(network, expected):
    subject = build_subject(BOOKINGS, NetworkConfig(units=4, word_units=4, **network), dialogues=3)
    assert tuple(boxes(draw_svg(measure_shapes(subject), steps=3)).values()) == expected


def test_a_short_dialogue_is_drawn_whole():
    corpus = Corpus("short", [dialogue for dialogue in tiny() if len(dialogue) < 4])
    shapes = measure_shapes(build_subject(corpus, NetworkConfig(units=4), dialogues=3))
    assert "…" not in texts(draw_svg(shapes, steps=4))


def test_one_to_one_has_no_arrow_from_step_to_step():
    with_memory, without = (
        draw_svg(
            measure_shapes(build_subject(BOOKINGS, NetworkConfig(units=4, layout=layout), dialogues=2)),
            steps=3,
        )
        for layout in ("many-to-many-2", "one-to-one")
    )
    right = r'<path d="M[0-9]+ [0-9]+ H'
    assert len(re.findall(right, with_memory)) == 3  # to the dots, and from them to the last turn
    assert not re.findall(right, without)


def test_nothing_is_cut_at_80_columns(measured):
    console = Console(width=80, file=io.StringIO(), record=True)
    console.print(render_shapes(measured[1]))
    console.print(render_sequences_comparison(compare_return_sequences(measured[0])))
    text = console.export_text()
    assert "…" not in text
    assert max(map(len, text.splitlines())) <= 80
    assert text.count("return_sequences=True)") >= sum("=True)" in layer.kind for layer in measured[1].layers)


def test_both_settings_run_as_they_really_do():
    subject = build_subject(BOOKINGS, NetworkConfig(units=8), dialogues=3)
    turns, actions = subject.batch.inputs["bits"].shape[1], subject.num_actions
    steps = {step.layer: step for step in compare_return_sequences(subject)}
    hidden = steps["LSTM(8, return_sequences=...)"]
    assert (hidden.with_sequences, hidden.without) == (f"(3, {turns}, 8)", "(3, 8)")
    wrapped = steps[f"TimeDistributed(Dense({actions}))"]
    assert wrapped.with_sequences == f"(3, {turns}, {actions})"
    assert wrapped.without == (
        "ValueError: `TimeDistributed` Layer should be passed an `input_shape` with at least 3 dimensions, "
        "(B, T, ...), received: (3, 8); put it after a layer with return_sequences=True"
    )
    assert steps[f"Dense({actions})"].without == f"(3, {actions})"


def test_a_trained_policy_is_shown_with_its_own_weights():
    policy = train(tiny(), network=NetworkConfig(units=8), config=TrainConfig(epochs=1))
    subject = build_subject(Corpus("two", list(tiny())[:2]), policy=policy)
    np.testing.assert_array_equal(
        np.asarray(subject.model.get_layer("hidden_0").trainable_weights[0]),
        policy.weights["hidden_0/kernel"],
    )
    _, probabilities = subject.model.predict_on_batch(subject.batch.inputs)
    for row, dialogue in zip(probabilities, list(tiny())[:2], strict=True):
        for turn, prediction in enumerate(policy.predict(dialogue)):
            np.testing.assert_allclose(row[turn], prediction.probabilities, atol=1e-5)
