"""Dialogues in a plain text notation: `t1: user: "hello", system: "hi"(action=greet) t2: ...`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from turncast.dialogue import Dialogue, Turn
from turncast.errors import CorpusError
from turncast.readers.action_notation import header_names, read_actions
from turncast.readers.read_context import ReadContext
from turncast.readers.text_files import file_stem, read_lines

_QUOTED = r'"(?:[^"\\]|\\.)*"'
_TURN = re.compile(
    rf"""\s*t(?P<number>[0-9]+)\s*:
    (?:\s*user\s*:\s*(?P<user>{_QUOTED})\s*,?)?
    (?:\s*system\s*:\s*(?P<system>{_QUOTED})\s*,?)?
    \s*\(\s*action\s*=(?P<actions>[^\n"]*?)\)\s*[,;]?\s*(?=t[0-9]+\s*:|\Z)""",
    re.VERBOSE | re.DOTALL,
)
_START = re.compile(r"t[0-9]+\s*:")
_CURE = 'write turns as: t1: user: "hello", system: "hi"(action=greet)'


def read_plain(path: Path, context: ReadContext) -> Iterator[Dialogue]:
    """Read the plain notation: turns on one line or on several, and a blank line between dialogues.

    `action=ask_name` is one action, `action=2,5` are two at once, `action=` is none, and `action=[0,0,1,0]`,
    `action=0 0 1 0` and `action=0010` are bit vectors, which the line `# actions: no, yes` can name. A quote
    or a backslash in a text is escaped with a backslash. `user` or `system` may be missing. `t1` always
    begins a dialogue. A line before a dialogue that begins with `#` is a comment.
    """
    actions, count = _actions(path, context), 0
    for number, block in _blocks(path):
        for turns in _dialogues(block, path, number, actions):
            count += 1
            yield Dialogue(f"{file_stem(path)}:{count}", tuple(turns))


def _actions(path: Path, context: ReadContext) -> dict[str, tuple[str, ...]]:
    """Return the actions of each text after an `action=`: only the whole file tells bits from names."""
    texts = dict[str, str]()
    for number, block in _blocks(path):
        position = 0
        while match := _TURN.match(block, position):  # what does not match is refused later
            text = match["actions"]
            if text not in texts:
                texts[text] = _place(path, number, block, match.start("actions"))
            position = match.end()
    return read_actions(texts, _header(path), context.notes)


def _header(path: Path) -> tuple[str, ...] | None:
    """Return the names of the actions in the comments at the beginning of the file."""
    for number, line in read_lines(path):
        if line.strip() and not line.startswith("#"):
            return None
        names = header_names(line)
        if names is not None:
            _check_header(names, f"{path} line {number}")
            return names
    return None


def _check_header(names: tuple[str, ...], where: str) -> None:
    """Raise where two bits would have the same name, or one none."""
    for name, count in Counter(names).items():
        if count > 1 or not name:
            problem = f"the line '# actions:' has {f'{name!r} {count} times' if name else 'an empty name'}"
            raise CorpusError(where, problem, "give each action a different name")


def _blocks(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (number of the first line, text) for each block of lines between blank lines."""
    first, lines = 0, list[str]()
    for number, line in read_lines(path):
        if line.strip() and not (line.startswith("#") and not lines):
            first = first or number
            lines.append(line)
        elif lines and not line.strip():
            yield first, "\n".join(lines)
            first, lines = 0, []
    if lines:
        yield first, "\n".join(lines)


def _dialogues(
    block: str, path: Path, first_line: int, actions: Mapping[str, tuple[str, ...]]
) -> Iterator[list[Turn]]:
    position, turns = 0, list[Turn]()
    while position < len(block):
        match = _TURN.match(block, position)
        if match is None:
            raise _syntax_error(block[position:], _place(path, first_line, block, position))
        number = int(match["number"])
        if number == 1 and turns:
            yield turns
            turns = []
        if number != len(turns) + 1:
            problem = f"expected t{len(turns) + 1}, got t{number}"
            where = _place(path, first_line, block, position)
            raise CorpusError(where, problem, "number the turns of a dialogue t1, t2, t3 ...")
        turns.append(_turn(match, actions[match["actions"]]))
        position = match.end()
    yield turns


def _place(path: Path, first_line: int, block: str, position: int) -> str:
    return f"{path} line {first_line + block.count(chr(10), 0, position)}"


def _turn(match: re.Match[str], actions: tuple[str, ...]) -> Turn:
    return Turn(user=_unquote(match["user"]), actions=actions, response=_unquote(match["system"]))


def _unquote(quoted: str | None) -> str | None:
    return None if quoted is None else re.sub(r"\\(.)", r"\1", quoted[1:-1], flags=re.DOTALL)


def _syntax_error(rest: str, where: str) -> CorpusError:
    """Return an error that says what is wrong with a text that is not a turn."""
    rest = rest.strip()
    start = _START.match(rest)
    if start is None:
        return CorpusError(where, f"expected a turn, got {rest[:40]!r}", _CURE)
    following = re.search(r"\s+t[0-9]+\s*:\s*(?:user|system)\s*:", rest[start.end() :])
    turn = rest[: start.end() + following.start()] if following else rest
    name = start.group().rstrip(": ")
    if re.sub(r"\\.", "", turn).count('"') % 2:
        return CorpusError(where, f"{name} has a quote that is not closed", 'escape a quote in a text as \\"')
    if not re.search(r"\(\s*action\s*=", turn):
        return CorpusError(where, f"{name} has no action", "add (action=...), or (action=) for none")
    return CorpusError(where, f"{name} cannot be read: {turn[:60]!r}", _CURE)
