"""YAML, read safely: bounded in depth and size, no tags, no key twice; each mapping knows its line."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Never

from turncast.errors import CorpusError, MissingExtra, kind_of

_MAX_DEPTH = 100
_MAX_ALIAS_VALUES = 1_000_000
_MAX_NUMBER_CHARS = 300
_WORDS = {"": None, "~": None} | {
    form: value
    for word, value in (("null", None), ("true", True), ("false", False))
    for form in (word, word.title(), word.upper())
}
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


class YamlMapping(dict[str, Any]):
    """A mapping of a YAML file and the line that it begins on."""

    __slots__ = ("line",)

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line


def load_yaml(text: str, where: str) -> Any:
    """Parse a text that holds one YAML document; mappings become `YamlMapping`, null becomes None.

    Plain words follow YAML 1.2: `yes` and `no` are strings. Needs the extra `yaml`.

    Raises:
        CorpusError: for what is no YAML, a key that comes twice, a tag, and what is nested or repeated
            beyond bounds; with the line.
        MissingExtra: where the library that reads YAML is not installed.
    """
    try:
        import yaml
    except ImportError:
        raise MissingExtra("reading YAML", "yaml") from None
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _Builder(where).build(yaml.parse(text, Loader=loader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f"{where} line {mark.line + 1}" if mark else where
        problem = " ".join(str(error.problem or error.context).split())
        raise CorpusError(line, f"not YAML: {problem}", "repair it") from None
    except yaml.YAMLError as error:
        position = getattr(error, "position", 0)
        line = f"{where} line {text.encode()[:position].count(10) + 1}"
        reason = " ".join(str(getattr(error, "reason", "it is damaged")).split())
        raise CorpusError(line, f"not YAML: {reason}", "repair it") from None


def yaml_kind(value: object) -> str:
    """Name a value's kind, as `kind_of` does for JSON."""
    return kind_of(dict(value)) if isinstance(value, dict) else kind_of(value)


def text_of(value: object, key: str, where: str) -> str | None:
    """Return a text without the blanks around it, or None where there is none.

    Raises:
        CorpusError: for a list or a mapping.
    """
    if isinstance(value, list | dict):
        raise CorpusError(where, f"{key!r} is {yaml_kind(value)}", "give a text")
    if value is None:
        return None
    return (str(value).lower() if isinstance(value, bool) else str(value)).strip() or None


@dataclass(slots=True)
class _Frame:
    """A list or mapping that is still being read."""

    value: list[Any] | YamlMapping
    anchor: str | None
    size: int = 1
    depth: int = 1
    key: str | None = None
    merged: list[YamlMapping] = field(default_factory=list)


class _Builder:
    """Makes values out of a parser's events, one after another and without recursion."""

    def __init__(self, where: str) -> None:
        self.where, self.line = where, 1
        self.frames: list[_Frame] = []
        self.anchors: dict[str, tuple[Any, int, int]] = {}  # value, its size, its depth
        self.by_alias = 0
        self.documents: list[Any] = []

    def build(self, events: Iterable[Any]) -> Any:
        for event in events:
            self.line = event.start_mark.line + 1
            kind = type(event).__name__
            if kind in ("ScalarEvent", "SequenceStartEvent", "MappingStartEvent") and event.tag:
                self._refuse(f"the tag {event.tag[:60]!r}", "give the value without it")
            if kind == "ScalarEvent":
                self._scalar(event)
            elif kind == "AliasEvent":
                self._alias(event.anchor)
            elif kind in ("SequenceStartEvent", "MappingStartEvent"):
                self._open(YamlMapping(self.line) if kind.startswith("M") else [], event.anchor)
            elif kind in ("SequenceEndEvent", "MappingEndEvent"):
                self._close()
            elif kind == "DocumentStartEvent" and self.documents:
                self._refuse("a second document begins", "give each a file of its own")
        return self.documents[0] if self.documents else None

    def _refuse(self, problem: str, cure: str) -> Never:
        raise CorpusError(f"{self.where} line {self.line}", problem, cure)

    def _open(self, value: list[Any] | YamlMapping, anchor: str | None) -> None:
        if self.frames and isinstance(self.frames[-1].value, YamlMapping) and self.frames[-1].key is None:
            self._refuse("a key is a list or a mapping", "give a text as the key")
        self.frames.append(_Frame(value, anchor))
        self._bound(0)

    def _bound(self, depth: int) -> None:
        if len(self.frames) + depth > _MAX_DEPTH:
            self._refuse(f"YAML nested more than {_MAX_DEPTH} deep", "repair it")

    def _close(self) -> None:
        frame = self.frames.pop()
        if isinstance(frame.value, YamlMapping):
            for other in frame.merged:
                for key, value in other.items():
                    frame.value.setdefault(key, value)
        self._put(frame.value, frame.size, frame.depth, frame.anchor)

    def _scalar(self, event: Any) -> None:
        text: str = event.value
        plain = event.style in (None, "")
        if not plain:
            try:
                text.encode()
            except UnicodeEncodeError:
                self._refuse("an escape is half a character", "write the character itself")
        frame = self.frames[-1] if self.frames else None
        if frame and isinstance(frame.value, YamlMapping) and frame.key is None:
            self._name(frame, text)
        else:
            self._put(_plain(text) if plain else text, 1, 0, event.anchor)

    def _name(self, frame: _Frame, key: str) -> None:
        if key in frame.value:
            self._refuse(f"the key {key[:60]!r} comes twice", "keep one of them")
        frame.key = key

    def _alias(self, anchor: str) -> None:
        if anchor not in self.anchors:
            self._refuse(f"the alias *{anchor[:60]} stands for nothing", "repair it")
        value, size, depth = self.anchors[anchor]
        self._bound(depth)
        self.by_alias += size
        if self.by_alias > _MAX_ALIAS_VALUES:
            problem = f"aliases stand for more than {_MAX_ALIAS_VALUES:,} values"
            self._refuse(problem, "write out what is meant")
        frame = self.frames[-1] if self.frames else None
        if frame and isinstance(frame.value, YamlMapping) and frame.key is None:
            if not isinstance(value, str):
                self._refuse("a key is no text", "give a text as the key")
            self._name(frame, value)
        else:
            self._put(value, size, depth, None)

    def _put(self, value: Any, size: int, depth: int, anchor: str | None) -> None:
        if anchor is not None:
            self.anchors[anchor] = (value, size, depth)
        if not self.frames:
            self.documents.append(value)
            return
        frame = self.frames[-1]
        frame.size, frame.depth = frame.size + size, max(frame.depth, depth + 1)
        if isinstance(frame.value, list):
            frame.value.append(value)
            return
        key, frame.key = frame.key or "", None
        others = value if isinstance(value, list) else [value]
        if key == "<<" and all(isinstance(other, YamlMapping) for other in others):
            frame.merged += others
        else:
            frame.value[key] = value


def _plain(text: str) -> Any:
    """Return what a word without quotes stands for in YAML 1.2; numbers that are not finite stay words."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "+-.0123456789" or len(text) > _MAX_NUMBER_CHARS:
        return text
    if _INT.fullmatch(text):
        return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
    if _FLOAT.fullmatch(text):
        number = float(text)
        return number if math.isfinite(number) else text
    return text
