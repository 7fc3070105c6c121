"""`turncast chat`."""

from __future__ import annotations

import sys

from rich.table import Table
from rich.text import Text

from turncast.cli.options import ModelPath, Top, split_pair
from turncast.cli.output import show
from turncast.dialogue import Fact, parse_fact
from turncast.errors import TurncastError, did_you_mean
from turncast.explain import explain_prediction
from turncast.policy import Policy, Prediction
from turncast.sessions import Session

EXAMPLES = """[bold]Examples[/bold]

turncast chat model/

printf 'hello\\n/quit\\n' | turncast chat model/"""

_HELP = """Type what the user says; an empty line: the system acts again without new user text.
/facts name=value ...  facts that come with the next turn (true, false, a number or a word)
/do ACTION ...         what the system really did at the last turn, instead of the first ranked
/why [ACTION]          what changed the last prediction most; or why not this action
/undo                  take back the last turn
/reset                 begin again
/quit                  leave"""
_COMMANDS = ("/facts", "/do", "/why", "/undo", "/reset", "/help", "/quit")
_BAR = 20


def chat(model: ModelPath, top: Top = 3) -> None:
    """Talk to a model: see its ranked actions, and what it would say."""
    talk = _Chat(Policy.load(model), top)
    show(f"{len(talk.policy.space)} actions are known. {_HELP}")
    while (line := _read_line()) is not None and line != "/quit":
        try:
            talk.hear(line)
        except (TurncastError, ValueError) as error:
            show(str(error))


class _Chat:
    """A conversation at the terminal."""

    def __init__(self, policy: Policy, top: int) -> None:
        self.policy, self._top = policy, top
        self._begin()

    def _begin(self) -> None:
        self._session = Session(self.policy)
        self._facts: dict[str, Fact] = {}

    def hear(self, line: str) -> None:
        """Do what one line asks for."""
        command, *words = line.split() or [""]
        if not line.startswith("/"):
            self._turn(line)
        elif command == "/facts":
            self._facts |= {
                name: parse_fact(value) for name, value in (split_pair(word, "/facts") for word in words)
            }
            show(f"with the next turn: {self._facts}")
        elif command == "/do":
            show(f"committed: {', '.join(self._session.commit(words)) or 'nothing'}")
        elif command == "/why":
            show(explain_prediction(self.policy, self._session.history(), " ".join(words) or None).table())
        elif command == "/undo":
            turn = self._session.undo()
            show(
                "there is no turn to take back"
                if turn is None
                else f"taken back: {turn.user or '(no user text)'}"
            )
        elif command == "/reset":
            self._begin()
            show("a new dialogue begins")
        elif command == "/help":
            show(_HELP)
        else:
            show(f"unknown command {command}{did_you_mean(command, _COMMANDS)}; /help lists them")

    def _turn(self, line: str) -> None:
        prediction = self._session.observe(line or None, self._facts)
        self._facts = {}
        taken = self._session.commit()
        show(_ranked(prediction, self._top))
        for action, reason in list(prediction.refused.items())[: self._top]:
            show(Text(f"{action}: not allowed, {reason}"))
        if prediction.abstains:
            below = self.policy.decision.abstain_below
            sure = f"{prediction.confidence:.3f} sure"
            wanted = "always" if below > 1 else f"below {below:.3f}"
            show(f"abstains: {sure}, it abstains {wanted}; /do ACTION says what is done")
        if prediction.ahead:
            foreseen = (", ".join(ahead.actions) or "(nothing)" for ahead in prediction.ahead)
            show(f"then: {' -> '.join(foreseen)}")
        if taken and prediction.response:
            show(Text(f"system: {prediction.response}", style="bold"))


def _read_line() -> str | None:
    if sys.stdin.isatty():
        try:
            return input("user: ").strip()
        except (EOFError, KeyboardInterrupt):
            return None
    line = sys.stdin.readline()
    # What is not UTF-8 came as half characters, which could not be printed.
    return line.encode(errors="replace").decode().strip() if line else None


def _ranked(prediction: Prediction, top: int) -> Table:
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    for action, probability in prediction.top(top):
        taken = action in prediction.actions
        bar = "#" * round(probability * _BAR)
        table.add_row(">" if taken else " ", Text(action), f"{probability:.3f}", Text(bar))
    if not prediction.actions:
        table.add_row(">", Text("(nothing)"), "", "")
    return table
