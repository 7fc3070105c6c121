"""The next tool call of an agent, predicted from its chat messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from fastapi import APIRouter

from turncast.dialogue import Turn
from turncast.errors import CorpusError
from turncast.readers.chat_messages import read_messages
from turncast.readers.read_context import ReadContext
from turncast.server.agent_bodies import NextAction, NextActionBody
from turncast.server.context import PROBLEM_RESPONSES, Context
from turncast.sessions.json_views import JsonObject, prediction_to_json

router = APIRouter(prefix="/v1/agents", tags=["agents"], responses=PROBLEM_RESPONSES)

_PLACEHOLDER = "the next action of the agent"


@router.post("/next", response_model=NextAction)
def next_action(body: NextActionBody, context: Context) -> JsonObject:
    """Predict what the assistant does next: the tool that it calls, or `respond` for a message of text."""
    policy, turns = context.models.get(body.model), turns_from_messages(body.to_messages())
    prediction = context.state_cache.predict(policy, turns)
    return {"turn": len(turns), **prediction_to_json(prediction, body.top)}


def turns_from_messages(messages: Sequence[Mapping[str, Any]]) -> tuple[Turn, ...]:
    """Return the turns of an agent's messages; the last turn has no actions yet.

    Messages are read in the same way as those of a corpus (`turncast.readers.chat_messages`): a live policy
    sees what it saw in training.

    >>> user, call = {"role": "user", "content": "a flight?"}, {"function": {"name": "search"}}
    >>> turns = turns_from_messages([user, {"role": "assistant", "tool_calls": [call]}])
    >>> [(turn.user, turn.actions) for turn in turns]
    [('a flight?', ('search',)), (None, ())]

    Raises:
        CorpusError: for messages of an unknown form, and for a conversation that has ended.
    """
    following = {"role": "assistant", "tool_calls": [{"name": _PLACEHOLDER}]}
    builder, _ = read_messages([*messages, following], "messages", ReadContext())
    turns = builder.turns
    if not turns or turns[-1].actions != (_PLACEHOLDER,):
        raise CorpusError("messages", "the conversation has ended", "remove the messages after its end mark")
    return (*turns[:-1], replace(turns[-1], actions=()))
