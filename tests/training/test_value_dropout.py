"""Values that nobody listed: a policy that has learned without them knows what to do where one is named."""

import turncast
from support.corpora import SMALL
from turncast import Corpus, Dialogue, TrainConfig, Turn


def orders(dishes: list[str]) -> Corpus:
    """Return dialogues in which a dish is named, or another word in its place."""
    said = [Turn(f"a {dish} one", ("look for {dish}",), response=f"look for {dish}") for dish in dishes]
    said += [Turn(f"a {size} one", ("ask",), response="Of what?") for size in ("big", "small", "good")]
    return Corpus("orders", [Dialogue(f"d{number}", [said[number % len(said)]]) for number in range(60)])


def test_a_value_that_nobody_listed_is_taken_for_one():
    known, new = orders(["nordic", "creole", "alpine"]), orders(["lunar", "solar", "polar"])
    right = []
    for share in (0.0, 0.5):
        config = TrainConfig(epochs=30, patience=30, batch_turns=64, learning_rate=0.02, value_dropout=share)
        policy = turncast.train(known, known, network=SMALL, config=config)
        assert turncast.evaluate(policy, known).turn_accuracy == 1
        right.append(turncast.evaluate(policy, new).turn_accuracy)
    assert right == [0.5, 1]
