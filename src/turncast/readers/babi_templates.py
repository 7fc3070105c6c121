"""bAbI responses as templates, in which the values are replaced by the names of their slots."""

from __future__ import annotations

import re
from collections.abc import Iterable

_CALL = "api_call"
# The slots of an API call in order, by the number of its values: tasks 1 to 5 have the number of people.
_CALL_SLOTS = {4: "R_cuisine R_location R_number R_price", 3: "R_cuisine R_location R_price"}
# Where a restaurant is named in a response whose name is also an English word, such as "ask".
_NAME_IN_CONTEXT = re.compile(
    r"(?<=\bof )(\w+)(?= is\b)|(?<=\bat )(\w+)(?= is\b)|^(Sure , )?(\w+)(?= (?:is|serves)\b)"
)
_NAME_AND_SLOT = re.compile(r"\S+_(phone|address|post_code)\b")
_GENERATED_NAME = re.compile(r"\bresto_\w+")
# A cuisine that is in no fact and no call is recognised by its place in the response.
_CUISINE = re.compile(
    r"\b(?!(?:of|for|or|other|a|an|no|nice|great|the|cambridge|R_\w+)\b)\w+(?= (?:food|restaurant)\b)"
    r"|(?<=would you like )(?!R_)\w+(?= or \w+ food\b)",
    re.IGNORECASE,
)
_KNOWN_SLOTS = ("R_name", "R_cuisine", "R_location", "R_price")


class Templates:
    """Converts a bAbI response into its template.

    Args:
        values: (slot, value) pairs from the knowledge base and the calls of a corpus.

    >>> templates = Templates([("R_name", "blue_door"), ("R_name", "ask"), ("R_location", "north")])
    >>> templates.template("The phone number of blue_door is blue_door_phone")
    'The phone number of R_name is R_phone'
    >>> templates.template("ask is a nice place in the north of town serving tasty thai food")
    'R_name is a nice place in the R_location of town serving tasty R_cuisine food'
    >>> templates.template("You can ask for food")
    'You can ask for food'
    >>> templates.template("api_call thai north two cheap")
    'api_call R_cuisine R_location R_number R_price'
    """

    def __init__(self, values: Iterable[tuple[str, str]]) -> None:
        known = {
            (slot, value)
            for slot, value in values
            if slot in _KNOWN_SLOTS and not value.startswith("R_") and not _GENERATED_NAME.match(value)
        }
        self._english_names = {value for slot, value in known if slot == "R_name" and value.isalpha()}
        self._slots = {
            value.lower(): slot
            for slot, value in sorted(known)
            if not (slot == "R_name" and value in self._english_names)
        }
        longest_first = sorted(self._slots, key=lambda value: (-len(value), value))
        # The words of a value are joined by underscores, in some responses by blanks.
        alternatives = "|".join(re.escape(value).replace("_", "[_ ]") for value in longest_first) or r"(?!)"
        self._values = re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)", re.IGNORECASE)
        self._cache: dict[str, str] = {}  # by response, because responses repeat

    def template(self, response: str) -> str:
        """Return the response with its values replaced by slot names, longest first."""
        if response not in self._cache:
            self._cache[response] = self._template(response)
        return self._cache[response]

    def _template(self, response: str) -> str:
        words = response.split()
        if words and words[0] == _CALL and len(words) - 1 in _CALL_SLOTS:
            return f"{_CALL} {_CALL_SLOTS[len(words) - 1]}"
        text = _NAME_AND_SLOT.sub(r"R_\1", response.strip())
        text = _GENERATED_NAME.sub("R_name", text)
        text = self._values.sub(lambda match: self._slots[match.group().lower().replace(" ", "_")], text)
        text = _NAME_IN_CONTEXT.sub(self._replace_english_name, text)
        return _CUISINE.sub("R_cuisine", text)

    def _replace_english_name(self, match: re.Match[str]) -> str:
        name = match[1] or match[2] or match[4]
        if name not in self._english_names:
            return match.group()
        return (match[3] or "") + "R_name"


def call_values(response: str) -> Iterable[tuple[str, str]]:
    """Return (slot, value) for each value of an API call; nothing for any other response.

    >>> list(call_values("api_call thai north cheap"))
    [('R_cuisine', 'thai'), ('R_location', 'north'), ('R_price', 'cheap')]
    """
    words = response.split()
    if not words or words[0] != _CALL:
        return ()
    return zip(_CALL_SLOTS.get(len(words) - 1, "").split(), words[1:], strict=False)
