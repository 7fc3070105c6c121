"""`turncast chat`."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table
from rich.text import Text

from turncast.cli.options import ModelPath, Top, split_pair
from turncast.cli.output import show
from turncast.cli.streams import read_lines_from_stdin
from turncast.dialogue import Fact, Turn, parse_fact
from turncast.errors import TurncastError, did_you_mean
from turncast.explain import explain_prediction
from turncast.explain.terminal import render_explanation
from turncast.policy import Policy, Prediction
from turncast.policy.known_inputs import KnownInputs
from turncast.sessions import Session
from turncast.vocabulary import join_actions

EXAMPLES = """[bold]Examples[/bold]

turncast chat model/

printf 'hello\\n/quit\\n' | turncast chat model/"""

_HELP = """Type the user's text. An empty line is a turn without user text: the system acts again.
/facts name=value ...  add facts to the next turn (true, false, a number or a word); alone, list the facts
/do ACTION ...         replace the actions of the last turn by what the system really did
/why [ACTION]          explain the last prediction, or the probability of another action
/undo                  remove the last turn
/reset                 start a new dialogue
/quit                  end the program"""
_COMMANDS = ("/facts", "/do", "/why", "/undo", "/reset", "/help", "/quit")
_BAR = 20
_MAX_FACTS, _MAX_VALUES = 8, 6  # that the introduction names


def chat(model: ModelPath, top: Top = 3) -> None:
    """Talk to a model: it shows its ranked actions and its response at every turn."""
    chat = _Chat(Policy.load(model), top)
    show(f"The model knows {len(chat.policy.space)} actions. {_HELP}")
    for text in _introduction(chat.policy.inputs):
        show(text)
    for line in read_lines_from_stdin("user: "):
        if line.strip() == "/quit":
            break
        try:
            chat.handle(line.strip())
        except (TurncastError, ValueError) as error:
            show(str(error))


class _Chat:
    """A conversation in a terminal."""

    def __init__(self, policy: Policy, top: int) -> None:
        self.policy, self._top = policy, top
        self._reset()

    def _reset(self) -> None:
        self._session = Session(self.policy)
        self._facts: dict[str, Fact] = {}

    def handle(self, line: str) -> None:
        """Run the command in a line, or take the line as the user's text."""
        command, *words = line.split() or [""]
        if not line.startswith("/"):
            self._turn(line)
        elif command == "/facts" and not words:
            for name in self.policy.inputs.facts:
                show(f"  {name}: {self.policy.inputs.values(name, _MAX_VALUES)}")
            show(f"with the next turn: {self._facts}")
        elif command == "/facts":
            self._facts |= {
                name: parse_fact(value) for name, value in (split_pair(word, "/facts") for word in words)
            }
            show(f"with the next turn: {self._facts}")
            self._warn(Turn(facts=self._facts))
        elif command == "/do":
            show(f"committed: {', '.join(self._session.commit(words)) or 'nothing'}")
        elif command == "/why":
            action = " ".join(words) or None
            show(render_explanation(explain_prediction(self.policy, self._session.history(), action)))
        elif command == "/undo":
            turn = self._session.undo()
            show(
                "there is no turn to remove" if turn is None else f"removed: {turn.user or '(no user text)'}"
            )
        elif command == "/reset":
            self._reset()
            show("a new dialogue starts")
        elif command == "/help":
            show(_HELP)
        else:
            show(f"unknown command {command}{did_you_mean(command, _COMMANDS)}; /help lists them")

    def _turn(self, line: str) -> None:
        if line:
            self._warn(Turn(line))  # /facts has warned of the facts
        prediction = self._session.observe(line or None, self._facts)
        self._facts = {}
        taken = self._session.commit()
        show(_ranked(prediction, self._top))
        for action, reason in list(prediction.refused.items())[: self._top]:
            show(Text(f"{action}: not allowed, {reason}"))
        if prediction.abstains:
            threshold = self.policy.decision.abstain_below
            when = "always" if threshold > 1 else f"below {threshold:.3f}"
            confidence = f"confidence {prediction.confidence:.3f}"
            show(f"abstains: {confidence}, it abstains {when}; give the action with /do ACTION")
        if prediction.ahead:
            next_actions = (join_actions(ahead.actions) for ahead in prediction.ahead)
            show(f"then: {' -> '.join(next_actions)}")
        if taken and prediction.response:
            show(Text(f"system: {prediction.response}", style="bold"))

    def _warn(self, turn: Turn) -> None:
        for warning in self.policy.inputs.warnings(turn):
            show(f"not used: {warning}")


def _introduction(inputs: KnownInputs) -> Iterator[str]:
    """Yield what to give to a policy: its most important facts, and whether it reads text."""
    if not inputs.reads_text:
        cure = f": give facts, as /facts {inputs.example}, and then an empty line" if inputs.facts else ""
        yield f"No user text was in its training corpus, so that it does not use what you type{cure}."
    if inputs.facts:
        yield "Its facts, those that were set most often first:"
    for name in list(inputs.facts)[:_MAX_FACTS]:
        yield f"  {name}: {inputs.values(name, _MAX_VALUES)}"
    if len(inputs.facts) > _MAX_FACTS:
        yield f"  and {len(inputs.facts) - _MAX_FACTS:,} more; /facts lists all"


def _ranked(prediction: Prediction, top: int) -> Table:
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    for action, probability in prediction.top(top):
        taken = action in prediction.actions
        bar = "#" * round(probability * _BAR)
        table.add_row(">" if taken else " ", Text(action), f"{probability:.3f}", Text(bar))
    if not prediction.actions:
        table.add_row(">", Text(join_actions(())), "", "")
    return table
