"""For agents: their messages in, the next tool call out, before the large model has thought."""

from __future__ import annotations

from fastapi import APIRouter

from turncast.server.agent_bodies import NextBody, NextTold
from turncast.server.context import PROBLEMS
from turncast.server.conversation import Here
from turncast.server.messages import turns_of_messages
from turncast.sessions.json_views import JsonObject, prediction_to_json

router = APIRouter(prefix="/v1/agents", tags=["agents"], responses=PROBLEMS)


@router.post("/next", response_model=NextTold)
def next_action(body: NextBody, service: Here) -> JsonObject:
    """Predict what the assistant does next: which tool it calls, or that it responds with text."""
    policy, turns = service.models.named(body.model), turns_of_messages(body.sent())
    return {"turn": len(turns), **prediction_to_json(service.prefixes.predict(policy, turns), body.top)}
