"""One conversation over a WebSocket: a JSON object for each request, and one for each answer."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Path, WebSocket, WebSocketDisconnect
from pydantic import Field, ValidationError

from turncast.errors import TurncastError
from turncast.server.bodies import ID, CommitBody, IntegralFloat, ObserveBody, OverrideBody, UndoBody
from turncast.server.context import ServerContext
from turncast.server.conversation import commit_request, observe_request, override_request, undo_request
from turncast.server.refusals import ProblemDetails, Refusal, refusal_for, refusal_for_bad_json
from turncast.sessions.request import ConversationRequest

router = APIRouter()

_MAX_REFUSED = 100  # then the connection is closed, because the client does not react to refusals
_UNKNOWN_REQUEST = ProblemDetails(
    status=422,
    type="bad_request",
    message="'do' does not name a request.",
    where="do",
    cure="Use one of observe, commit, override and undo.",
)


class _OverrideMessage(OverrideBody):
    turn: Annotated[int, Field(ge=1, le=1_000_000, strict=True), IntegralFloat]


@router.websocket("/v1/conversations/{id}/socket")
async def talk(socket: WebSocket, id: Annotated[str, Path(pattern=f"^{ID}$")]) -> None:
    """Answer `{"do": "observe", ...}`, `commit`, `override` and `undo` like the HTTP paths of these names."""
    context: ServerContext = socket.app.state.context
    await socket.accept()
    refused = 0
    try:
        while refused < _MAX_REFUSED:
            try:
                request = _parse(id, await _receive_text(socket))
                answer = await context.queue.ask(request)
            except (Refusal, TurncastError, ValidationError) as error:
                refused += 1
                answer = refusal_for(error).body.decode()
            await socket.send_text(answer)
        await socket.close(1008)
    except WebSocketDisconnect:
        return


async def _receive_text(socket: WebSocket) -> str:
    try:
        return await socket.receive_text()
    except KeyError:  # Starlette raises it where the client sent bytes
        raise refusal_for_bad_json() from None


def _parse(id: str, text: str) -> ConversationRequest:
    try:
        record: Any = json.loads(text)
    except (ValueError, RecursionError):
        raise refusal_for_bad_json() from None
    name = record.pop("do", None) if isinstance(record, dict) else None
    if name == "observe":
        return observe_request(id, ObserveBody.model_validate(record))
    if name == "commit":
        return commit_request(id, CommitBody.model_validate(record))
    if name == "override":
        message = _OverrideMessage.model_validate(record)
        return override_request(id, message.turn, message)
    if name == "undo":
        return undo_request(id, UndoBody.model_validate(record))
    raise Refusal(_UNKNOWN_REQUEST)
