"""The sign-in form, for a server with keys."""

from __future__ import annotations

import re
import time
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from turncast.web.context import Context
from turncast.web.form import SubmittedForm
from turncast.web.guard import COOKIE

router = APIRouter(prefix="/ui")
_TICKET_SECONDS = 12 * 3600
_OWN_PATH = re.compile(r"/ui/[A-Za-z0-9_/-]{1,200}")


@router.get("/sign-in")
def show_form(context: Context, to: Annotated[str, Query(max_length=300)] = "") -> Response:
    """Show the sign-in form; `to` is the page to show afterwards."""
    if not context.server.keys:
        return RedirectResponse("/ui/talk", 303)
    return context.show("sign_in.html", current="", error="", to=to)


@router.post("/sign-in")
async def sign_in(context: Context, form: SubmittedForm, request: Request) -> Response:
    """Check the key and set a cookie with a ticket, which no script can read and no other site can send."""
    to = form.text("to")
    ticket = context.server.keys.make_ticket(form.text("key"), int(time.time()) + _TICKET_SECONDS)
    if ticket is None:
        error = "This is none of the keys. The keys are in the file with which the server was started."
        return context.show("sign_in.html", 403, current="", error=error, to=to)
    answer = RedirectResponse(to if _OWN_PATH.fullmatch(to) else "/ui/talk", 303)
    answer.set_cookie(
        COOKIE,
        ticket,
        max_age=_TICKET_SECONDS,
        path="/ui",
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return answer


@router.post("/sign-out")
async def sign_out() -> Response:
    """Delete the cookie."""
    answer = RedirectResponse("/ui/sign-in", 303)
    answer.delete_cookie(COOKIE, path="/ui", httponly=True, samesite="strict")
    return answer
