"""The talk page: send user turns, see the predictions of the policy, and correct them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from fastapi.responses import RedirectResponse, Response
from pydantic import TypeAdapter, ValidationError
from starlette.concurrency import run_in_threadpool

from turncast.errors import NoConversation, TurncastError, UnknownAction
from turncast.server.bodies import MAX_FACTS, MAX_TEXT_LENGTH, Id, ObserveBody
from turncast.sessions.event import Event
from turncast.sessions.request import Begin, Observe, Override, Undo
from turncast.web.context import Context, WebContext
from turncast.web.conversation_view import committed_dialogue, displayed_turns, last_correction
from turncast.web.error_page import error_text
from turncast.web.example_turns import example_turns
from turncast.web.form import Form, SubmittedForm, parse_facts

router = APIRouter(prefix="/ui/talk")
TurnNumber = Annotated[int, Path(ge=1, le=1_000_000)]
_ID: TypeAdapter[str] = TypeAdapter(Id)
_LIMITS = {
    "user": f"The text is too long, or not valid text. Write at most {MAX_TEXT_LENGTH:,} characters.",
    "facts": f"Give at most {MAX_FACTS} facts; a name has at most 200 characters, a value at most 1,000.",
}


@dataclass(frozen=True, slots=True)
class FormError:
    """Why a form was refused: the field, the message, and all submitted fields, to show them again."""

    field: str
    message: str
    form: Form

    def submitted(self, name: str) -> str:
        """Return the submitted text of a field."""
        return self.form.text(name)


@router.get("")
def show_start(context: Context, id: Annotated[str, Query(max_length=64)] = "") -> Response:
    """Show the start of a new conversation, or redirect to the conversation with this id."""
    if not id.strip():
        return _start_page(context)
    try:
        return _redirect(_ID.validate_python(id.strip()))
    except ValidationError:
        raise NoConversation(id) from None


@router.post("")
async def begin(context: Context, form: SubmittedForm) -> Response:
    """Begin a conversation with its first turn."""
    id = uuid.uuid4().hex
    request = _observe_request(id, form)
    if isinstance(request, FormError):
        return await run_in_threadpool(_start_page, context, request)
    await context.server.queue.ask(Begin(id=id, model=context.server.models.default))
    await context.server.queue.ask(request)
    return _redirect(id)


@router.get("/{id}")
def show_conversation(id: Id, context: Context, at: Literal["user", "undo", "save"] = "user") -> Response:
    """Show a conversation; `at` is the control that gets the focus, so that the focus stays in its place."""
    return _conversation_page(context, id, focus=at)


@router.post("/{id}")
async def observe(id: Id, context: Context, form: SubmittedForm) -> Response:
    """Observe a turn."""
    request = _observe_request(id, form)
    if isinstance(request, FormError):
        return await run_in_threadpool(_conversation_page, context, id, request)
    await context.server.queue.ask(request)
    return _redirect(id)


@router.post("/{id}/turns/{turn}")
async def correct(id: Id, turn: TurnNumber, context: Context, form: SubmittedForm) -> Response:
    """Correct the actions of a turn."""
    try:
        await context.server.queue.ask(Override(id=id, turn=turn, actions=form.texts("actions")))
    except UnknownAction as error:
        form_error = FormError(f"turn-{turn}", error_text(error), form)
        return await run_in_threadpool(_conversation_page, context, id, form_error)
    return _redirect(id)


@router.post("/{id}/undo")
async def undo(id: Id, context: Context) -> Response:
    """Remove the last turn."""
    await context.server.queue.ask(Undo(id=id))
    return _redirect(f"{id}?at=undo")


@router.post("/{id}/save")
def save(id: Id, context: Context, form: SubmittedForm) -> Response:
    """Save the conversation to the file of corrections."""
    dialogue = committed_dialogue(id, context.server.store.events(id))
    if dialogue is None:
        message = "There is no turn to save yet. Say something first."
        return _conversation_page(context, id, FormError("save", message, form))
    try:
        context.workspace.corrections.save(dialogue)
    except OSError as error:
        file = context.workspace.corrections_file
        message = f"{file} cannot be written ({error.strerror}). Nothing was saved."
        return _conversation_page(context, id, FormError("save", message, form))
    except TurncastError as error:
        return _conversation_page(context, id, FormError("save", error_text(error), form))
    return _redirect(f"{id}?at=save")


def _observe_request(id: str, form: Form) -> Observe | FormError:
    """Return the request of a form, or why the form is refused."""
    acts_again, user = bool(form.text("again")), form.text("user")
    try:
        facts = parse_facts(form.text("facts"))
    except ValueError as error:
        return FormError("facts", str(error), form)
    if not (user or facts or acts_again):
        message = (
            "Write what the user says, or give facts; or choose “Let it act again”, for a turn without both."
        )
        return FormError("user", message, form)
    try:
        body = ObserveBody.model_validate(
            {
                "user": None if acts_again else user or None,
                "facts": facts,
                "turn_id": form.text("turn_id") or None,
            }
        )
    except ValidationError as error:
        field = "user" if error.errors()[0]["loc"][0] == "user" else "facts"
        return FormError(field, _LIMITS[field], form)
    return Observe(id=id, key=body.turn_id, user=body.user, facts=body.facts)


def _start_page(context: WebContext, form_error: FormError | None = None) -> Response:
    return context.show(
        "talk_first.html",
        422 if form_error else 200,
        current="talk",
        form_error=form_error,
        focus=form_error.field if form_error else "user",
        examples=example_turns(context.workspace),
        turn_id=uuid.uuid4().hex,
        num_actions=len(context.policy.space),
        inputs=context.policy.inputs,
    )


def _conversation_page(
    context: WebContext, id: str, form_error: FormError | None = None, focus: str = "user"
) -> Response:
    stored = context.server.store.load([id]).get(id)
    if stored is None:
        raise NoConversation(id)
    policy, events = context.server.models.get(stored.model), context.server.store.events(id)
    correction = None if form_error or focus != "user" else last_correction(policy, events)
    if form_error:
        focus = form_error.field
    elif correction:
        focus = "changed"
    return context.show(
        "talk.html",
        422 if form_error else 200,
        current="talk",
        id=id,
        form_error=form_error,
        turns=displayed_turns(policy, events),
        correction=correction,
        focus=focus,
        several=policy.space.multi,
        turn_id=uuid.uuid4().hex,
        inputs=policy.inputs,
        **_saved_values(context, id, events),
    )


def _saved_values(context: WebContext, id: str, events: Sequence[Event]) -> Mapping[str, object]:
    """Return the values of the template that describe the file of corrections and this conversation in it."""
    try:
        saved = context.workspace.corrections.by_id()
    except TurncastError:
        saved = {}  # saving shows the error of the file
    return {
        "is_saved": id in saved,
        "is_unchanged": saved.get(id) == committed_dialogue(id, events),
        "file": context.workspace.corrections_file,
        "num_saved": len(saved),
    }


def _redirect(id: str) -> Response:
    """Redirect to the conversation after a change, so that reloading the page does not repeat the change."""
    return RedirectResponse(f"/ui/talk/{id}", 303)
