"""What a form sent: names and texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import Depends, Request

from turncast.dialogue import Fact, parse_fact

_MOST_FIELDS = 2_000


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form; each may come several times."""

    fields: Mapping[str, list[str]]

    def text(self, name: str) -> str:
        """Return what was written, without the spaces around it; nothing where the field is not there."""
        return self.fields.get(name, [""])[0].strip()

    def texts(self, name: str) -> tuple[str, ...]:
        """Return all that was chosen."""
        return tuple(self.fields.get(name, ()))


async def form_of(request: Request) -> Form:
    """Return the form that a request sent; `PageGuard` has bounded it."""
    body = (await request.body()).decode("utf-8", "replace")
    try:
        return Form(parse_qs(body, keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:  # too many fields: no form of ours
        return Form({})


Sent = Annotated[Form, Depends(form_of)]


def facts_of(text: str) -> dict[str, Fact]:
    r"""Return the facts in a text: name=value, one a line.

    >>> facts_of("open=true\n\npeople = 4")
    {'open': True, 'people': 4}
    >>> facts_of("open")
    Traceback (most recent call last):
    ValueError: “open” has no value. Write it as name=value.
    """
    facts: dict[str, Fact] = {}
    for line in text.splitlines():
        name, equals, value = (part.strip() for part in line.partition("="))
        if not line.strip():
            continue
        if not (name and equals and value):
            raise ValueError(f"“{line.strip()[:40]}” has no value. Write it as name=value.")
        if name in facts:
            raise ValueError(f"“{name[:40]}” stands there twice. Give it one value.")
        facts[name] = parse_fact(value)
    return facts
