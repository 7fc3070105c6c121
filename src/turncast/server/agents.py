"""The next tool call of an agent, predicted from its chat messages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from fastapi import APIRouter

from turncast.dialogue import Turn
from turncast.errors import CorpusError
from turncast.policy import Policy
from turncast.readers.chat_messages import read_messages
from turncast.readers.read_context import ReadContext
from turncast.server.agent_bodies import NextAction, NextActionBody
from turncast.server.context import PROBLEM_RESPONSES, Context
from turncast.server.refusals import ProblemDetails, Refusal
from turncast.sessions.json_views import JsonObject, prediction_to_json

router = APIRouter(prefix="/v1/agents", tags=["agents"], responses=PROBLEM_RESPONSES)

_PLACEHOLDER = "the next action of the agent"
_MAX_WHERE = 100
_MAX_UNKNOWN = 100


@router.post("/next", response_model=NextAction)
def next_action(body: NextActionBody, context: Context) -> JsonObject:
    """Predict what the assistant does next: the tool that it calls, or `respond` for a message of text."""
    models = context.models
    # `model` may name the large model that the agent asks with the same request.
    is_named = body.model is not None and (body.model in models.policies() or len(models.policies()) > 1)
    name = body.model if is_named and body.model else models.default
    skipped = Counter[str]()
    turns = turns_from_messages(body.to_messages(), skipped)
    policy = models.get(name)
    prediction = context.state_cache.predict(policy, turns)
    if body.threshold is not None:
        prediction = prediction.abstaining_below(body.threshold)
    unknown = unknown_tools(policy, turns, body.tools)
    return {
        "model": name,
        "turn": len(turns),
        "unknown_tools": unknown,
        "skipped": skipped,
        "warnings": list(policy.inputs.warnings(turns[-1])),
        **prediction_to_json(prediction, body.top),
    }


def unknown_tools(policy: Policy, turns: Sequence[Turn], offered: Any) -> list[str]:
    """Return the tools, called in these turns or offered in a request, that the policy does not know.

    Args:
        policy: the policy.
        turns: the conversation.
        offered: the `tools` of the request, in OpenAI's or Anthropic's form; anything else offers none.
    """
    known = policy.encoder.actions
    names = [action for turn in turns for action in turn.actions]
    for tool in offered if isinstance(offered, list) else ():
        function = tool.get("function", tool) if isinstance(tool, dict) else None
        name = function.get("name") if isinstance(function, dict) else None
        names += [name] if isinstance(name, str) else []
    distinct = dict.fromkeys(names)
    return [name for name in distinct if known.index(name) == len(known)][:_MAX_UNKNOWN]


def turns_from_messages(
    messages: Sequence[Mapping[str, Any]], skipped: Counter[str] | None = None
) -> tuple[Turn, ...]:
    """Return the turns of an agent's messages; the last turn has no actions yet.

    Messages are read in the same way as those of a corpus (`turncast.readers.chat_messages`): a live policy
    sees what it saw in training. What the policy cannot see of them is counted in `skipped`.

    >>> user, call = {"role": "user", "content": "a flight?"}, {"function": {"name": "search"}}
    >>> turns = turns_from_messages([user, {"role": "assistant", "tool_calls": [call]}])
    >>> [(turn.user, turn.actions) for turn in turns]
    [('a flight?', ('search',)), (None, ())]

    Raises:
        Refusal: for a message that is not understood, and for a conversation that has ended.
    """
    following = {"role": "assistant", "tool_calls": [{"name": _PLACEHOLDER}]}
    context = ReadContext(skipped=Counter() if skipped is None else skipped, pending=True)
    try:
        builder, _ = read_messages([*messages, following], "messages", context)
    except CorpusError as error:
        raise _refusal(_dotted(error.where)) from None
    if builder.is_cut:
        raise _refusal(f"messages.{builder.cut_path}")
    turns = builder.turns
    if not turns or turns[-1].actions != (_PLACEHOLDER,):
        raise CorpusError("messages", "the conversation has ended", "remove the messages after its end mark")
    return (*turns[:-1], replace(turns[-1], actions=()))


def _refusal(where: str) -> Refusal:
    return Refusal(
        ProblemDetails(
            status=422,
            type="bad_messages",
            message="A message has a role, a part, a call or a field that is not understood.",
            where=where[:_MAX_WHERE],
            cure="Write it as OpenAI's chat messages or Anthropic's messages have it, or remove it.",
        )
    )


def _dotted(where: str) -> str:
    """Return a place in messages as a path with positions from 0.

    >>> _dotted("messages message 2 part 1")
    'messages.1.content.0'
    """
    where = re.sub(r" message (\d+)", lambda match: f".{int(match[1]) - 1}", where)
    where = re.sub(r" result (\d+)", lambda match: f".tool_messages.{int(match[1]) - 1}", where)
    return re.sub(r" part (\d+)", lambda match: f".content.{int(match[1]) - 1}", where)
