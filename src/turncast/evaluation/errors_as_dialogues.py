"""Wrong turns as annotated dialogues, which can be read, inspected and evaluated again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from turncast.corpus import Corpus
from turncast.dialogue import Dialogue, Fact
from turncast.evaluation.judged import Judged
from turncast.vocabulary import join_actions


@dataclass(frozen=True, slots=True)
class WrongDecision:
    """One wrong decision.

    Attributes:
        dialogue: the dialogue up to and including the wrong turn; the whole dialogue where a decision is not
            a turn.
        source: the id of the original dialogue.
        number: the number of the decision in that dialogue, from 1.
        true: the true actions, as one name.
        predicted: the predicted actions, as one name.
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
        """The true and the predicted actions as one name, "true -> predicted"."""
        return f"{self.true} -> {self.predicted}"


@dataclass(slots=True)
class Errors:
    """Collects the wrong decisions of an evaluation, and returns them as annotated dialogues.

    >>> from turncast import TrainConfig, evaluate, simulate, train
    >>> policy, errors = train(simulate(dialogues=50, seed=1), config=TrainConfig(epochs=1)), Errors()
    >>> report = evaluate(policy, simulate(dialogues=10, seed=2), errors=errors)
    >>> wrong = list(errors.corpus("wrong"))
    >>> len(wrong) == report.turns.whole - report.turns.part
    True
    >>> sorted(wrong[0].metadata)
    ['alike', 'confusion', 'dialogue', 'outcome', 'predicted', 'probability', 'true', 'turn']
    """

    _errors: list[WrongDecision] = field(default_factory=list)

    def add(self, judged: Judged) -> None:
        """Collect the wrong decisions of one judged dialogue."""
        self._errors += _errors_of(judged)

    def __len__(self) -> int:
        return len(self._errors)

    def ranked(self) -> list[WrongDecision]:
        """Return the errors, the most frequent confusion first, and within it the most probable first."""
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
        """Return the errors as dialogues, in the order of `ranked`.

        Each dialogue ends with the wrong turn, which holds the true actions. To the metadata of the original
        dialogue it adds `confusion`, `true`, `predicted`, `probability`, `dialogue`, `turn` and `alike`, the
        number of errors with the same confusion. Errors from one dialogue form one group, so that a split
        keeps them together.
        """
        alike = Counter(error.confusion for error in self._errors)
        return Corpus(name, [_annotated(error, alike[error.confusion]) for error in self.ranked()])


def _errors_of(judged: Judged) -> Iterator[WrongDecision]:
    dialogue = judged.dialogue
    every_turn = len(judged.true) == len(dialogue)
    for index, right in enumerate(judged.right):
        if not right:
            yield WrongDecision(
                Dialogue(dialogue.id, dialogue.turns[: index + 1], dialogue.metadata, dialogue.group)
                if every_turn
                else dialogue,
                dialogue.id,
                index + 1,
                join_actions(tuple(sorted(judged.true[index]))),
                join_actions(tuple(sorted(judged.predicted[index]))),
                judged.predictions[index].probability,
            )


def _annotated(error: WrongDecision, alike: int) -> Dialogue:
    dialogue = error.dialogue
    annotations: dict[str, Fact] = {
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
    return Dialogue(name, dialogue.turns, {**dialogue.metadata, **annotations}, group)
