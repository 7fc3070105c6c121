"""The door of the page, where the server asks for a key."""

from __future__ import annotations

import re
import time
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from turncast.web.context import Here
from turncast.web.form import Sent
from turncast.web.guard import COOKIE

router = APIRouter(prefix="/ui")
_SECONDS = 12 * 3600
_WITHIN = re.compile(r"/ui/[A-Za-z0-9_/-]{1,200}")


@router.get("/sign-in")
def ask(site: Here, to: Annotated[str, Query(max_length=300)] = "") -> Response:
    """Ask for a key."""
    if not site.server.keys:
        return RedirectResponse("/ui/talk", 303)
    return site.show("sign_in.html", here="", wrong="", to=to)


@router.post("/sign-in")
async def sign_in(site: Here, form: Sent, request: Request) -> Response:
    """Let in who shows a key: for it stands a cookie that no script can read, and no other site sends."""
    to = form.text("to")
    ticket = site.server.keys.make_ticket(form.text("key"), int(time.time()) + _SECONDS)
    if ticket is None:
        wrong = "This is none of the keys. They stand in the file that the server was started with."
        return site.show("sign_in.html", 403, here="", wrong=wrong, to=to)
    answer = RedirectResponse(to if _WITHIN.fullmatch(to) else "/ui/talk", 303)
    answer.set_cookie(
        COOKIE,
        ticket,
        max_age=_SECONDS,
        path="/ui",
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return answer


@router.post("/sign-out")
async def sign_out() -> Response:
    """Forget the cookie."""
    answer = RedirectResponse("/ui/sign-in", 303)
    answer.delete_cookie(COOKIE, path="/ui", httponly=True, samesite="strict")
    return answer
