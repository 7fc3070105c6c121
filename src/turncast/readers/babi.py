"""bAbI dialog tasks 1 to 6."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from turncast.candidates import MAX_CANDIDATES, candidate_facts
from turncast.dialogue import Dialogue, Fact, Turn
from turncast.errors import CorpusError
from turncast.readers.babi_templates import Templates, call_values
from turncast.readers.read_context import Skipped
from turncast.readers.text_files import file_stem, read_lines

_LINE = re.compile(r"(\d+) (.*)", re.DOTALL)
_FACT = re.compile(r"(\S+) (R_\w+)[ \t](\S.*)")
_NO_RESULT = "api_call no result"
_SILENCE = "<SILENCE>"


def read_babi(path: Path, skipped: Skipped) -> Iterator[Dialogue]:
    """Read `id user<TAB>system` lines; a blank line, or an id that restarts at 1, ends a dialogue.

    The action is the template of the response (`turncast.readers.babi_templates`); the response is the raw
    text. Slot values come from the facts and calls in the file and from a knowledge base in the same folder
    (`*kb*.txt`). `<SILENCE>` means no user text. Lines without a tab are results of the last call. They
    give the next turn the fact `kb_results`, the number of restaurants listed (0 for `api_call no result`),
    and the restaurants as candidates, sorted by rating, best first.
    """
    templates = Templates([*_values(path), *_beside(path)])
    dialogue = _Open()
    count = 0
    for number, line in read_lines(path):
        parsed = _LINE.match(line)
        if not parsed and line.strip():
            raise CorpusError(
                f"{path} line {number}", f"expected 'id user<TAB>system', found {line[:40]!r}", "mend it"
            )
        if dialogue.begun and (not parsed or parsed[1] == "1"):
            count += 1
            yield from dialogue.closed(f"{file_stem(path)}:{count}", skipped)
            dialogue = _Open()
        if parsed:
            dialogue.add(parsed[2], templates, skipped)
    if dialogue.begun:
        yield from dialogue.closed(f"{file_stem(path)}:{count + 1}", skipped)


@dataclass(slots=True)
class _Open:
    """A dialogue that is still being read."""

    turns: list[Turn] = field(default_factory=list)
    # What each restaurant listed since the last turn has; None: nothing was looked up.
    found: dict[str, dict[str, str]] | None = None
    begun: bool = False

    def add(self, content: str, templates: Templates, skipped: Skipped) -> None:
        self.begun = True
        user, tab, response = content.partition("\t")
        fact = _FACT.fullmatch(content)
        if fact:
            self.found = self.found or {}
            self.found.setdefault(fact[1], {"R_name": fact[1]})[fact[2]] = fact[3].strip()
        elif tab and response.strip():
            facts = {} if self.found is None else _results(list(self.found.values()), skipped)
            said = None if user.strip() == _SILENCE else user
            self.turns.append(Turn(said, (templates.template(response),), facts, response))
            self.found = None
        elif content.strip() == _NO_RESULT:
            self.found = self.found or {}
        else:
            skipped.add("line that is neither a turn nor a fact")

    def closed(self, name: str, skipped: Skipped) -> Iterator[Dialogue]:
        if self.found is not None:
            skipped.add("knowledge-base result after the last turn")
        if self.turns:
            yield Dialogue(name, tuple(self.turns))
        else:
            skipped.add("dialogue without a turn")


def _results(found: list[dict[str, str]], skipped: Skipped) -> dict[str, Fact]:
    """Return the facts that a turn has of the restaurants listed before it."""
    best = sorted(found, key=_rating, reverse=True)
    if best[MAX_CANDIDATES:]:
        reason = f"restaurant beyond the {MAX_CANDIDATES} best of a look-up (counted in kb_results)"
        skipped.add(reason, len(best[MAX_CANDIDATES:]))
    candidates = (tuple(restaurant.items()) for restaurant in best[:MAX_CANDIDATES])
    return {"kb_results": len(found)} | candidate_facts(candidates)


def _rating(restaurant: dict[str, str]) -> float:
    rating = restaurant.get("R_rating", "")
    return float(rating) if rating.isdecimal() else -1


def is_knowledge_base(lines: list[str]) -> bool:
    """Tell whether every line states a fact, as `1 name R_cuisine thai`."""
    parsed = [_LINE.match(line) for line in lines if line.strip()]
    return bool(parsed) and all(match and _FACT.fullmatch(match[2]) for match in parsed)


def _values(path: Path) -> Iterator[tuple[str, str]]:
    """Yield (slot, value) for each value in the facts and the calls of a file."""
    for _, line in read_lines(path):
        parsed = _LINE.match(line)
        if parsed:
            yield from knowledge_base_values([line]) or call_values(parsed[2].partition("\t")[2])


def knowledge_base_values(lines: Iterable[str]) -> list[tuple[str, str]]:
    """Return (slot, value) for each value that lines of a knowledge base state, the names first.

    >>> knowledge_base_values(["1 blue_door R_cuisine thai"])
    [('R_name', 'blue_door'), ('R_cuisine', 'thai')]
    """
    found = []
    for line in lines:
        parsed = _LINE.match(line)
        fact = parsed and _FACT.fullmatch(parsed[2])
        if fact:
            found += [("R_name", fact[1]), (fact[2], fact[3].strip())]
    return found


def _beside(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the values of the knowledge bases in the same folder that are named for the same task."""
    task6 = "task6" in path.name
    for other in sorted(path.parent.glob("*kb*.txt")):
        if other != path and ("task6" in other.name) == task6:
            yield from _values(other)
