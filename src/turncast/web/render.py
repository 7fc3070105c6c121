"""Fill in the templates of the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse

from turncast.evaluation.html_report.render import make_environment

_ENVIRONMENT = make_environment(Path(__file__).parent / "templates")


def page_response(template: str, status_code: int = 200, **values: Any) -> HTMLResponse:
    """Return the response with a filled-in template; every text is escaped, and no browser stores it."""
    html = _ENVIRONMENT.get_template(template).render(values)
    return HTMLResponse(html, status_code, {"Cache-Control": "no-store"})
