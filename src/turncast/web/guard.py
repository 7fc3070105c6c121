"""The guard of the page: who may sign in, which forms are accepted, and what a browser may load."""

from __future__ import annotations

import time
from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote

from fastapi.responses import HTMLResponse, RedirectResponse, Response

from turncast.server.guard import Guard, Message, Receive, Scope, Send, route_path
from turncast.server.refusals import ProblemDetails, Refusal
from turncast.web.error_page import error_page

COOKIE = "turncast"
_OPEN_PATHS = ("/ui/sign-in", "/ui/static/")
_HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-cache",
}
_RAW_HEADERS = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]
_OTHER_FORM = ProblemDetails(
    status=403,
    type="other_page",
    message="The form does not come from this page.",
    where="header Origin",
    cure="Reload the page and try again.",
)


class PageGuard(Guard):
    """The guard of the page: people send a cookie, and only the forms of the page may change anything."""

    media_type = "application/x-www-form-urlencoded"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it; add the security headers to the answer."""
        await super().__call__(scope, receive, _with_headers(send))

    def check_headers(self, scope: Scope) -> None:
        """Check the headers of a request; those of a form must say that it comes from this page."""
        super().check_headers(scope)
        if scope["method"] in ("GET", "HEAD"):
            return
        headers = dict(scope["headers"])
        if b"origin" not in headers and headers.get(b"sec-fetch-site") != b"same-origin":
            raise Refusal(_OTHER_FORM)

    def is_authorized(self, scope: Scope) -> bool:
        """Return whether the path of a request needs no key, or the request has a valid ticket."""
        is_open = not self._keys or route_path(scope).startswith(_OPEN_PATHS)
        return is_open or self._keys.accepts_ticket(_ticket(scope), time.time())

    async def send_refusal(self, refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a page that shows the refusal, or redirect to the sign-in form."""
        answer: Response
        if refusal.status != 401:
            answer = error_page(refusal)
        elif (b"hx-request", b"true") in scope["headers"]:
            answer = HTMLResponse("", headers={"HX-Redirect": "/ui/sign-in"})
        else:
            wanted = quote(scope["path"]) if scope["method"] == "GET" else "/ui/talk"
            answer = RedirectResponse(f"/ui/sign-in?to={wanted}", 303)
        await answer(scope, receive, _with_headers(send))


def _with_headers(send: Send) -> Send:
    """Return a send function that adds the security headers that an answer does not have yet."""

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            names = {name.lower() for name, _ in message["headers"]}
            missing = (header for header in _RAW_HEADERS if header[0] not in names)
            message["headers"] = [*message["headers"], *missing]
        await send(message)

    return send_with_headers


def _ticket(scope: Scope) -> str:
    """Return the ticket in the cookie of a request; empty where there is none."""
    for name, value in scope["headers"]:
        if name == b"cookie":
            try:
                cookie = SimpleCookie(value.decode("latin-1")).get(COOKIE)
            except CookieError:
                return ""
            return cookie.value if cookie else ""
    return ""
