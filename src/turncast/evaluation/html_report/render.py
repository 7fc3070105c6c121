"""Templates and values -> HTML; texts of a corpus are escaped, and very long ones are cut."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from turncast.errors import MissingExtra
from turncast.metrics import percent
from turncast.version import __version__
from turncast.vocabulary import join_actions

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

_TEMPLATES = Path(__file__).parent / "templates"


def render(template: str, **values: Any) -> Markup:
    """Return a template, filled in with values, as HTML.

    Raises:
        MissingExtra: where Jinja is not installed.
    """
    from markupsafe import Markup

    return Markup(environment().get_template(template).render(values))  # noqa: S704 Jinja has escaped it


@cache
def environment() -> Environment:
    """Return the Jinja environment of the report.

    Raises:
        MissingExtra: where Jinja is not installed.
    """
    try:
        return make_environment(_TEMPLATES)
    except ImportError:
        raise MissingExtra("a report as a page", "report") from None


def make_environment(templates: Path) -> Environment:
    """Return the Jinja environment of a folder of templates; it escapes texts and refuses unknown names."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    jinja = Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    jinja.filters |= {"clip": clip, "join_actions": join_actions, "percent": percent, "count": "{:,}".format}
    jinja.globals |= {"version": __version__}
    return jinja


def clip(text: object, most: int = 100) -> str:
    """Return a text on one line, cut to at most `most` characters; "…" marks the cut.

    >>> clip("one  two"), clip("abcdef", 4)
    ('one two', 'abc…')
    """
    whole = " ".join(str(text)[: 4 * most].split())
    return whole if len(whole) <= most else whole[: most - 1] + "…"
