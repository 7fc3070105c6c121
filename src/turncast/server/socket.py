"""One conversation over a WebSocket: a JSON object for each request, and one for each answer."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Path, WebSocket, WebSocketDisconnect
from pydantic import Field, ValidationError

from turncast.errors import TurncastError
from turncast.server.bodies import ID, CommitBody, ObserveBody, OverrideBody, UndoBody, Whole
from turncast.server.context import Service
from turncast.server.conversation import commit_of, observe_of, override_of, undo_of
from turncast.server.problem import Refusal, refusal_of, refusal_of_fields
from turncast.sessions.request import ConversationRequest

router = APIRouter()

_MOST_REFUSED = 100  # then the connection is closed: who does not hear must not shout on


class _OverrideMessage(OverrideBody):
    turn: Annotated[int, Field(ge=1, le=1_000_000, strict=True), Whole]


@router.websocket("/v1/conversations/{id}/socket")
async def talk(socket: WebSocket, id: Annotated[str, Path(pattern=f"^{ID}$")]) -> None:
    """Answer `{"do": "observe", ...}`, `commit`, `override` and `undo` as the paths of these names do."""
    service: Service = socket.app.state.service
    await socket.accept()
    refused = 0
    try:
        while refused < _MOST_REFUSED:
            try:
                answer = await service.desk.ask(_request_of(id, await socket.receive_text()))
            except (Refusal, TurncastError, ValidationError) as error:
                refused += 1
                answer = _told(error).body.decode()
            except KeyError:  # bytes came, and no text
                refused += 1
                answer = _told(_no_json()).body.decode()
            await socket.send_text(answer)
        await socket.close(1008)
    except WebSocketDisconnect:
        return


def _told(error: Exception) -> Refusal:
    if isinstance(error, Refusal):
        return error
    return refusal_of_fields(error.errors()) if isinstance(error, ValidationError) else refusal_of(error)


def _no_json() -> Refusal:
    return refusal_of_fields([{"type": "json_invalid"}])


def _request_of(id: str, text: str) -> ConversationRequest:
    try:
        record: Any = json.loads(text)
    except (ValueError, RecursionError):
        raise _no_json() from None
    what = record.pop("do", None) if isinstance(record, dict) else None
    if what == "observe":
        return observe_of(id, ObserveBody.model_validate(record))
    if what == "commit":
        return commit_of(id, CommitBody.model_validate(record))
    if what == "override":
        message = _OverrideMessage.model_validate(record)
        return override_of(id, message.turn, message)
    if what == "undo":
        return undo_of(id, UndoBody.model_validate(record))
    cure = "Give one of observe, commit, override and undo."
    raise Refusal(422, "bad_request", "'do' does not say what to do.", "do", cure)
