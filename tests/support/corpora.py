"""Small corpora and settings that many tests use."""

from dataclasses import replace

from turncast import Corpus, Dialogue, NetworkConfig, TrainConfig, Turn
from turncast.policy.decision import Decision


def tiny(name: str = "tiny", dialogues: int = 12, multi: bool = False) -> Corpus:
    """Return dialogues in which the first turn decides the last: what memory is for."""
    made = []
    for number in range(dialogues):
        drink = ("tea", "coffee")[number % 2]
        opening = ("greet", "ask_size") if multi else ("ask_size",)
        turns = [
            Turn(f"a {drink} please", opening, response="Which size?"),
            Turn(("small", "large")[number // 2 % 2], ("confirm",), {"stock": number % 3}, "Right?"),
            Turn("yes", (f"serve_{drink}",), {"paid": number % 5 > 0}, f"Your {drink}."),
        ]
        made.append(Dialogue(f"{name}-{number}", turns[: 3 - (number % 4 == 3)]))
    return Corpus(name, made)


QUICK = TrainConfig(epochs=2, epoch_batches=1, batch_turns=64, scheduled_sampling=0, seed=3)
SMALL = NetworkConfig(units=8)


def untempered(policy):
    """Return a policy that says what its networks say, without what was fitted on the dev part."""
    return replace(policy, decision=Decision())
