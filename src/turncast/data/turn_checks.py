"""What is odd about single turns, facts, and the order of who speaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from turncast.candidates import without_candidates
from turncast.data.finding import Example, Finding, Place, Severity, many
from turncast.dialogue import Dialogue, Fact, Turn, value_name
from turncast.features.text.words import normalise

_TELLING = 3  # words; a shorter text may well be said twice
_OFTEN = 0.05  # share of turns from which a repetition is no chance
_SELDOM = 0.02  # share of dialogues up to which an unusual beginning is an oddity
_FEWEST = 10


@dataclass(slots=True)
class _Places:
    """How often something was found, and where first."""

    most: int
    count: int = 0
    first: list[Place] = field(default_factory=list)

    def add(self, place: Place) -> None:
        self.count += 1
        if len(self.first) < self.most:
            self.first.append(place)

    @property
    def examples(self) -> tuple[Example, ...]:
        return tuple(Example("", (place,)) for place in self.first)


@dataclass(slots=True)
class _Fact:
    """What is known of one fact."""

    value: Fact
    first: Place
    varies: bool = False
    turns: int = 0
    is_action: int = 0
    answers: set[str] = field(default_factory=set)


class TurnChecks:
    """Finds turns that hold nothing or far too much, facts that say nothing or too much, mixed-up texts."""

    def __init__(self, examples: int, max_words: int) -> None:
        self._examples, self._max_words = examples, max_words
        self._turns = self._user_turns = self._dialogues = self._followers = self._with_response = 0
        self._facts: dict[str, _Fact] = {}
        self._empty, self._blank, self._giant = (_Places(examples) for _ in range(3))
        self._repeated, self._echoed, self._late = (_Places(examples) for _ in range(3))

    def add(self, dialogue: Dialogue) -> None:
        """Take in a dialogue of the corpus."""
        self._dialogues += 1
        before: Turn | None = None
        for number, turn in enumerate(dialogue, start=1):
            place = Place(dialogue.id, number)
            self._turns += 1
            self._look(turn, place)
            self._compare(turn, before, place)
            self._take_facts(turn, place)
            before = turn
        opening = dialogue[0]
        if opening.user is None and not opening.facts and any(turn.user for turn in dialogue):
            self._late.add(Place(dialogue.id, 1))

    def _look(self, turn: Turn, place: Place) -> None:
        if turn.user is None and not turn.facts and not turn.actions:
            self._empty.add(place)
        if turn.user is not None:
            self._user_turns += 1
            if not turn.user.strip():
                self._blank.add(place)
            elif len(turn.user) > self._max_words and len(turn.user.split()) > self._max_words:
                self._giant.add(place)

    def _compare(self, turn: Turn, before: Turn | None, place: Place) -> None:
        if turn.user is None or len(turn.user.split()) < _TELLING:
            return
        if before is not None:
            self._followers += 1
            if before.user == turn.user:
                self._repeated.add(place)
        if turn.response is not None:
            self._with_response += 1
            if normalise(turn.response).strip() == normalise(turn.user).strip():
                self._echoed.add(place)

    def _take_facts(self, turn: Turn, place: Place) -> None:
        for name, value in without_candidates(turn.facts).items():
            fact = self._facts.setdefault(name, _Fact(value, place))
            fact.turns += 1
            fact.varies = fact.varies or value_name(value) != value_name(fact.value)
            if isinstance(value, str) and value in turn.actions:
                fact.is_action += 1
                fact.answers.add(value)

    def findings(self) -> Iterator[Finding]:
        """Yield what was found."""
        yield from self._fact_findings()
        yield from self._found(
            "empty_turns",
            "warning",
            self._empty,
            "without user text, facts and actions",
            "remove them: nothing was seen, and nothing done",
        )
        yield from self._found(
            "blank_texts",
            "note",
            self._blank,
            "with a user text that is blank",
            "write null where the user said nothing",
        )
        yield from self._found(
            "giant_turns",
            "warning",
            self._giant,
            f"with a user text of more than {self._max_words:,} words",
            "see whether a log or a document was taken for what the user said",
        )
        if self._often(self._repeated, self._followers):
            yield from self._found(
                "repeated_texts",
                "warning",
                self._repeated,
                "with the user text of the turn before",
                "where the system acts several times in a row, give the text to the first turn only",
            )
        if self._often(self._echoed, self._with_response):
            yield from self._found(
                "echoes",
                "error",
                self._echoed,
                "whose response is the user's text",
                "see whether the two were mixed up: the text that is to be said must not be seen before",
            )
        if 0 < self._late.count <= _SELDOM * self._dialogues:
            yield from self._found(
                "late_beginnings",
                "note",
                self._late,
                "begin a dialogue before the user said anything, as few others do",
                "see whether these dialogues have lost their beginning",
            )

    def _fact_findings(self) -> Iterator[Finding]:
        told = [
            (name, fact)
            for name, fact in self._facts.items()
            if fact.is_action >= _FEWEST and fact.is_action > 0.95 * fact.turns and len(fact.answers) > 1
        ]
        if told:
            yield Finding(
                "answer_in_facts",
                "error",
                len(told),
                f"{many(len(told), 'fact')} whose value is the action of the same turn",
                "leave it out: a fact is what the system saw before it decided",
                tuple(Example(name, (fact.first,)) for name, fact in told[: self._examples]),
            )
        # A fact that is absent in some turns says something by being there.
        constant = [
            (name, fact)
            for name, fact in self._facts.items()
            if not fact.varies and fact.turns == self._turns > 1
        ]
        if constant:
            yield Finding(
                "constant_facts",
                "note",
                len(constant),
                f"{many(len(constant), 'fact')} with the same value in every turn",
                "leave them out: they say nothing",
                tuple(
                    Example(f"{name} = {value_name(fact.value)}", (fact.first,))
                    for name, fact in constant[: self._examples]
                ),
            )

    def _often(self, places: _Places, of: int) -> bool:
        return places.count >= _FEWEST and places.count > _OFTEN * of

    def _found(
        self, check: str, severity: Severity, places: _Places, what: str, cure: str
    ) -> Iterator[Finding]:
        if places.count:
            message = f"{many(places.count, 'turn')} {what}"
            yield Finding(check, severity, places.count, message, cure, places.examples)
