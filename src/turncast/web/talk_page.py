"""Talk: say what a user says, see what the policy would do, and put it right."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from fastapi.responses import RedirectResponse, Response
from pydantic import TypeAdapter, ValidationError
from starlette.concurrency import run_in_threadpool

from turncast.errors import NoConversation, TurncastError
from turncast.features.blocks.facts import Facts
from turncast.server.bodies import MAX_FACTS, MAX_TEXT_LENGTH, Id, ObserveBody
from turncast.server.refusals import Refusal
from turncast.sessions.request import Begin, Observe, Override, Undo
from turncast.web.context import Here, Site
from turncast.web.conversation_view import correction_of, dialogue_of, told_turns
from turncast.web.error_page import cure_of, page_refusal_for
from turncast.web.example_turns import starters
from turncast.web.form import Form, Sent, facts_of

router = APIRouter(prefix="/ui/talk")
Number = Annotated[int, Path(ge=1, le=1_000_000)]
_ID: TypeAdapter[str] = TypeAdapter(Id)
_BOUNDS = {
    "user": f"The text is too long, or no whole text. Write {MAX_TEXT_LENGTH:,} characters at most.",
    "facts": f"Give {MAX_FACTS} facts at most, with names of 200 characters and values of 1,000 at most.",
}


@dataclass(frozen=True, slots=True)
class _Wrong:
    """What cannot be taken as it was written: which field, why, and what stood in all fields."""

    field: str
    message: str
    form: Form

    def written(self, name: str) -> str:
        return self.form.text(name)


@router.get("")
def begin(site: Here, id: Annotated[str, Query(max_length=64)] = "") -> Response:
    """Show a conversation that has not begun; or go to one of which the id is known."""
    if not id.strip():
        return _first(site)
    try:
        return _back(_ID.validate_python(id.strip()))
    except ValidationError:
        raise NoConversation(id) from None


@router.post("")
async def first(site: Here, form: Sent) -> Response:
    """Begin a conversation with its first turn."""
    id = uuid.uuid4().hex
    asked = _asked(id, form)
    if isinstance(asked, _Wrong):
        return await run_in_threadpool(_first, site, asked)
    await site.server.queue.ask(Begin(id=id, model=site.model))
    await site.server.queue.ask(asked)
    return _back(id)


@router.get("/{id}")
def look(id: Id, site: Here, at: Literal["user", "undo", "save"] = "user") -> Response:
    """Show a conversation; `at` says which control has the focus, so that it stays where it was."""
    return _shown(site, id, at=at)


@router.post("/{id}")
async def observe(id: Id, site: Here, form: Sent) -> Response:
    """Take a turn."""
    asked = _asked(id, form)
    if isinstance(asked, _Wrong):
        return await run_in_threadpool(_shown, site, id, asked)
    await site.server.queue.ask(asked)
    return _back(id)


@router.post("/{id}/turns/{turn}")
async def correct(id: Id, turn: Number, site: Here, form: Sent) -> Response:
    """Say what was really done at a turn."""
    actions = form.texts("actions")
    try:
        await site.server.queue.ask(Override(id=id, turn=turn, actions=actions))
    except TurncastError as error:
        refusal = page_refusal_for(error)
        if refusal.problem.type != "unknown_action":
            raise
        wrong = _Wrong(f"turn-{turn}", _sentences(refusal), form)
        return await run_in_threadpool(_shown, site, id, wrong)
    return _back(id)


@router.post("/{id}/undo")
async def undo(id: Id, site: Here) -> Response:
    """Take back the last turn."""
    await site.server.queue.ask(Undo(id=id))
    return _back(f"{id}?at=undo")


@router.post("/{id}/save")
def save(id: Id, site: Here, form: Sent) -> Response:
    """Save the conversation as a training dialogue."""
    dialogue = dialogue_of(id, site.server.store.events(id))
    if dialogue is None:
        return _shown(site, id, _Wrong("save", "There is no turn to save yet. Say something first.", form))
    try:
        site.workspace.saved.save(dialogue)
    except OSError as error:
        message = f"{site.workspace.corrections} cannot be written ({error.strerror}). Nothing was saved."
        return _shown(site, id, _Wrong("save", message, form))
    except TurncastError as error:
        return _shown(site, id, _Wrong("save", _sentences(page_refusal_for(error)), form))
    return _back(f"{id}?at=save")


def _asked(id: str, form: Form) -> Observe | _Wrong:
    """Return the turn that a form asks for, or what is wrong with it."""
    again, user = bool(form.text("again")), form.text("user")
    if not user and not again:
        message = "Write what the user says; or choose “Let it act again”, for a turn without new text."
        return _Wrong("user", message, form)
    try:
        facts = facts_of(form.text("facts"))
    except ValueError as error:
        return _Wrong("facts", str(error), form)
    try:
        body = ObserveBody.model_validate(
            {"user": None if again else user, "facts": facts, "turn_id": form.text("turn_id") or None}
        )
    except ValidationError as error:
        field = "user" if error.errors()[0]["loc"][0] == "user" else "facts"
        return _Wrong(field, _BOUNDS[field], form)
    return Observe(id=id, key=body.turn_id, user=body.user, facts=body.facts)


def _first(site: Site, wrong: _Wrong | None = None) -> Response:
    return site.show(
        "talk_first.html",
        422 if wrong else 200,
        here="talk",
        wrong=wrong,
        focus=wrong.field if wrong else "user",
        starters=starters(site.workspace),
        turn_id=uuid.uuid4().hex,
        actions=len(site.policy.space),
        facts=_fact_names(site),
    )


def _shown(site: Site, id: str, wrong: _Wrong | None = None, at: str = "user") -> Response:
    stored = site.server.store.load([id]).get(id)
    if stored is None:
        raise NoConversation(id)
    policy, events = site.server.models.get(stored.model), site.server.store.events(id)
    correction = None if wrong or at != "user" else correction_of(policy, events)
    return site.show(
        "talk.html",
        422 if wrong else 200,
        here="talk",
        id=id,
        wrong=wrong,
        turns=told_turns(policy, events),
        correction=correction,
        focus=wrong.field if wrong else "changed" if correction else at,
        several=policy.space.multi,
        turn_id=uuid.uuid4().hex,
        facts=_fact_names(site),
        **_saved(site, id),
    )


def _saved(site: Site, id: str) -> Mapping[str, object]:
    """Tell whether the conversation is in the file of corrections, as it is now."""
    try:
        saved = site.workspace.saved.by_id()
    except TurncastError:
        saved = {}  # who saves is told what is wrong with the file
    now = dialogue_of(id, site.server.store.events(id))
    return {
        "saved": id in saved,
        "same": saved.get(id) == now,
        "file": site.workspace.corrections,
        "count": len(saved),
    }


def _fact_names(site: Site) -> list[str]:
    return [name for block in site.policy.encoder.blocks if isinstance(block, Facts) for name in block.names]


def _sentences(refusal: Refusal) -> str:
    return f"{refusal.problem.message} {cure_of(refusal)}"


def _back(id: str) -> Response:
    """Show the conversation after a change: who then loads the page again does nothing again."""
    return RedirectResponse(f"/ui/talk/{id}", 303)
