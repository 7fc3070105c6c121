"""Policies for tests of the evaluation, which answer by any function of the history."""

import io
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

from rich.console import Console

from turncast import ActionSpace, Corpus, Dialogue, NetworkConfig, Policy, Turn
from turncast.baselines import BaselineCounts, Histories
from turncast.evaluation import Report
from turncast.evaluation.terminal import render_comparison, render_report
from turncast.features import TurnEncoder
from turncast.features.blocks.previous_actions import PreviousActions
from turncast.policy.decision import DEFAULT_DECISION, Decision


@dataclass
class ScriptedPrediction:
    """A prediction with given actions; they are ranked first, then the others by name."""

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
class ScriptedState:
    """Pairs of each user's text and the actions committed after it, and the last response."""

    turns: tuple = ()
    response: str | None = None

    def committed(self, actions, response=None):
        return ScriptedState((*self.turns[:-1], (self.turns[-1][0], frozenset(actions))), response)


class PolicyStandIn:
    """A policy to `isinstance`, because an evaluation takes nothing else."""

    @property
    def __class__(self):
        return Policy


@dataclass
class ScriptedPolicy(PolicyStandIn):
    """A policy that predicts by a function of the history.

    The history is ((text, actions), ..., (text, None)); with `one-to-one` only its last two items.
    """

    answer: Callable[[tuple], tuple[str, ...]]
    space: ActionSpace
    config: NetworkConfig = field(default_factory=NetworkConfig)
    histories: Histories = field(default_factory=lambda: Histories.from_hashes([]))
    decision: Decision = DEFAULT_DECISION
    probability: Callable[[tuple], float] = lambda history: 0.9

    def __post_init__(self):
        self.encoder = TurnEncoder([PreviousActions(self.space)])
        self.responses_seen = []  # the last response, at each step
        counts = BaselineCounts()
        dialogue = Dialogue("floor", [Turn("", (next(iter(self.space)),))])
        counts.add(NetworkConfig().layout_row.example(dialogue))
        self.baselines = counts.baselines()

    def start(self):
        return ScriptedState()

    def step(self, state, turn):
        self.responses_seen.append(state.response)
        after = ScriptedState((*state.turns, (turn.user, None)))
        history = after.turns
        if not self.config.layout_row.memory:
            history = tuple((None, actions) for _, actions in history[-2:-1]) + history[-1:]
        answer = ScriptedPrediction(tuple(self.answer(history)), self.space, self.probability(history))
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


def choose(choices, history, salt):
    """Return one of the choices, always the same one for a history and a salt."""
    key = [(user, None if actions is None else sorted(actions)) for user, actions in history]
    return choices[zlib.crc32(repr((key, salt)).encode()) % len(choices)]


def parse_corpus(*dialogues: str) -> Corpus:
    """Return a corpus written with one letter per text and per action: "x:a y:bc" is a dialogue of two turns.

    >>> [turn.actions for dialogue in parse_corpus("x:a y:bc") for turn in dialogue]
    [('a',), ('b', 'c')]
    """
    made = []
    for number, text in enumerate(dialogues):
        turns = [Turn(user, tuple(actions)) for user, actions in (turn.split(":") for turn in text.split())]
        made.append(Dialogue(f"d{number}", turns))
    return Corpus("letters", made)
