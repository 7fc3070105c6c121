"""Without a conversation: a whole dialogue in, an answer for each turn out; and what the model is."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from turncast.dialogue import Dialogue
from turncast.server.bodies import Name, PredictBody, PredictTold
from turncast.server.context import PROBLEMS
from turncast.server.conversation import Here
from turncast.sessions.json_views import JsonObject, prediction_to_json

router = APIRouter(prefix="/v1", responses=PROBLEMS)


@router.post("/predict", tags=["predictions"], response_model=PredictTold)
def predict(body: PredictBody, service: Here) -> JsonObject:
    """Predict a whole dialogue, each turn after the actions that were really taken before it."""
    policy = service.models.named(body.model)
    dialogue = Dialogue("asked", tuple(turn.to_turn() for turn in body.turns))
    return {"turns": [prediction_to_json(prediction, body.top) for prediction in policy.predict(dialogue)]}


@router.get("/model", tags=["models"])
def model(service: Here, name: Annotated[Name | None, Query()] = None) -> dict[str, Any]:
    """Say what a model is, and which there are."""
    policy = service.models.named(name)
    return {
        "name": name or service.models.default,
        "names": list(service.models.policies()),
        "digest": policy.digest,
        "actions": list(policy.space),
        "several_actions": policy.space.multi,
        "abstain_below": policy.decision.abstain_below,
        "network": policy.config.model_dump(),
        "trained_on": dict(policy.card.corpus),
        "versions": dict(policy.card.versions),
    }
