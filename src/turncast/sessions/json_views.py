"""Predictions and turns as JSON for clients."""

from __future__ import annotations

from typing import Any

from turncast.dialogue import Turn
from turncast.policy import Prediction

JsonObject = dict[str, Any]


def prediction_to_json(prediction: Prediction, top: int) -> JsonObject:
    """Return the predicted actions, and the `top` most probable actions with their probabilities.

    >>> import numpy as np
    >>> from turncast import ActionSpace
    >>> prediction = Prediction(np.array([0.25, 0.75], np.float32), ActionSpace(["greet", "book"]))
    >>> prediction_to_json(prediction, 1)
    {'actions': ['book'], 'probability': 0.75, 'abstain': False,
     'ranked': [{'action': 'book', 'probability': 0.75}]}
    """
    ranked = [
        {"action": action, "probability": round(probability, 6)}
        for action, probability in prediction.top(top)
    ]
    record: JsonObject = {
        "actions": list(prediction.actions),
        "probability": round(prediction.probability, 6),
        "abstain": prediction.abstains,
        "ranked": ranked,
    }
    if prediction.refused:
        record["refused"] = dict(prediction.refused)
    if prediction.ahead:
        record["ahead"] = [{"actions": list(later.actions)} for later in prediction.ahead]
    return record


def turn_to_json(number: int, turn: Turn) -> JsonObject:
    """Return a turn, with its number counted from 1."""
    return {
        "turn": number,
        "user": turn.user,
        "facts": dict(turn.facts),
        "committed": list(turn.actions),
        "response": turn.response,
    }
