"""What can be asked of a server. Each function returns a `Call`; `Client` and `AsyncClient` send it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from turncast.client.answers import Begun, Conversation, Model, Observed, Overridden, Predicted, Undone
from turncast.client.call import Call
from turncast.dialogue import Fact, Turn


def begin(id: str | None = None, model: str | None = None) -> Call[Begun]:
    """Begin a conversation; one of this id that is there already goes on.

    Args:
        id: its name: letters, digits, - and _, 64 at most. One is made up when not given.
        model: the name of the model; the server's first when not given.

    >>> begin("ada-1").body
    {'id': 'ada-1'}
    """
    return Call("POST", "/v1/conversations", Begun.of, _given(id=id or uuid.uuid4().hex, model=model))


def observe(
    id: str,
    user: str | None = None,
    facts: Mapping[str, Fact] | None = None,
    *,
    commit: bool = True,
    threshold: float | None = None,
    top: int = 3,
    turn_id: str | None = None,
) -> Call[Observed]:
    """Observe a turn: what should the system do?

    Args:
        id: of the conversation.
        user: what the user said; None where the system acts again.
        facts: what else the system sees, by name.
        commit: whether the predicted actions count as done at once.
        threshold: where what is predicted is less probable, the answer is to abstain; the model's own when
            not given.
        top: how many ranked actions are told.
        turn_id: your own id of this request: asked again, it counts once. One is made up when not given,
            which serves the client's own retries; keep one of your own to ask again after a crash of yours.

    >>> observe("ada-1", "a table for two", {"open": True}, top=1, turn_id="t-1").body
    {'turn_id': 't-1', 'facts': {'open': True}, 'commit': True, 'top': 1, 'user': 'a table for two'}
    """
    body = _keyed(turn_id) | {"facts": dict(facts or {}), "commit": commit, "top": top}
    return Call("POST", f"{_at(id)}/turns", Observed.of, body | _given(user=user, threshold=threshold))


def commit(
    id: str, actions: Iterable[str] | None = None, response: str | None = None, *, turn_id: str | None = None
) -> Call[tuple[str, ...]]:
    """Say what was really done at the last turn, and what was said; what was predicted, when not given.

    The answer is what counts as done.

    >>> commit("ada-1", ["ask_time"], turn_id="t-2").body
    {'turn_id': 't-2', 'actions': ['ask_time']}
    """
    body = _keyed(turn_id) | _given(actions=None if actions is None else list(actions), response=response)
    return Call("POST", f"{_at(id)}/commit", lambda told: tuple(told["committed"]), body)


def override(
    id: str,
    turn: int,
    actions: Iterable[str],
    response: str | None = None,
    *,
    top: int = 3,
    turn_id: str | None = None,
) -> Call[Overridden]:
    """Correct what was done at an earlier turn, counted from 1; see what is now predicted of later ones.

    >>> override("ada-1", 2, ["ask_area"], turn_id="t-3").path
    '/v1/conversations/ada-1/turns/2/override'
    """
    body = _keyed(turn_id) | {"actions": list(actions), "top": top} | _given(response=response)
    return Call("POST", f"{_at(id)}/turns/{turn:d}/override", Overridden.of, body)


def undo(id: str, *, turn_id: str | None = None) -> Call[Undone]:
    """Take back the last turn.

    >>> undo("ada-1", turn_id="t-4").body
    {'turn_id': 't-4'}
    """
    return Call("POST", f"{_at(id)}/undo", Undone.of, _keyed(turn_id))


def get(id: str) -> Call[Conversation]:
    """Look at a conversation: its turns, and what was really done.

    >>> get("ada-1").path
    '/v1/conversations/ada-1'
    """
    return Call("GET", _at(id), Conversation.of)


def delete(id: str) -> Call[bool]:
    """Delete a conversation with all that was kept of it, and say whether there was one.

    >>> delete("ada-1").method
    'DELETE'
    """
    return Call("DELETE", _at(id), lambda _: True, absent=False)


def predict(turns: Iterable[Turn], *, model: str | None = None, top: int = 3) -> Call[tuple[Predicted, ...]]:
    """Predict each turn of a whole dialogue, after the actions really taken before it; nothing is kept.

    >>> predict([Turn("hello", ["greet"]), Turn("a table for two")]).body["turns"][0]
    {'user': 'hello', 'facts': {}, 'actions': ['greet'], 'response': None}
    """
    asked = [
        {"user": t.user, "facts": dict(t.facts), "actions": list(t.actions), "response": t.response}
        for t in turns
    ]
    body = {"turns": asked, "top": top} | _given(model=model)
    return Call("POST", "/v1/predict", lambda told: tuple(map(Predicted.of, told["turns"])), body)


def next_action(
    messages: Sequence[Mapping[str, Any]], *, model: str | None = None, top: int = 5
) -> Call[Predicted]:
    """Predict what an agent does next: which tool it calls, or `respond` for a message of text.

    Args:
        messages: all so far, as OpenAI's chat interface has them.
        model: the name of the model; the server's first when not given.
        top: how many ranked actions are told.

    >>> next_action([{"role": "user", "content": "a flight?"}], top=1).path
    '/v1/agents/next'
    """
    body = {"messages": [dict(message) for message in messages], "top": top} | _given(model=model)
    return Call("POST", "/v1/agents/next", Predicted.of, body)


def model(name: str | None = None) -> Call[Model]:
    """Say what a model is, and which there are.

    >>> model("second").path
    '/v1/model?name=second'
    """
    return Call("GET", "/v1/model" + (f"?name={quote(name, safe='')}" if name else ""), Model.of)


def ready() -> Call[bool]:
    """Say whether the server can answer, and reach its conversations.

    >>> ready().path
    '/readyz'
    """
    return Call("GET", "/readyz", lambda told: bool(told["status"] == "ok"))


def _at(id: str) -> str:
    return f"/v1/conversations/{quote(id, safe='')}"


def _keyed(turn_id: str | None) -> dict[str, Any]:
    """Give a request an id: asked again, it is then done once."""
    return {"turn_id": turn_id or uuid.uuid4().hex}


def _given(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
