"""A safe YAML parser: limited depth and size, no tags, no duplicate keys, mappings with line numbers."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, Never

from turncast.errors import CorpusError, MissingExtra, kind_of

_MAX_DEPTH = 100
_MAX_ALIAS_VALUES = 1_000_000
_MAX_NUMBER_CHARS = 300
_CONSTANTS = {"": None, "~": None} | {
    form: value
    for word, value in (("null", None), ("true", True), ("false", False))
    for form in (word, word.title(), word.upper())
}
_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(
    r"[-+]?(?:(?:\.[0-9]+|(?:0|[1-9][0-9]*)\.[0-9]*)(?:[eE][-+]?[0-9]+)?|(?:0|[1-9][0-9]*)[eE][-+][0-9]+)"
)
_SURROGATE = re.compile(r"\\(?:u|U0000)[dD][89a-fA-F]")
_RESERVED_WORDS = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}
PLAIN_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_./+-]*")
"""A text that needs no quotes, unless it is a reserved word."""
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


class YamlMapping(dict[str, Any]):
    """A mapping in a YAML file.

    Attributes:
        line: the number of the line on which it begins.
        written: key -> how the file writes the value, for words without quotes that are not texts in YAML:
            `007` stays `007` where a text is expected.
    """

    __slots__ = ("line", "written")

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.written: dict[Any, str] = {}


class YamlList(list[Any]):
    """A list in a YAML file, with `written` by index as in `YamlMapping`."""

    __slots__ = ("written",)

    def __init__(self) -> None:
        super().__init__()
        self.written: dict[Any, str] = {}


def load_yaml(text: str, where: str) -> Any:
    """Parse a text that holds one YAML document; mappings become `YamlMapping`, null becomes None.

    Plain words follow YAML 1.2: `yes` and `no` are strings. Codes are strings too: digits with leading zeros
    (`007`) and exponents without a point and a sign (`12e4`). Needs the extra `yaml`.

    Raises:
        CorpusError: for text that is not YAML, a duplicate key, a tag, and nesting or aliases beyond the
            limits; with the line.
        MissingExtra: if PyYAML is not installed.
    """
    try:
        import yaml
    except ImportError:
        raise MissingExtra("reading YAML", "yaml") from None
    # The fast parser refuses surrogate pairs, as JSON writes some characters (`"\\ud83d\\ude00"`).
    is_fast = not _SURROGATE.search(text)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader) if is_fast else yaml.SafeLoader
    try:
        return _YamlBuilder(where).build(yaml.parse(text, Loader=loader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f"{where} line {mark.line + 1}" if mark else where
        problem = " ".join(str(error.problem or error.context).split())
        raise CorpusError(line, f"not YAML: {problem}", "correct it") from None
    except yaml.YAMLError as error:
        position = getattr(error, "position", 0)
        line = f"{where} line {text.encode()[:position].count(10) + 1}"
        reason = " ".join(str(getattr(error, "reason", "it is damaged")).split())
        raise CorpusError(line, f"not YAML: {reason}", "correct it") from None


def yaml_text(parent: YamlMapping | YamlList, key: Any, where: str) -> str | None:
    """Return the text under a key, or at an index, as the file writes it, without the blanks around it.

    A word that would be a number, true or false elsewhere is a text here. Null and a blank text give None.

    Raises:
        CorpusError: for a list or a mapping.
    """
    value = parent.get(key) if isinstance(parent, YamlMapping) else parent[key]
    if isinstance(value, list | dict):
        raise CorpusError(where, f"{key!r} is {kind_of(value)}", "give a text")
    if value is None:
        return None
    return parent.written.get(key, str(value)).strip() or None


def restore_texts(document: Any, keys: Collection[str]) -> None:
    """Replace the values of some keys, and in lists under them, by texts as the file writes them.

    >>> document = load_yaml("[{action: 007, names: [1.50, a], size: 1.50}]", "")
    >>> restore_texts(document, ["action", "names"])
    >>> document
    [{'action': '007', 'names': ['1.50', 'a'], 'size': 1.5}]
    """
    stack = [(document, False)]
    while stack:
        value, is_text = stack.pop()
        if isinstance(value, YamlMapping):
            value.update((key, text) for key, text in value.written.items() if key in keys)
            stack += [(each, key in keys) for key, each in value.items()]
        elif isinstance(value, YamlList):
            for index, text in value.written.items() if is_text else ():
                value[index] = text
            stack += [(each, False) for each in value]


def yaml_scalar(value: bool | int | float | str) -> str:
    """Return a value in YAML: as a plain word if possible, otherwise in quotes.

    >>> yaml_scalar("ask_name"), yaml_scalar("no"), yaml_scalar(True), yaml_scalar("at 7: come")
    ('ask_name', '"no"', 'true', '"at 7: come"')
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):
        return str(value)
    text = str(value)
    if PLAIN_WORD.fullmatch(text) and text.lower() not in _RESERVED_WORDS:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", quoted)


@dataclass(slots=True)
class _OpenCollection:
    """A list or mapping that is not complete yet; `size` counts the values in it."""

    value: YamlList | YamlMapping
    anchor: str | None
    size: int = 1
    depth: int = 1
    key: str | None = None
    merged: list[YamlMapping] = field(default_factory=list)


