"""What a client is told of a turn, as JSON."""

from __future__ import annotations

from typing import Any

from turncast.dialogue import Turn
from turncast.policy import Prediction

Told = dict[str, Any]


def told_of(prediction: Prediction, top: int) -> Told:
    """Return the actions to take, and the most probable ones with their probabilities.

    >>> import numpy as np
    >>> from turncast import ActionSpace
    >>> prediction = Prediction(np.array([0.25, 0.75], np.float32), ActionSpace(["greet", "book"]))
    >>> told_of(prediction, 1)
    {'actions': ['book'], 'probability': 0.75, 'abstain': False,
     'ranked': [{'action': 'book', 'probability': 0.75}]}
    """
    told: Told = {
        "actions": list(prediction.actions),
        "probability": round(prediction.probability, 6),
        "abstain": prediction.abstains,
        "ranked": ranked_of(prediction, top),
    }
    if prediction.refused:
        told["refused"] = dict(prediction.refused)
    if prediction.ahead:
        told["ahead"] = [{"actions": list(one.actions)} for one in prediction.ahead]
    return told


def ranked_of(prediction: Prediction, top: int) -> list[Told]:
    """Return the most probable actions with their probabilities."""
    return [
        {"action": action, "probability": round(probability, 6)}
        for action, probability in prediction.top(top)
    ]


def told_of_turn(number: int, turn: Turn) -> Told:
    """Return what was seen and done at a turn."""
    return {
        "turn": number,
        "user": turn.user,
        "facts": dict(turn.facts),
        "committed": list(turn.actions),
        "response": turn.response,
    }
