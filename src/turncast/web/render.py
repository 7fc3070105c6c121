"""Fill in the templates of the page."""

from __future__ import annotations

from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from turncast.metrics import percent
from turncast.version import __version__
from turncast.vocabulary import join_actions

_ENVIRONMENT = Environment(
    loader=PackageLoader("turncast.web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters |= {"percent": percent, "join_actions": join_actions}
_ENVIRONMENT.globals |= {"version": __version__}


def page_response(template: str, status_code: int = 200, **values: Any) -> HTMLResponse:
    """Return the response with a filled-in template; every text is escaped, and no browser stores it."""
    html = _ENVIRONMENT.get_template(template).render(values)
    return HTMLResponse(html, status_code, {"Cache-Control": "no-store"})
