"""Conversations: begin, observe, commit, override, undo, look, delete."""

from __future__ import annotations

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from fastapi.responses import Response

from turncast.errors import NoConversation
from turncast.server.bodies import (
    BeginBody,
    Begun,
    CommitBody,
    Committed,
    ConversationTold,
    Id,
    ObserveBody,
    Observed,
    Overridden,
    OverrideBody,
    UndoBody,
    Undone,
)
from turncast.server.context import PROBLEMS, Service, json_response, service_of
from turncast.server.timeouts import in_time
from turncast.sessions.event import ends_open, turns_from_events
from turncast.sessions.json_views import JsonObject, turn_to_json
from turncast.sessions.request import Begin, Commit, Observe, Override, Undo
from turncast.sessions.store import Store

router = APIRouter(prefix="/v1/conversations", tags=["conversations"], responses=PROBLEMS)
Here = Annotated[Service, Depends(service_of)]
Number = Annotated[int, Path(ge=1, le=1_000_000, description="Which turn, counted from 1.")]


@router.post("", status_code=201, response_model=Begun)
async def begin(body: BeginBody, service: Here) -> Response:
    """Begin a conversation."""
    model = body.model or service.models.default
    begun = Begin(id=body.id or uuid.uuid4().hex, model=model)
    return json_response(await service.desk.ask(begun), 201)


@router.get("/{id}", response_model=ConversationTold)
async def look(id: Id, service: Here) -> JsonObject:
    """Look at a conversation: its turns, and what was done."""
    return await in_time(lambda: conversation_to_json(id, service.store))


@router.delete("/{id}", status_code=204, response_model=None)
async def delete(id: Id, service: Here) -> None:
    """Delete a conversation with all that was kept of it."""
    if not await in_time(lambda: service.store.delete(id)):
        raise NoConversation(id)


@router.post("/{id}/turns", response_model=Observed)
async def observe(id: Id, body: ObserveBody, service: Here) -> Response:
    """Observe a turn: what should the system do?"""
    return json_response(await service.desk.ask(observe_of(id, body)))


@router.post("/{id}/commit", response_model=Committed)
async def commit(id: Id, body: CommitBody, service: Here) -> Response:
    """Say what was really done at the last turn."""
    return json_response(await service.desk.ask(commit_of(id, body)))


@router.post("/{id}/turns/{turn}/override", response_model=Overridden)
async def override(id: Id, turn: Number, body: OverrideBody, service: Here) -> Response:
    """Say what was really done at an earlier turn."""
    return json_response(await service.desk.ask(override_of(id, turn, body)))


@router.post("/{id}/undo", response_model=Undone)
async def undo(id: Id, service: Here, body: UndoBody | None = None) -> Response:
    """Take back the last turn."""
    return json_response(await service.desk.ask(undo_of(id, body or UndoBody())))


def conversation_to_json(id: str, store: Store) -> JsonObject:
    """Return what is told of a conversation.

    Raises:
        NoConversation: where there is none of this id.
    """
    stored = store.load([id]).get(id)
    if stored is None:
        raise NoConversation(id)
    events = store.events(id)
    return {
        "id": id,
        "model": stored.model,
        "created": stored.created,
        "updated": stored.updated,
        "open": ends_open(events),
        "turns": [
            turn_to_json(number, turn) for number, turn in enumerate(turns_from_events(events), start=1)
        ],
    }


def observe_of(id: str, body: ObserveBody) -> Observe:
    """Return what a client asks."""
    return Observe(
        id=id,
        key=body.turn_id,
        user=body.user,
        facts=body.facts,
        commit=body.commit,
        threshold=body.threshold,
        top=body.top,
    )


def commit_of(id: str, body: CommitBody) -> Commit:
    """Return what a client asks."""
    return Commit(id=id, key=body.turn_id, actions=body.actions, response=body.response)


def override_of(id: str, turn: int, body: OverrideBody) -> Override:
    """Return what a client asks."""
    return Override(
        id=id, key=body.turn_id, turn=turn, actions=body.actions, response=body.response, top=body.top
    )


def undo_of(id: str, body: UndoBody) -> Undo:
    """Return what a client asks."""
    return Undo(id=id, key=body.turn_id)
