"""Wrong turns as dialogues that can be read, looked at and judged again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from turncast.corpus import Corpus
from turncast.dialogue import Dialogue, Fact
from turncast.evaluation.confusions import named
from turncast.evaluation.judged import Judged


@dataclass(frozen=True, slots=True)
class Error:
    """One wrong decision.

    Attributes:
        dialogue: the dialogue up to the wrong turn; whole where a decision is not that of a turn.
        source: the id of the dialogue that it is from.
        number: which decision of that dialogue it is, from 1.
        true: what was right, as one name.
        predicted: what was predicted, as one name.
        probability: of the first ranked action.
    """

    dialogue: Dialogue
    source: str
    number: int
    true: str
    predicted: str
    probability: float

    @property
    def confusion(self) -> str:
        """What was predicted for what, as one name."""
        return f"{self.true} -> {self.predicted}"


@dataclass(slots=True)
class Errors:
    """Collects the wrong decisions of an evaluation, and gives them back as annotated dialogues.

    >>> from turncast import TrainConfig, evaluate, simulate, train
    >>> policy, errors = train(simulate(dialogues=50, seed=1), config=TrainConfig(epochs=1)), Errors()
    >>> report = evaluate(policy, simulate(dialogues=10, seed=2), errors=errors)
    >>> wrong = list(errors.corpus("wrong"))
    >>> len(wrong) == report.turns.whole - report.turns.part
    True
    >>> sorted(wrong[0].metadata)
    ['alike', 'confusion', 'dialogue', 'outcome', 'predicted', 'probability', 'true', 'turn']
    """

    _errors: list[Error] = field(default_factory=list)

    def add(self, judged: Judged) -> None:
        """Take in a judged dialogue."""
        self._errors += _errors_of(judged)

    def __len__(self) -> int:
        return len(self._errors)

    def ranked(self) -> list[Error]:
        """Return the errors: the most frequent confusion first, in it the most confident first."""
        alike = Counter(error.confusion for error in self._errors)
        return sorted(
            self._errors,
            key=lambda error: (
                -alike[error.confusion],
                error.confusion,
                -error.probability,
                error.source,
                error.number,
            ),
        )

    def corpus(self, name: str) -> Corpus:
        """Return the errors as dialogues, ranked.

        Each ends with its wrong turn, which holds the actions really taken. Its metadata are those of the
        dialogue that it is from, and `confusion`, `true`, `predicted`, `probability`, `dialogue`, `turn` and
        `alike`, the number of errors of the same confusion. Errors of one dialogue are of one group, so that
        a split keeps them together.
        """
        alike = Counter(error.confusion for error in self._errors)
        return Corpus(name, [_annotated(error, alike[error.confusion]) for error in self.ranked()])


def _errors_of(judged: Judged) -> Iterator[Error]:
    dialogue = judged.dialogue
    by_turn = len(judged.true) == len(dialogue)
    for place, right in enumerate(judged.right):
        if not right:
            yield Error(
                Dialogue(dialogue.id, dialogue.turns[: place + 1], dialogue.metadata, dialogue.group)
                if by_turn
                else dialogue,
                dialogue.id,
                place + 1,
                named(tuple(sorted(judged.true[place]))),
                named(tuple(sorted(judged.predicted[place]))),
                judged.predictions[place].probability,
            )


def _annotated(error: Error, alike: int) -> Dialogue:
    dialogue = error.dialogue
    said: dict[str, Fact] = {
        "confusion": error.confusion,
        "true": error.true,
        "predicted": error.predicted,
        "probability": round(error.probability, 6),
        "dialogue": error.source,
        "turn": error.number,
        "alike": alike,
    }
    name = f"{error.source} turn {error.number}"
    group = error.source if dialogue.group is None else dialogue.group
    return Dialogue(name, dialogue.turns, {**dialogue.metadata, **said}, group)