class _YamlBuilder:
    """Builds values from the events of a parser, without recursion."""

    def __init__(self, where: str) -> None:
        self.where, self.line = where, 1
        self.stack: list[_OpenCollection] = []
        self.anchors: dict[str, tuple[Any, str | None, int, int]] = {}  # value, as written, size, depth
        self.alias_values = 0
        self.documents: list[Any] = []

    def build(self, events: Iterable[Any]) -> Any:
        for event in events:
            self.line = event.start_mark.line + 1
            kind = type(event).__name__
            if kind in ("ScalarEvent", "SequenceStartEvent", "MappingStartEvent") and event.tag:
                self._refuse(f"there is a tag {event.tag[:60]!r}", "give the value without it")
            if kind == "ScalarEvent":
                self._scalar(event)
            elif kind == "AliasEvent":
                self._alias(event.anchor)
            elif kind in ("SequenceStartEvent", "MappingStartEvent"):
                self._open(YamlMapping(self.line) if kind.startswith("M") else YamlList(), event.anchor)
            elif kind in ("SequenceEndEvent", "MappingEndEvent"):
                self._close()
            elif kind == "DocumentStartEvent" and self.documents:
                self._refuse("a second document begins", "put each document into a separate file")
        return self.documents[0] if self.documents else None

    def _refuse(self, problem: str, cure: str) -> Never:
        raise CorpusError(f"{self.where} line {self.line}", problem, cure)

    def _open(self, value: YamlList | YamlMapping, anchor: str | None) -> None:
        if self.stack and isinstance(self.stack[-1].value, YamlMapping) and self.stack[-1].key is None:
            self._refuse("a key is a list or a mapping", "give a text as the key")
        self.stack.append(_OpenCollection(value, anchor))
        self._check_depth(0)

    def _check_depth(self, depth: int) -> None:
        if len(self.stack) + depth > _MAX_DEPTH:
            self._refuse(f"YAML nested more than {_MAX_DEPTH} levels deep", "correct it")

    def _close(self) -> None:
        current = self.stack.pop()
        if isinstance(current.value, YamlMapping):
            for other in current.merged:
                for key in [key for key in other if key not in current.value]:
                    current.value[key] = other[key]
                    if key in other.written:
                        current.value.written[key] = other.written[key]
        self._add_value(current.value, None, current.size, current.depth, current.anchor)

    def _scalar(self, event: Any) -> None:
        text: str = event.value
        plain = event.style in (None, "")
        if not plain:
            try:
                text = text.encode("utf-16", "surrogatepass").decode("utf-16")  # joins surrogate pairs
            except UnicodeDecodeError:
                cure = "write both halves, or the character itself"
                self._refuse("an escape from \\ud800 to \\udfff is half a character", cure)
        current = self.stack[-1] if self.stack else None
        if current and isinstance(current.value, YamlMapping) and current.key is None:
            self._set_key(current, text)
        else:
            value = _parse_plain(text) if plain else text
            written = None if value is None or isinstance(value, str) else text
            self._add_value(value, written, 1, 0, event.anchor)

    def _set_key(self, current: _OpenCollection, key: str) -> None:
        if key in current.value:
            self._refuse(f"a mapping has the key {key[:60]!r} twice", "keep one of them")
        current.key = key

    def _alias(self, anchor: str) -> None:
        if anchor not in self.anchors:
            self._refuse(f"the alias *{anchor[:60]} has no anchor", "correct it")
        value, written, size, depth = self.anchors[anchor]
        self._check_depth(depth)
        self.alias_values += size
        if self.alias_values > _MAX_ALIAS_VALUES:
            problem = f"aliases expand to more than {_MAX_ALIAS_VALUES:,} values"
            self._refuse(problem, "write the values instead of aliases")
        current = self.stack[-1] if self.stack else None
        if current and isinstance(current.value, YamlMapping) and current.key is None:
            key = written if written is not None else value
            if not isinstance(key, str):
                self._refuse("a key is not a text", "give a text as the key")
            self._set_key(current, key)
        else:
            self._add_value(value, written, size, depth, None)

    def _add_value(self, value: Any, written: str | None, size: int, depth: int, anchor: str | None) -> None:
        if anchor is not None:
            self.anchors[anchor] = (value, written, size, depth)
        if not self.stack:
            self.documents.append(value)
            return
        current = self.stack[-1]
        current.size, current.depth = current.size + size, max(current.depth, depth + 1)
        if isinstance(current.value, list):
            if written is not None:
                current.value.written[len(current.value)] = written
            current.value.append(value)
            return
        key, current.key = current.key or "", None
        others = value if isinstance(value, list) else [value]
        if key == "<<" and all(isinstance(other, YamlMapping) for other in others):
            current.merged += others
        else:
            current.value[key] = value
            if written is not None:
                current.value.written[key] = written


def _parse_plain(text: str) -> Any:
    """Return the value of a word without quotes in YAML 1.2.

    Numbers that are not finite, and codes such as `007` and `12e4`, stay text.
    """
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in "+-.0123456789" or len(text) > _MAX_NUMBER_CHARS:
        return text
    if _INT.fullmatch(text):
        return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
    if _FLOAT.fullmatch(text):
        number = float(text)
        return number if math.isfinite(number) else text
    return text
