"""The text after `action=` in the plain notation: names of actions, or a bit vector."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from turncast.errors import CorpusError

_NEXT_GROUP = re.compile(r"\)\s*[,;]?\s*\(\s*action\s*=")
_NAME = re.compile(r"^action\s*=\s*")
_BIT = re.compile(r"(?:(0|false)|(1|true))(?:\.0*)?", re.IGNORECASE)
_PACKED = re.compile(r"[01]{2,}")
_PAIR = re.compile(r"0\s*,\s*1|1\s*,\s*0")
_NUMBER = re.compile(r"[-+]?[0-9]+(?:\.[0-9]*)?")
_NUMBERS = re.compile(r"[0-9]+(?:[\s;|/+&]+[0-9]+)+")
_BRACKETS = {"[": "]", "(": ")", "{": "}"}
_HEADER = re.compile(r"#\s*actions\s*:(.*)", re.IGNORECASE)


def header_names(line: str) -> tuple[str, ...] | None:
    """Return the names in a line such as `# actions: no, yes`; None for any other line.

    >>> header_names("# actions: no, yes"), header_names("# a comment")
    (('no', 'yes'), None)
    """
    match = _HEADER.fullmatch(line.strip())
    return tuple(name.strip() for name in match[1].split(",")) if match else None


@dataclass(frozen=True, slots=True)
class _Value:
    """The text after one `action=`.

    Attributes:
        text: as it is written.
        where: the file and the line where it occurs first.
        items: the texts between its commas.
        bits: its bits, if it is a vector (`[0,0,1]`, `0 0 1`) or may be one (`001`); else none.
        packed: whether it is written as `001`, which may be a name.
    """

    text: str
    where: str
    items: tuple[str, ...]
    bits: tuple[bool, ...]
    packed: bool


def read_actions(
    texts: Mapping[str, str], names: Sequence[str] | None = None, notes: Counter[str] | None = None
) -> dict[str, tuple[str, ...]]:
    """Return the actions of each text: the texts of a file are all lists of names, or all bit vectors.

    Args:
        texts: each different text after an `action=` of the file -> the place where it occurs first.
        names: the names of the header line; by default the action of a bit is its place, counted from 0.
        notes: gets a line if the texts are bit vectors.

    Raises:
        CorpusError: for a text that is neither, or that can be both.

    >>> read_actions({"[0,0,1,1]": "line 1", "0 1 0 0": "line 2", "": "line 3"})
    {'[0,0,1,1]': ('2', '3'), '0 1 0 0': ('1',), '': ()}
    >>> read_actions({"010": "line 1", "001": "line 2"}, ["greet", "ask", "bye"])
    {'010': ('ask',), '001': ('bye',)}
    >>> read_actions({"2,action=5": "line 1", "inform(food, area)": "line 2"})
    {'2,action=5': ('2', '5'), 'inform(food, area)': ('inform(food, area)',)}
    """
    values = [_parse(text, where) for text, where in texts.items()]
    filled = [value for value in values if value.items]
    if _are_vectors(filled, names):
        length = _common_length(filled, names)
        if notes is not None:
            named = "their place, from 0" if names is None else "the line '# actions:'"
            notes[f"actions: bit vectors of {length}, named by {named}"] += 1
        places = names or [str(place) for place in range(length)]
        return {value.text: _set_places(value, places) for value in values}
    _check_pairs(filled)
    lists = {value.text: _checked_names(value) for value in values}
    return (
        lists if names is None else {value.text: _named(value, lists[value.text], names) for value in values}
    )


def _parse(text: str, where: str) -> _Value:
    groups = [group.strip() for group in _NEXT_GROUP.split(text)]
    items, bits = list[str](), tuple[bool, ...]()
    for group in groups:
        enclosed = group[:1] in _BRACKETS and group.endswith(_BRACKETS[group[0]])
        inner = group[1:-1].strip() if enclosed else group
        parts = [part for part in _split(inner, where) if part]
        if len(groups) == 1:
            bits = _bits(inner, parts, enclosed)
        items += [_NAME.sub("", part) for part in parts]
    items = [item[1:-1] if len(item) > 2 and item[0] == item[-1] == "'" else item for item in items]
    packed = bool(_PACKED.fullmatch(text.strip()))
    return _Value(text, where, tuple(item for item in items if item), bits, packed)


def _split(text: str, where: str) -> list[str]:
    """Return the texts between the commas that are outside of all brackets."""
    depth, start, parts = 0, 0, list[str]()
    for position, character in enumerate(text):
        depth += (character in "[({") - (character in "])}")
        if depth < 0:
            break
        if character == "," and not depth:
            parts.append(text[start:position].strip())
            start = position + 1
    if depth:
        problem = f"action={text[:60]} has a bracket without its counterpart"
        raise CorpusError(where, problem, "write (action=name), or (action=name,name) for several")
    return [*parts, text[start:].strip()]


def _bits(inner: str, parts: Sequence[str], enclosed: bool) -> tuple[bool, ...]:
    """Return the bits of a vector, also of one written as `0010`; none for a list of names."""
    if _PACKED.fullmatch(inner):
        return tuple(digit == "1" for digit in inner)
    tokens = parts if enclosed and len(parts) > 1 else inner.split()
    if not tokens or (not enclosed and len(tokens) < 2):
        return ()
    matches = [_BIT.fullmatch(token) for token in tokens]
    return tuple(bool(match[2]) for match in matches if match) if all(matches) else ()


def _are_vectors(values: Sequence[_Value], names: Sequence[str] | None) -> bool:
    """Return whether the texts of a file are bit vectors; raise where only some are, or where they may be."""
    vectors = [value for value in values if value.bits]
    others = [value for value in values if not value.bits]
    certain = next((value for value in vectors if not value.packed), None)
    if certain and others:
        problem = (
            f"action={others[0].text} is no bit vector, but action={certain.text} is one ({certain.where})"
        )
        cure = "write all actions of a file as bit vectors, or all as names: (action=2,5)"
        raise CorpusError(others[0].where, problem, cure)
    if certain or not vectors:
        return certain is not None
    padded = next((value for value in vectors if value.text.strip().startswith("0")), None)
    if others:
        _check_padded_numbers(padded, vectors, others)
        return False
    if padded:
        return True  # or refused, where they differ in length
    lengths = {len(value.bits) for value in vectors}
    if names is not None or len(lengths) > 1:  # without a name for each bit, 10 and 100 are numbers
        return names is not None and lengths == {len(names)}
    text = vectors[0].text.strip()
    problem = f"action={text} may be the bit vector [{','.join(text)}] or the name {text}"
    raise CorpusError(
        vectors[0].where, problem, f"write one of these, and a list for a name: (action={text},)"
    )


def _check_padded_numbers(padded: _Value | None, vectors: Sequence[_Value], others: Sequence[_Value]) -> None:
    """Raise for `010` beside names, unless a number such as `025` shows that it is a number too."""
    widths = {len(item) for value in others for item in value.items if item.isdecimal()}
    if padded and not {len(value.bits) for value in vectors} <= widths:
        other = f"action={others[0].text} is none ({others[0].where})"
        problem = f"action={padded.text} may be a bit vector, but {other}"
        raise CorpusError(padded.where, problem, "write a bit vector as [0,1], and a name with letters")


def _check_pairs(values: Sequence[_Value]) -> None:
    """Raise where all actions of a file are `0,1` or `1,0`: two actions at once, or two bits."""
    if values and all(_PAIR.fullmatch(value.text.strip()) for value in values):
        text = values[0].text.strip()
        problem = f"action={text} may be the bit vector [{text}] or two actions"
        raise CorpusError(values[0].where, problem, "write [0,1], or (action=0,action=1) for two actions")


def _common_length(vectors: Sequence[_Value], names: Sequence[str] | None) -> int:
    for first, value in pairwise(vectors):
        if len(first.bits) != len(value.bits):
            problem = (
                f"action={value.text} has {len(value.bits)} bits, "
                f"and action={first.text} ({first.where}) has {len(first.bits)}"
            )
            raise CorpusError(value.where, problem, "give all bit vectors of a file the same length")
    length = len(vectors[0].bits)
    if names is not None and len(names) != length:
        problem = (
            f"action={vectors[0].text} has {length} bits, and the line '# actions:' has {len(names)} names"
        )
        raise CorpusError(vectors[0].where, problem, "give a name for each bit")
    return length


def _set_places(value: _Value, places: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name, bit in zip(places, value.bits, strict=False) if bit)


def _checked_names(value: _Value) -> tuple[str, ...]:
    """Return the names of a list; raise where a name is more likely something else."""
    for item in value.items:
        if _NUMBERS.fullmatch(item):
            listed = ",".join(re.findall(r"[0-9]+", item))
            problem = f"action={value.text} has several numbers without commas"
            raise CorpusError(value.where, problem, f"write (action={listed})")
        if re.search(r"\baction\s*=|\[[0-9\s.,]*\]", item):
            problem = f"action={value.text} is neither a list of names nor a bit vector"
            raise CorpusError(value.where, problem, "write (action=2,5), or (action=[0,0,1,0]) for bits")
    numbers = [item for item in value.items if _NUMBER.fullmatch(item)]
    if len(set(numbers)) < len(numbers) or (len(numbers) > 1 and any("." in number for number in numbers)):
        problem = f"action={value.text} is neither a list of different actions nor a bit vector"
        raise CorpusError(value.where, problem, "write a bit vector as [0,0,1,0], and actions as 2,5")
    return tuple(dict.fromkeys(value.items))


def _named(value: _Value, items: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    """Return the header's names of actions given by name, or by place where no name is a number."""
    are_places = not any(name.isdigit() for name in names)
    actions = list[str]()
    for item in items:
        if item in names:
            actions.append(item)
        elif are_places and item.isascii() and item.isdecimal() and int(item) < len(names):
            actions.append(names[int(item)])
        else:
            problem = f"action={item} is none of the {len(names)} names in the line '# actions:'"
            raise CorpusError(value.where, problem, "add it there, or remove the line")
    return tuple(actions)
