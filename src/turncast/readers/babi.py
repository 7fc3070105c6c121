"""bAbI dialog tasks 1 to 6."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from turncast.candidates import MAX_CANDIDATES, candidate_facts
from turncast.dialogue import Dialogue, Fact, Turn, parse_number
from turncast.errors import CorpusError
from turncast.readers.babi_templates import Templates, call_values
from turncast.readers.dialogue_builder import DialogueBuilder
from turncast.readers.read_context import ReadContext
from turncast.readers.text_files import file_stem, read_lines

_LINE = re.compile(r"([0-9]+) (.*)", re.DOTALL)
_FACT = re.compile(r"(\S+) (R_\w+)[ \t](\S.*)")
_NO_RESULT = "api_call no result"
_SILENCE = "<SILENCE>"


def read_babi(path: Path, context: ReadContext) -> Iterator[Dialogue]:
    """Read `id user<TAB>system` lines; a blank line, or an id that restarts at 1, ends a dialogue.

    The action is the template of the response (`turncast.readers.babi_templates`); the response is the raw
    text. Slot values come from the facts and calls in the file and from a knowledge base in the same folder
    (`*kb*.txt`). `<SILENCE>` means no user text. Lines without a tab are results of the last call. They
    give the next turn the fact `kb_results`, the number of restaurants listed (0 for `api_call no result`),
    and the restaurants as candidates, sorted by rating, best first.
    """
    templates = Templates([*_slot_values(path), *_knowledge_bases(path)])
    dialogue: _BabiDialogue | None = None
    count = last_id = 0
    for number, line in read_lines(path):
        parsed = _LINE.match(line)
        if not parsed and line.strip():
            problem = f"expected 'id user<TAB>system', got {line[:40]!r}"
            raise CorpusError(f"{path} line {number}", problem, "correct it")
        if dialogue and (not parsed or parsed[1] == "1"):
            count += 1
            yield from dialogue.build(f"{file_stem(path)}:{count}")
            dialogue = None
        if parsed:
            last_id = last_id + 1 if dialogue else 1
            if parsed[1] != str(last_id):
                problem = f"the line has the id {parsed[1][:40]} where {last_id} is expected"
                raise CorpusError(f"{path} line {number}", problem, "restore the lines between them")
            dialogue = dialogue or _BabiDialogue(DialogueBuilder(context.skipped, context.pending), templates)
            dialogue.add_line(parsed[2])
    if dialogue:
        yield from dialogue.build(f"{file_stem(path)}:{count + 1}")


@dataclass(slots=True)
class _BabiDialogue:
    """Adds lines to a dialogue, one after another.

    Attributes:
        restaurants: those listed since the last turn, each with its slots; None: no search was made.
    """

    builder: DialogueBuilder
    templates: Templates
    restaurants: dict[str, dict[str, str]] | None = None

    def add_line(self, content: str) -> None:
        user, tab, response = content.partition("\t")
        fact = _FACT.fullmatch(content)
        if fact:
            self.restaurants = self.restaurants or {}
            self.restaurants.setdefault(fact[1], {"R_name": fact[1]})[fact[2]] = fact[3].strip()
        elif tab and response.strip():
            skipped = self.builder.skipped
            facts = {} if self.restaurants is None else _search_facts([*self.restaurants.values()], skipped)
            text = None if user.strip() == _SILENCE else user
            turn = Turn(text, (self.templates.template(response),), facts, response)
            self.builder.append(turn)
            self.restaurants = None
        elif content.strip() == _NO_RESULT:
            self.restaurants = self.restaurants or {}
        else:
            self.builder.cut("a line that is neither a turn nor a fact")

    def build(self, name: str) -> Iterator[Dialogue]:
        if self.restaurants is not None:
            self.builder.skipped["knowledge-base result after the last system turn"] += 1
        yield from self.builder.build(name)


def _search_facts(restaurants: list[dict[str, str]], skipped: Counter[str]) -> dict[str, Fact]:
    """Return the facts of the turn after a search: the number of restaurants, and the best as candidates."""
    best = sorted(restaurants, key=_rating, reverse=True)
    if best[MAX_CANDIDATES:]:
        reason = f"restaurant beyond the {MAX_CANDIDATES} best of a search (counted in kb_results)"
        skipped[reason] += len(best[MAX_CANDIDATES:])
    candidates = (tuple(restaurant.items()) for restaurant in best[:MAX_CANDIDATES])
    return {"kb_results": len(restaurants)} | candidate_facts(candidates)


def _rating(restaurant: dict[str, str]) -> float:
    rating = parse_number(restaurant.get("R_rating", ""))
    return -1 if rating is None else rating


def is_knowledge_base(lines: list[str]) -> bool:
    """Return whether every line states a fact, such as `1 name R_cuisine thai`."""
    parsed = [_LINE.match(line) for line in lines if line.strip()]
    return bool(parsed) and all(match and _FACT.fullmatch(match[2]) for match in parsed)


def _slot_values(path: Path) -> Iterator[tuple[str, str]]:
    """Yield (slot, value) for each value in the facts and the calls of a file."""
    for _, line in read_lines(path):
        parsed = _LINE.match(line)
        if parsed:
            yield from knowledge_base_values([line]) or call_values(parsed[2].partition("\t")[2])


def knowledge_base_values(lines: Iterable[str]) -> list[tuple[str, str]]:
    """Return (slot, value) for each value in lines of a knowledge base, and for each name.

    >>> knowledge_base_values(["1 blue_door R_cuisine thai"])
    [('R_name', 'blue_door'), ('R_cuisine', 'thai')]
    """
    values = []
    for line in lines:
        parsed = _LINE.match(line)
        fact = parsed and _FACT.fullmatch(parsed[2])
        if fact:
            values += [("R_name", fact[1]), (fact[2], fact[3].strip())]
    return values


def _knowledge_bases(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the values of the knowledge bases in the same folder that are for the same task."""
    is_task6 = "task6" in path.name
    for other in sorted(path.parent.glob("*kb*.txt")):
        if other != path and ("task6" in other.name) == is_task6:
            yield from _slot_values(other)
