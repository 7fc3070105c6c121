"""Policies for tests of the evaluation, which answer by any function of the history."""

import io
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

from rich.console import Console

from turncast import ActionSpace, Corpus, Dialogue, NetworkConfig, Turn
from turncast.baselines import BaselineCounts, Histories
from turncast.evaluation import Report
from turncast.evaluation.terminal import render_comparison, render_report
from turncast.features import TurnEncoder
from turncast.features.blocks.previous_actions import PreviousActions
from turncast.policy.decision import AS_IT_IS, Decision


@dataclass
class Answer:
    """A prediction whose actions are given; they come first in its ranking, then the others by name."""

    actions: tuple[str, ...]
    space: ActionSpace
    probability: float = 0.9
    ahead: tuple = ()
    response: str | None = None

    @property
    def confidence(self):
        return self.probability

    def top(self, count):
        others = (name for name in sorted(self.space) if name not in self.actions)
        return [(name, 0.1) for name in (*self.actions, *others)][:count]


@dataclass(frozen=True)
class Seen:
    """All that was seen: users' texts, and the actions committed after each; and what was said last."""

    turns: tuple = ()
    said: str | None = None

    def committed(self, actions, response=None):
        return Seen((*self.turns[:-1], (self.turns[-1][0], frozenset(actions))), response)


@dataclass
class Scripted:
    """A policy that answers as a function of the texts and actions before, and the text now.

    Its function is given ((text, actions), ..., (text, None)); of `one-to-one` only the last two of these.
    """

    answer: Callable[[tuple], tuple[str, ...]]
    space: ActionSpace
    config: NetworkConfig = field(default_factory=NetworkConfig)
    histories: Histories | None = None
    decision: Decision = AS_IT_IS
    probability: Callable[[tuple], float] = lambda seen: 0.9

    def __post_init__(self):
        self.encoder = TurnEncoder([PreviousActions(self.space)])
        self.heard = []  # what the system had said, at each step
        counts = BaselineCounts()
        dialogue = Dialogue("floor", [Turn("", (next(iter(self.space)),))])
        counts.add(NetworkConfig().layout_row.example(dialogue))
        self.baselines = counts.baselines()

    def start(self):
        return Seen()

    def step(self, state, turn):
        self.heard.append(state.said)
        after = Seen((*state.turns, (turn.user, None)))
        seen = after.turns
        if not self.config.layout_row.memory:
            seen = tuple((None, actions) for _, actions in seen[-2:-1]) + seen[-1:]
        answer = Answer(tuple(self.answer(seen)), self.space, self.probability(seen))
        return answer, after.committed(turn.actions, turn.response)

    def predict(self, dialogue):
        state, made = self.start(), []
        for turn in dialogue:
            answer, state = self.step(state, turn)
            made.append(answer)
        return made


def text_of(result) -> str:
    """Return a report or a comparison as a terminal of 160 columns shows it."""
    console = Console(width=160, file=io.StringIO())
    console.print(render_report(result) if isinstance(result, Report) else render_comparison(result))
    return console.file.getvalue()


def pick(choices, seen, salt):
    """Return one of the choices, always the same for what was seen and the salt."""
    said = [(user, None if actions is None else sorted(actions)) for user, actions in seen]
    return choices[zlib.crc32(repr((said, salt)).encode()) % len(choices)]


def spoken(*dialogues: str) -> Corpus:
    """Return dialogues of one letter a text and one a set of actions: "x:a y:bc" is two turns.

    >>> [turn.actions for dialogue in spoken("x:a y:bc") for turn in dialogue]
    [('a',), ('b', 'c')]
    """
    made = []
    for number, text in enumerate(dialogues):
        turns = [Turn(user, tuple(actions)) for user, actions in (turn.split(":") for turn in text.split())]
        made.append(Dialogue(f"d{number}", turns))
    return Corpus("spoken", made)
