"""JSON damaged at random: values dropped, doubled, put elsewhere, of another type; text cut off."""

import copy
import json

from hypothesis import strategies as st

ODD = [None, True, 0, -3, 2.5, "", "odd", [], {}, [[]], {"odd": 1}, ["odd", None], "\n"]


def places(value, path=()):
    """Every place in a JSON value, as a path of keys."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*path, key))


@st.composite
def damaged(draw, value):
    """The text of a JSON value after one to three damages."""
    value = copy.deepcopy(value)
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(list(places(value))[1:] or [()]))
        if not path:
            break
        *above, key = path
        parent = value
        for step in above:
            parent = parent[step]
        how = draw(st.sampled_from(["drop", "double", "change", "swap"]))
        if how == "drop":
            del parent[key]
        elif how == "double" and isinstance(parent, list):
            parent.insert(key, copy.deepcopy(parent[key]))
        elif how == "swap" and isinstance(parent, list):
            parent[key], parent[0] = parent[0], parent[key]
        else:
            parent[key] = copy.deepcopy(draw(st.sampled_from(ODD)))
    text = json.dumps(value)
    return text[: draw(st.integers(1, len(text)))] if draw(st.integers(0, 9)) == 0 else text
