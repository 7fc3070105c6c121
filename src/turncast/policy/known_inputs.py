"""The parts of a turn that a policy can use, and warnings about the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from turncast.candidates import without_candidates
from turncast.dialogue import Fact, Turn, value_name
from turncast.errors import did_you_mean
from turncast.features import TurnEncoder
from turncast.features.blocks.facts import FactCode, Facts
from turncast.features.blocks.remaining_results import RemainingResults
from turncast.features.blocks.user_vectors import UserVectors
from turncast.features.blocks.user_words import UserWords
from turncast.rules import Rules

_INTENT = "intent"
_MAX_WARNINGS = 10  # of one turn
# A suggestion compares a name with all others: these limits bound its time.
_MAX_SUGGESTIONS, _MAX_COMPARED, _MAX_LENGTH = 3, 300, 60


@dataclass(frozen=True, slots=True)
class UnusedInput:
    """A part of a turn that a policy cannot use.

    Attributes:
        kind: the kind, to count by, without the value.
        warning: the text for people, with a suggestion.
    """

    kind: str
    warning: str


@dataclass(frozen=True, slots=True)
class KnownInputs:
    """What a policy can use of a turn.

    Attributes:
        reads_text: whether user text was in the training corpus.
        facts: the known facts; the intent first, then by how often they were set in training.
        other_facts: the names of facts that only rules and look-ups read.
    """

    reads_text: bool
    facts: Mapping[str, FactCode]
    other_facts: frozenset[str]

    @classmethod
    def from_parts(cls, encoder: TurnEncoder, rules: Rules, corpus: Mapping[str, Any]) -> KnownInputs:
        """Return the inputs that these parts of a policy use; `corpus` describes the training part."""
        tokens = encoder.tokenizer
        words = any(isinstance(block, UserWords) and len(block.vocabulary) for block in encoder.blocks)
        vectors = any(isinstance(block, UserVectors) for block in encoder.blocks)
        has_tokens = tokens is not None and tokens.num_tokens > 2  # padding and the unknown
        codes = {
            code.name: code for block in encoder.blocks if isinstance(block, Facts) for code in block.codes
        }
        turns: Mapping[str, int] = corpus.get("fact_turns", {})
        order = sorted(codes, key=lambda name: (name != _INTENT, -turns.get(name, 0), name))
        others = {name for rule in rules.rules for name in rule.condition.facts}
        for block in encoder.blocks:
            if isinstance(block, RemainingResults):
                others.update(block.facts)
        return cls(
            reads_text=words or vectors or has_tokens or bool(encoder.slot_values.slots),
            facts={name: codes[name] for name in order},
            other_facts=frozenset(others),
        )

    def unused(self, turn: Turn) -> Iterator[UnusedInput]:
        """Yield what a policy cannot use of a turn: the user's text first, then facts in their order."""
        if turn.user and not self.reads_text:
            cure = f"; give facts, such as {self.example}" if self.facts else ""
            text = f"no user text was in the training corpus, so this one is not used{cure}"
            yield UnusedInput("user text, of which none was in the training corpus", text)
        suggestions = 0
        for name, value in without_candidates(turn.facts).items() if turn.facts else ():
            unused = self._unused_fact(name, value, suggest=suggestions < _MAX_SUGGESTIONS)
            if unused:
                suggestions += 1
                yield unused

    def _unused_fact(self, name: str, value: Fact, *, suggest: bool) -> UnusedInput | None:
        code = self.facts.get(name)
        if code is None:
            if name in self.other_facts:
                return None
            suggestion = _suggestion(name, self.facts) if suggest else ""
            return UnusedInput(
                f"unknown fact {name!r}", f"the policy does not know the fact {name!r}{suggestion}"
            )
        if code.bit(value) < code.width - 1:
            return None
        given = value_name(value)
        if code.edges is not None:
            text = f"the fact {name!r} is a number in the training corpus, and {given!r} is none"
        else:
            known = list(islice(code.values, _MAX_COMPARED))
            suggestion = _suggestion(given, known) if suggest else ""
            text = f"the policy does not know {given!r} as a value of the fact {name!r}"
            text += (
                suggestion or f"; it knows {', '.join(known[:5])}{', ...' if len(code.values) > 5 else ''}"
            )
        return UnusedInput(f"unknown value of fact {name!r}", text)

    def warnings(self, turn: Turn) -> tuple[str, ...]:
        """Return what a policy cannot use of a turn, as texts for people; at most ten.

        >>> from turncast import Dialogue, Corpus, TrainConfig, train
        >>> turns = [Turn(None, ["hi"], {"intent": "greet"}), Turn(None, ["bye"], {"intent": "leave"})]
        >>> corpus = Corpus("c", [Dialogue(str(number), turns) for number in range(4)])
        >>> policy = train(corpus, config=TrainConfig(epochs=1))
        >>> policy.inputs.warnings(Turn(facts={"intnt": "greet"}))
        ("the policy does not know the fact 'intnt'; did you mean 'intent'?",)
        """
        if not turn.facts and (self.reads_text or not turn.user):
            return ()
        return tuple(one.warning for one in islice(self.unused(turn), _MAX_WARNINGS))

    @property
    def example(self) -> str:
        """A fact with a value, as `intent=greet`; empty where no fact is known."""
        for name, code in self.facts.items():
            value = next(iter(code.values), None)
            return f"{name}={'1' if code.edges is not None else value or 'true'}"
        return ""

    def values(self, name: str, most: int) -> str:
        """Return the values of a fact for people: `greet, goodbye, ...`, or `a number`."""
        code = self.facts[name]
        if code.edges is not None:
            return "a number"
        known = list(islice(code.values, most))
        return ", ".join(known) + (", ..." if len(code.values) > most else "")


def _suggestion(name: str, known: Any) -> str:
    return did_you_mean(name, islice(known, _MAX_COMPARED)) if len(name) <= _MAX_LENGTH else ""
