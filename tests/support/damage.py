"""Damage for the files of readers: values dropped, doubled, swapped or changed, and texts cut."""

import copy
import json

from hypothesis import strategies as st

import turncast
from turncast.errors import CorpusError

ODD = [None, True, 7, -1.5, 10**30, 10**400, float("inf"), "", "x", "a\nb", "###STOP###", "\u2028"]
ODD += [[], {}, [[[]]], {"a": 1}, {"": []}, [None], ["odd", None]]


def places(value, path=()):
    """Yield the path of each value inside a JSON value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from places(item, (*path, key))


@st.composite
def damaged(draw, value):
    """Draw a copy of a JSON value in which one to three values are dropped, doubled, swapped or changed."""
    value = copy.deepcopy(value)
    for _ in range(draw(st.integers(1, 3))):
        known = list(places(value))
        if not known:
            break
        *way, key = draw(st.sampled_from(known))
        holder = value
        for step in way:
            holder = holder[step]
        kind = draw(st.sampled_from(["drop", "double", "swap", "change", "change"]))
        if kind == "drop":
            del holder[key]
        elif kind == "double" and isinstance(holder, list):
            holder.insert(key, copy.deepcopy(holder[key]))
        elif kind == "double":
            holder[f"{key} "] = copy.deepcopy(holder[key])
        elif kind == "swap":
            other = draw(st.sampled_from(list(holder) if isinstance(holder, dict) else range(len(holder))))
            holder[key], holder[other] = holder[other], holder[key]
        else:
            holder[key] = copy.deepcopy(draw(st.sampled_from(ODD)))
    return value


@st.composite
def cut(draw, text):
    """Draw a text from which a part is cut, or into which characters are inserted."""
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, min(len(text), start + 40)))
    return text[:start] + draw(st.sampled_from(["", '"', "}", "\n", "|", "\u00e9", "\\ud800"])) + text[end:]


def lines(records):
    return "".join(json.dumps(record) + "\n" for record in records)


def reads_or_refuses(path, **options):
    """Check that a damaged corpus is read or refused in one line, with all settings."""
    for config in (turncast.readers.ReadConfig(), turncast.readers.ReadConfig(arguments=True, listen=True)):
        refusal = ""
        try:
            for dialogue in turncast.read(path, config=config, **options):
                turncast.readers.to_json(dialogue).encode()
        except CorpusError as error:
            refusal = str(error)
        assert len(refusal.splitlines()) <= 1
