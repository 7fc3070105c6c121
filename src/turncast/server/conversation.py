"""The routes of conversations: begin, observe, commit, override, undo, get, delete."""

from __future__ import annotations

import uuid
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import Response

from turncast.errors import NoConversation
from turncast.server.bodies import (
    BeginBody,
    CommitBody,
    Committed,
    ConversationRecord,
    Id,
    ObserveBody,
    Observed,
    Overridden,
    OverrideBody,
    Started,
    UndoBody,
    Undone,
)
from turncast.server.context import PROBLEM_RESPONSES, Context, json_response
from turncast.sessions.event import ends_open, turns_from_events
from turncast.sessions.json_views import JsonObject, turn_to_json
from turncast.sessions.request import Begin, Commit, Observe, Override, Undo
from turncast.sessions.store import Store

router = APIRouter(prefix="/v1/conversations", tags=["conversations"], responses=PROBLEM_RESPONSES)
TurnNumber = Annotated[int, Path(ge=1, le=1_000_000, description="The number of a turn, counted from 1.")]


@router.post("", status_code=201, response_model=Started)
async def begin(body: BeginBody, context: Context) -> Response:
    """Begin a conversation, or continue the one that has this id."""
    request = Begin(id=body.id or uuid.uuid4().hex, model=body.model or context.models.default)
    return json_response(await context.queue.ask(request), 201)


@router.get("/{id}", response_model=ConversationRecord)
async def get(id: Id, context: Context) -> JsonObject:
    """Return a conversation: its turns, with the committed actions."""
    return await context.call_store(lambda: _conversation_to_json(id, context.store))


@router.delete("/{id}", status_code=204, response_model=None)
async def delete(id: Id, context: Context) -> None:
    """Delete a conversation with its log and its answers."""
    if not await context.call_store(lambda: context.store.delete(id)):
        raise NoConversation(id)


@router.post("/{id}/turns", response_model=Observed)
async def observe(id: Id, body: ObserveBody, context: Context) -> Response:
    """Observe a turn, and predict the actions to take."""
    return json_response(await context.queue.ask(observe_request(id, body)))


@router.post("/{id}/commit", response_model=Committed)
async def commit(id: Id, body: CommitBody, context: Context) -> Response:
    """Record the actions that were really taken at the last turn."""
    return json_response(await context.queue.ask(commit_request(id, body)))


@router.post("/{id}/turns/{turn}/override", response_model=Overridden)
async def override(id: Id, turn: TurnNumber, body: OverrideBody, context: Context) -> Response:
    """Correct the actions of an earlier turn."""
    return json_response(await context.queue.ask(override_request(id, turn, body)))


@router.post("/{id}/undo", response_model=Undone)
async def undo(id: Id, context: Context, body: UndoBody | None = None) -> Response:
    """Remove the last turn."""
    return json_response(await context.queue.ask(undo_request(id, body or UndoBody())))


def observe_request(id: str, body: ObserveBody) -> Observe:
    """Return the request of a body."""
    return Observe(
        id=id,
        key=body.turn_id,
        user=body.user,
        facts=body.facts,
        commit=body.commit,
        threshold=body.threshold,
        top=body.top,
    )


def commit_request(id: str, body: CommitBody) -> Commit:
    """Return the request of a body."""
    return Commit(id=id, key=body.turn_id, actions=body.actions, response=body.response)


def override_request(id: str, turn: int, body: OverrideBody) -> Override:
    """Return the request of a body."""
    return Override(
        id=id, key=body.turn_id, turn=turn, actions=body.actions, response=body.response, top=body.top
    )


def undo_request(id: str, body: UndoBody) -> Undo:
    """Return the request of a body."""
    return Undo(id=id, key=body.turn_id)


def _conversation_to_json(id: str, store: Store) -> JsonObject:
    """Return a conversation as the API shows it.

    Raises:
        NoConversation: where there is none with this id.
    """
    stored = store.load([id]).get(id)
    if stored is None:
        raise NoConversation(id)
    events = store.events(id)
    turns = turns_from_events(events)
    return {
        "id": id,
        "model": stored.model,
        "created": stored.created,
        "updated": stored.updated,
        "open": ends_open(events),
        "turns": [turn_to_json(number, turn) for number, turn in enumerate(turns, start=1)],
    }
