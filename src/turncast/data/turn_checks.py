"""Checks of single turns, of facts, and of who speaks first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from turncast.candidates import without_candidates
from turncast.data.finding import Finding, Location, Occurrence, Severity, count_noun
from turncast.dialogue import Dialogue, Fact, Turn, value_name
from turncast.features.text.words import normalise

_MIN_WORDS = 3  # a shorter text may be repeated by chance
_MIN_REPETITION = 0.05  # share of turns from which a repetition is systematic
_MAX_LATE = 0.02  # share of dialogues up to which a beginning without input is an exception
_MIN_TURNS = 10  # fewer turns prove nothing
_MIN_ANSWERS = 0.95  # share of a fact's turns in which its value must be the action


@dataclass(slots=True)
class _TurnCount:
    """The number of occurrences of something, and the first locations."""

    max_locations: int
    count: int = 0
    locations: list[Location] = field(default_factory=list)

    def add(self, location: Location) -> None:
        self.count += 1
        if len(self.locations) < self.max_locations:
            self.locations.append(location)

    def finding(self, check: str, severity: Severity, what: str, cure: str) -> Iterator[Finding]:
        """Yield a finding of turns if there are any."""
        if self.count:
            examples = tuple(Occurrence("", (location,)) for location in self.locations)
            message = f"{count_noun(self.count, 'turn')} {what}"
            yield Finding(check, severity, self.count, message, cure, examples)

    def is_systematic(self, of: int) -> bool:
        return self.count >= _MIN_TURNS and self.count > _MIN_REPETITION * of


@dataclass(slots=True)
class _FactCounts:
    """One fact: its first value, whether it varies, and how often its value is the action of the turn."""

    value: Fact
    first: Location
    varies: bool = False
    turns: int = 0
    is_action: int = 0
    actions: set[str] = field(default_factory=set)

    @property
    def is_answer(self) -> bool:
        """Whether the fact gives the action away."""
        often = self.is_action >= _MIN_TURNS and self.is_action > _MIN_ANSWERS * self.turns
        return often and len(self.actions) > 1


class TurnChecks:
    """Find turns that are empty or far too long, useless or revealing facts, and mixed-up texts."""

    def __init__(self, examples: int, max_words: int) -> None:
        self._examples, self._max_words = examples, max_words
        self._turns = self._dialogues = self._turns_after_first = self._turns_with_response = 0
        self._facts: dict[str, _FactCounts] = {}
        self._empty, self._blank, self._giant = (_TurnCount(examples) for _ in range(3))
        self._repeated, self._echoed, self._late = (_TurnCount(examples) for _ in range(3))

    def add(self, dialogue: Dialogue) -> None:
        """Add a dialogue of the corpus."""
        self._dialogues += 1
        previous: Turn | None = None
        for number, turn in enumerate(dialogue, start=1):
            location = Location(dialogue.id, number)
            self._turns += 1
            self._check_size(turn, location)
            self._check_texts(turn, previous, location)
            self._count_facts(turn, location)
            previous = turn
        opening = dialogue[0]
        if opening.user is None and not opening.facts and any(turn.user for turn in dialogue):
            self._late.add(Location(dialogue.id, 1))

    def _check_size(self, turn: Turn, location: Location) -> None:
        if turn.user is None:
            if not turn.facts and not turn.actions:
                self._empty.add(location)
        elif not turn.user.strip():
            self._blank.add(location)
        elif len(turn.user) > self._max_words and len(turn.user.split()) > self._max_words:
            self._giant.add(location)

    def _check_texts(self, turn: Turn, previous: Turn | None, location: Location) -> None:
        if turn.user is None or len(turn.user.split()) < _MIN_WORDS:
            return
        if previous is not None:
            self._turns_after_first += 1
            if previous.user == turn.user:
                self._repeated.add(location)
        if turn.response is not None:
            self._turns_with_response += 1
            if normalise(turn.response).strip() == normalise(turn.user).strip():
                self._echoed.add(location)

    def _count_facts(self, turn: Turn, location: Location) -> None:
        for name, value in without_candidates(turn.facts).items():
            fact = self._facts.setdefault(name, _FactCounts(value, location))
            fact.turns += 1
            fact.varies = fact.varies or value_name(value) != value_name(fact.value)
            if isinstance(value, str) and value in turn.actions:
                fact.is_action += 1
                fact.actions.add(value)

    def findings(self) -> Iterator[Finding]:
        """Yield the findings."""
        yield from self._fact_findings()
        yield from self._empty.finding(
            "empty_turns",
            "warning",
            "without user text, facts and actions",
            "remove them: they have neither inputs nor actions",
        )
        yield from self._blank.finding(
            "blank_texts", "note", "with a user text that is blank", "write null where the user said nothing"
        )
        yield from self._giant.finding(
            "giant_turns",
            "warning",
            f"with a user text of more than {self._max_words:,} words",
            "check whether the user text is a log or a document",
        )
        if self._repeated.is_systematic(self._turns_after_first):
            yield from self._repeated.finding(
                "repeated_texts",
                "warning",
                "with the user text of the previous turn",
                "where the system acts several times in a row, give the text to the first turn only",
            )
        if self._echoed.is_systematic(self._turns_with_response):
            yield from self._echoed.finding(
                "echoes",
                "error",
                "whose response is the user's text",
                "check whether the two were mixed up: the policy must not read the response that it chooses",
            )
        if 0 < self._late.count <= _MAX_LATE * self._dialogues:
            yield from self._late.finding(
                "late_beginnings",
                "note",
                "begin a dialogue before the user says anything, which few dialogues do",
                "check whether these dialogues have lost their beginning",
            )

    def _fact_findings(self) -> Iterator[Finding]:
        answers = [(name, fact) for name, fact in self._facts.items() if fact.is_answer]
        if answers:
            yield Finding(
                check="answer_in_facts",
                severity="error",
                count=len(answers),
                message=f"{count_noun(len(answers), 'fact')} whose value is the action of the same turn",
                cure="leave it out: a fact is what the system knew before it decided",
                examples=tuple(Occurrence(name, (fact.first,)) for name, fact in answers[: self._examples]),
            )
        # A fact that is absent in some turns carries information by its presence.
        constant = [
            (name, fact)
            for name, fact in self._facts.items()
            if not fact.varies and fact.turns == self._turns > 1
        ]
        if constant:
            yield Finding(
                check="constant_facts",
                severity="note",
                count=len(constant),
                message=f"{count_noun(len(constant), 'fact')} with the same value in every turn",
                cure="leave them out: they carry no information",
                examples=tuple(
                    Occurrence(f"{name} = {value_name(fact.value)}", (fact.first,))
                    for name, fact in constant[: self._examples]
                ),
            )
