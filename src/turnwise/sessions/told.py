"""What a client is told of a turn, as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from turnwise.dialogue import Turn
from turnwise.policy import Prediction

Told = dict[str, Any]


def told_of(prediction: Prediction, top: int, responses: Mapping[str, str] | None = None) -> Told:
    """Return the actions to take, the most probable ones with their probabilities, and what to say.

    >>> import numpy as np
    >>> from turnwise import ActionSpace
    >>> prediction = Prediction(np.array([0.25, 0.75], np.float32), ActionSpace(["greet", "book"]))
    >>> told_of(prediction, 1, {"book": "Done."})
    {'actions': ['book'], 'probability': 0.75, 'abstain': False,
     'ranked': [{'action': 'book', 'probability': 0.75}], 'response': 'Done.'}
    """
    actions = prediction.actions
    told: Told = {
        "actions": list(actions),
        "probability": round(prediction.probability, 6),
        "abstain": prediction.abstains,
        "ranked": ranked_of(prediction, top),
    }
    if responses is not None:
        said = [responses[action] for action in actions if action in responses]
        told["response"] = " ".join(said) or None
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
