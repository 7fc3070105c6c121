"""Predictions without a conversation, and the description of a model."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from turncast.dialogue import Dialogue
from turncast.server.bodies import DialoguePredictions, Name, PredictBody
from turncast.server.context import PROBLEM_RESPONSES, Context
from turncast.sessions.json_views import JsonObject, prediction_to_json

router = APIRouter(prefix="/v1", responses=PROBLEM_RESPONSES)


@router.post("/predict", tags=["predictions"], response_model=DialoguePredictions)
def predict(body: PredictBody, context: Context) -> JsonObject:
    """Predict each turn of a whole dialogue, after the actions that were really taken before it."""
    policy = context.models.get(body.model)
    dialogue = Dialogue("request", tuple(turn.to_turn() for turn in body.turns))
    turns = [prediction_to_json(prediction, body.top) for prediction in policy.predict(dialogue)]
    warnings = [list(policy.inputs.warnings(turn)) for turn in dialogue]
    for number, record in enumerate(turns):  # in some layouts there is a decision behind the last turn
        record["warnings"] = warnings[number] if number < len(warnings) else []
    return {"turns": turns}


@router.get("/model", tags=["models"])
def model(context: Context, name: Annotated[Name | None, Query()] = None) -> dict[str, Any]:
    """Describe a model, and list the names of all models."""
    policy = context.models.get(name)
    return {
        "name": name or context.models.default,
        "names": list(context.models.policies()),
        "digest": policy.digest,
        "actions": list(policy.space),
        "several_actions": policy.space.multi,
        "abstain_below": policy.decision.abstain_below,
        "network": policy.config.model_dump(),
        "trained_on": dict(policy.card.corpus),
        "versions": dict(policy.card.versions),
    }
