"""The operations of the API. Each function returns an `HttpCall`, which `Client` and `AsyncClient` send."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from turncast.client.answers import (
    Conversation,
    Model,
    Observed,
    Overridden,
    Predicted,
    Started,
    Undone,
)
from turncast.client.http_call import HttpCall
from turncast.dialogue import Fact, Turn


def begin(id: str | None = None, model: str | None = None) -> HttpCall[Started]:
    """Begin a conversation, or continue the one that has this id.

    Args:
        id: the id: at most 64 letters, digits, - and _; by default a random one.
        model: the name of the model; by default the first of the server.

    >>> begin("ada-1").body
    {'id': 'ada-1'}
    """
    body = _without_none(id=id or uuid.uuid4().hex, model=model)
    return HttpCall("POST", "/v1/conversations", Started.from_json, body)


def observe(
    id: str,
    user: str | None = None,
    facts: Mapping[str, Fact] | None = None,
    *,
    commit: bool = True,
    threshold: float | None = None,
    top: int = 3,
    turn_id: str | None = None,
) -> HttpCall[Observed]:
    """Observe a turn, and predict the actions to take.

    Args:
        id: the id of the conversation.
        user: the user's text; None where the system acts again.
        facts: the facts of the turn, by name.
        commit: whether to commit the predicted actions at once.
        threshold: abstain below this probability; by default the model's threshold.
        top: how many ranked actions to return.
        turn_id: your id of this request; a repeated request counts once. By default a random one, which
            serves the retries of the client; give your own to repeat a request after a crash of your program.

    >>> observe("ada-1", "a table for two", {"open": True}, top=1, turn_id="t-1").body
    {'turn_id': 't-1', 'facts': {'open': True}, 'commit': True, 'top': 1, 'user': 'a table for two'}
    """
    body = _with_turn_id(turn_id) | {"facts": dict(facts or {}), "commit": commit, "top": top}
    body |= _without_none(user=user, threshold=threshold)
    return HttpCall("POST", f"{_path(id)}/turns", Observed.from_json, body)


def commit(
    id: str, actions: Iterable[str] | None = None, response: str | None = None, *, turn_id: str | None = None
) -> HttpCall[tuple[str, ...]]:
    """Record the actions really taken at the last turn, and return them; by default the predicted ones.

    Args:
        id: the id of the conversation.
        actions: the actions really taken; None for the predicted ones.
        response: the system's text; by default the usual response of the actions.
        turn_id: your id of this request, see `observe`.

    >>> commit("ada-1", ["ask_time"], turn_id="t-2").body
    {'turn_id': 't-2', 'actions': ['ask_time']}
    """
    taken = None if actions is None else list(actions)
    body = _with_turn_id(turn_id) | _without_none(actions=taken, response=response)
    return HttpCall("POST", f"{_path(id)}/commit", lambda record: tuple(record["committed"]), body)


def override(
    id: str,
    turn: int,
    actions: Iterable[str],
    response: str | None = None,
    *,
    top: int = 3,
    turn_id: str | None = None,
) -> HttpCall[Overridden]:
    """Correct the actions of an earlier turn, and return the new predictions of the later turns.

    Args:
        id: the id of the conversation.
        turn: the number of the turn, counted from 1.
        actions: the actions really taken.
        response: the system's text; by default the usual response of the actions.
        top: how many ranked actions to return for each later turn.
        turn_id: your id of this request, see `observe`.

    >>> override("ada-1", 2, ["ask_area"], turn_id="t-3").path
    '/v1/conversations/ada-1/turns/2/override'
    """
    body = _with_turn_id(turn_id) | {"actions": list(actions), "top": top} | _without_none(response=response)
    return HttpCall("POST", f"{_path(id)}/turns/{turn:d}/override", Overridden.from_json, body)


def undo(id: str, *, turn_id: str | None = None) -> HttpCall[Undone]:
    """Remove the last turn, and return it.

    >>> undo("ada-1", turn_id="t-4").body
    {'turn_id': 't-4'}
    """
    return HttpCall("POST", f"{_path(id)}/undo", Undone.from_json, _with_turn_id(turn_id))


def get(id: str) -> HttpCall[Conversation]:
    """Return a conversation: its turns, with the committed actions.

    >>> get("ada-1").path
    '/v1/conversations/ada-1'
    """
    return HttpCall("GET", _path(id), Conversation.from_json)


def delete(id: str) -> HttpCall[bool]:
    """Delete a conversation with its log and its answers, and return whether it existed.

    >>> delete("ada-1").method
    'DELETE'
    """
    return HttpCall("DELETE", _path(id), lambda _: True, not_found=False)


def predict(
    turns: Iterable[Turn], *, model: str | None = None, top: int = 3
) -> HttpCall[tuple[Predicted, ...]]:
    """Predict each turn of a whole dialogue, after the actions really taken before it; nothing is stored.

    Args:
        turns: the turns, such as a `turncast.Dialogue`.
        model: the name of the model; by default the first of the server.
        top: how many ranked actions to return for each turn.

    >>> predict([Turn("hello", ["greet"]), Turn("a table for two")]).body["turns"][0]
    {'user': 'hello', 'facts': {}, 'actions': ['greet'], 'response': None}
    """
    records = [
        {"user": t.user, "facts": dict(t.facts), "actions": list(t.actions), "response": t.response}
        for t in turns
    ]
    body = {"turns": records, "top": top} | _without_none(model=model)
    return HttpCall(
        "POST", "/v1/predict", lambda record: tuple(map(Predicted.from_json, record["turns"])), body
    )


def next_action(
    messages: Sequence[Mapping[str, Any]],
    *,
    model: str | None = None,
    threshold: float | None = None,
    top: int = 5,
) -> HttpCall[Predicted]:
    """Predict what an agent does next: the tool that it calls, or `respond` for a message of text.

    Args:
        messages: all messages so far, in the chat format of OpenAI or Anthropic.
        model: the name of the model; by default the first of the server.
        threshold: abstain below this probability; by default the model's threshold.
        top: how many ranked actions to return.

    >>> next_action([{"role": "user", "content": "a flight?"}], top=1).path
    '/v1/agents/next'
    """
    body = {"messages": [dict(message) for message in messages], "top": top}
    body |= _without_none(model=model, threshold=threshold)
    return HttpCall("POST", "/v1/agents/next", Predicted.from_json, body)


def model(name: str | None = None) -> HttpCall[Model]:
    """Return the description of a model; by default of the first.

    >>> model("second").path
    '/v1/model?name=second'
    """
    path = "/v1/model" + (f"?name={quote(name, safe='')}" if name else "")
    return HttpCall("GET", path, Model.from_json)


def ready() -> HttpCall[bool]:
    """Return whether the server can answer and can reach its store.

    >>> ready().path
    '/readyz'
    """
    return HttpCall("GET", "/readyz", lambda record: bool(record["status"] == "ok"))


def _path(id: str) -> str:
    return f"/v1/conversations/{quote(id, safe='')}"


def _with_turn_id(turn_id: str | None) -> dict[str, Any]:
    """Return the field that makes a repeated request count once."""
    return {"turn_id": turn_id or uuid.uuid4().hex}


def _without_none(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
