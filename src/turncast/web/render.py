"""Values in, pages out."""

from __future__ import annotations

from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from turncast.evaluation.confusions import named
from turncast.version import __version__

_ENVIRONMENT = Environment(
    loader=PackageLoader("turncast.web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def percent(share: float) -> str:
    """Return a share of 1 as people read it; what is not quite all, or nothing, is not told as such.

    >>> percent(0.934), percent(1.0), percent(0.9999), percent(0.0004)
    ('93.4%', '100%', '99.9%', '0.1%')
    """
    if share in (0, 1):
        return f"{share:.0%}"
    return f"{min(max(share, 0.001), 0.999):.1%}"


_ENVIRONMENT.filters |= {"percent": percent, "named": named}
_ENVIRONMENT.globals |= {"version": __version__}


def render(template: str, **values: Any) -> str:
    """Return a template with its values as HTML; every text is escaped."""
    return _ENVIRONMENT.get_template(template).render(values)


def page(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """Return a page as an answer, of which nothing is kept on disk."""
    return HTMLResponse(render(template, **values), status, {"Cache-Control": "no-store"})
