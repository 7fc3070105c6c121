"""What stands before the page: who may come in, which forms are taken, and what a browser may load."""

from __future__ import annotations

import time
from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote

from fastapi.responses import HTMLResponse, RedirectResponse, Response

from turncast.server.guard import Guard, Message, Receive, Scope, Send
from turncast.server.refusals import ProblemDetails, Refusal
from turncast.web.error_page import problem_page

COOKIE = "turncast"
_OPEN = ("/ui/sign-in", "/ui/static/")
_HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-cache",
}
_RAW = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]
_OTHER_FORM = ProblemDetails(
    status=403,
    type="other_page",
    message="The form does not come from this page.",
    where="header Origin",
    cure="Reload the page and try again.",
)


class PageGuard(Guard):
    """Guards the page: people show a cookie, and only the page's own forms change anything."""

    media_type = "application/x-www-form-urlencoded"

    def check_headers(self, scope: Scope) -> None:
        """Let a request pass by what its head says; a form must be said to come from this very page."""
        super().check_headers(scope)
        if scope["method"] in ("GET", "HEAD"):
            return
        headers = dict(scope["headers"])
        if b"origin" not in headers and headers.get(b"sec-fetch-site") != b"same-origin":
            raise Refusal(_OTHER_FORM)

    def is_authorized(self, scope: Scope) -> bool:
        """Tell whether a request may come in."""
        return (
            scope["path"].startswith(_OPEN)
            or not self._keys
            or self._keys.accepts_ticket(_ticket(scope), time.time())
        )

    async def send_refusal(self, refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a page, or show the way to the door."""
        answer: Response
        if refusal.status != 401:
            answer = problem_page(refusal)
        elif (b"hx-request", b"true") in scope["headers"]:
            answer = HTMLResponse("", headers={"HX-Redirect": "/ui/sign-in"})
        else:
            wanted = quote(scope["path"]) if scope["method"] == "GET" else "/ui/talk"
            answer = RedirectResponse(f"/ui/sign-in?to={wanted}", 303)
        await answer(scope, receive, _with_headers(send))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, and add to the answer what a browser must heed."""
        await super().__call__(scope, receive, _with_headers(send))


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            there = {name.lower() for name, _ in message["headers"]}
            message["headers"] = [*message["headers"], *(one for one in _RAW if one[0] not in there)]
        await send(message)

    return sending


def _ticket(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"cookie":
            try:
                cookie = SimpleCookie(value.decode("latin-1")).get(COOKIE)
            except CookieError:
                return ""
            return cookie.value if cookie else ""
    return ""
