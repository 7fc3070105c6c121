"""The fields of a submitted form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import Depends, Request

from turncast.dialogue import Fact, parse_fact

_MAX_FIELDS = 2_000


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form; a field may have several values."""

    fields: Mapping[str, list[str]]

    def text(self, name: str) -> str:
        """Return the first value of a field without the spaces around it; empty where it has none."""
        return self.fields.get(name, [""])[0].strip()

    def texts(self, name: str) -> tuple[str, ...]:
        """Return all values of a field."""
        return tuple(self.fields.get(name, ()))


async def read_form(request: Request) -> Form:
    """Return the form in the body of a request, whose size `PageGuard` has checked."""
    body = (await request.body()).decode("utf-8", "replace")
    try:
        return Form(parse_qs(body, keep_blank_values=True, max_num_fields=_MAX_FIELDS))
    except ValueError:  # too many fields: the page has no such form
        return Form({})


SubmittedForm = Annotated[Form, Depends(read_form)]


def parse_facts(text: str) -> dict[str, Fact]:
    r"""Return the facts in a text that has name=value on each line.

    >>> parse_facts("open=true\n\npeople = 4")
    {'open': True, 'people': 4}
    >>> parse_facts("open")
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
            raise ValueError(f"“{name[:40]}” is there twice. Give it one value.")
        facts[name] = parse_fact(value)
    return facts
