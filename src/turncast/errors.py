"""Errors: each message says on one line where, what came, what was expected, and the cure."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any

_KINDS = {dict: "an object", list: "a list", str: "a string", bool: "true or false"}


class TurncastError(Exception):
    """The base of every error that turncast raises for bad input.

    The command line prints one line to stderr and exits with status 2. Errors can be pickled, so that worker
    processes can raise them.

    >>> import pickle
    >>> error = CorpusError("dialogs.jsonl line 41", "turn 2 has no 'actions'", "give a list")
    >>> pickle.loads(pickle.dumps(error)).cure
    'give a list'
    """

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how to unpickle the error: its message is not an argument of its constructor."""
        return _restored, (type(self), self.args, self.__dict__)


class ArgumentError(TurncastError, TypeError, ValueError):
    """An argument of a function has a wrong type or value.

    >>> raise ArgumentError("corpus", "it is a path, 'dialogs.txt'", "read it: turncast.read('dialogs.txt')")
    Traceback (most recent call last):
    turncast.errors.ArgumentError: corpus: it is a path, 'dialogs.txt'; read it: turncast.read('dialogs.txt')
    """

    def __init__(self, argument: str, problem: str, cure: str) -> None:
        super().__init__(" ".join(f"{argument}: {problem}; {cure}".splitlines()))
        self.argument, self.problem, self.cure = argument, problem, cure


class CorpusError(TurncastError, ValueError):
    """A corpus cannot be read.

    >>> raise CorpusError("dialogs.jsonl line 41", "turn 2 has no 'actions'", "give a list")
    Traceback (most recent call last):
    turncast.errors.CorpusError: dialogs.jsonl line 41: turn 2 has no 'actions'; give a list
    """

    def __init__(self, where: str, problem: str, cure: str) -> None:
        # Names of files and columns may contain line breaks.
        super().__init__(" ".join(f"{where}: {problem}; {cure}".splitlines()))
        self.where, self.problem, self.cure = where, problem, cure


class ConfigError(TurncastError, ValueError):
    """A setting is unknown, or has a value that it does not take."""


class ModelError(TurncastError, ValueError):
    """A model folder is damaged, incomplete or of an unknown format."""


class StudyError(TurncastError, ValueError):
    """The study of a search cannot be resumed: it belongs to another search, or is not a study."""


class OutputExists(TurncastError, FileExistsError):
    """An output path exists already."""


class OutputDenied(TurncastError, PermissionError):
    """An output path cannot be written to."""


class MissingExtra(TurncastError, ImportError):
    """A library of an optional extra is not installed.

    >>> raise MissingExtra("training", "train")
    Traceback (most recent call last):
    turncast.errors.MissingExtra: training needs libraries that are not installed; install them with: \
pip install 'turncast[train]'
    """

    def __init__(self, purpose: str, extra: str, other_cure: str = "") -> None:
        problem = f"{purpose} needs libraries that are not installed"
        cure = f"install them with: pip install 'turncast[{extra}]'"
        super().__init__(f"{problem}; {cure}{other_cure and f', {other_cure}'}")


class UnknownAction(TurncastError, KeyError):
    """An action is not in the action space."""

    def __init__(self, action: str, known: Iterable[str] = ()) -> None:
        super().__init__(f"unknown action {action!r}{did_you_mean(action, known)}")

    def __str__(self) -> str:
        """Return the message without the quotes that a KeyError adds."""
        return str(self.args[0])


class NoTurn(TurncastError, ValueError):
    """A conversation has no turn of this number.

    >>> raise NoTurn(4, 3)
    Traceback (most recent call last):
    turncast.errors.NoTurn: there is no turn 4; the conversation has 3, counted from 1
    """

    def __init__(self, turn: int, turns: int) -> None:
        cure = f"the conversation has {turns}, counted from 1" if turns else "observe one first"
        super().__init__(f"there is no turn {turn}; {cure}")


class StateError(TurncastError, ValueError):
    """The stored state of a conversation cannot be read; it can be rebuilt from the log of events."""


class StoreError(TurncastError, OSError):
    """The store of conversations cannot be reached, read or written; the current change was not stored."""


class NoConversation(TurncastError, KeyError):
    """There is no conversation with this id: it was never begun, was deleted, or has expired."""

    def __str__(self) -> str:
        """Return the message without the quotes that a KeyError adds."""
        return f"there is no conversation {self.args[0]!r}; begin one first"


class NoModel(TurncastError, KeyError):
    """No model has this name."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(name)
        self.name, self.known = name, tuple(known)

    def __str__(self) -> str:
        """Return the message without the quotes that a KeyError adds."""
        cure = did_you_mean(self.name, self.known) or f"; the models are {', '.join(self.known)}"
        return f"there is no model {self.name!r}{cure}"


class RequestIdReused(TurncastError, ValueError):
    """A client sent a different request under the id of an earlier one."""

    def __str__(self) -> str:
        """Return the message with the id."""
        return f"{self.args[0]!r} was the id of another request; give each request a new id"


class ConversationBusy(TurncastError, TimeoutError):
    """Other requests changed a conversation at every attempt; nothing was done."""

    def __str__(self) -> str:
        """Return the message with the conversation's id."""
        return f"other requests keep changing conversation {self.args[0]!r}; send the request again"


def _restored(kind: type[TurncastError], args: tuple[Any, ...], fields: dict[str, Any]) -> TurncastError:
    """Return an unpickled error: `args` go to its built-in base class, `fields` to its attributes."""
    error = kind.__new__(kind, *args)
    super(TurncastError, error).__init__(*args)
    error.__dict__.update(fields)
    return error


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return "; did you mean 'x'?" for the nearest known name, or nothing.

    >>> did_you_mean("epoch", ["epochs", "units"])
    "; did you mean 'epochs'?"
    >>> did_you_mean("colour", ["epochs", "units"])
    ''
    """
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def check_argument(argument: str, value: object, kind: type | tuple[type, ...], cure: str) -> None:
    """Raise ArgumentError where the value of an argument is not of this kind.

    >>> check_argument("corpus", "dialogs.txt", dict, "read it first")
    Traceback (most recent call last):
    turncast.errors.ArgumentError: corpus: it is a str, 'dialogs.txt'; read it first
    """
    if not isinstance(value, kind):
        shown = f", {str(value)!r}" if isinstance(value, str | PurePath) else ""
        raise ArgumentError(argument, f"it is {with_article(type(value).__name__)}{shown}"[:200], cure)


def with_article(noun: str) -> str:
    """Return a noun after its article.

    >>> with_article("str"), with_article("int"), with_article("ndarray")
    ('a str', 'an int', 'an ndarray')
    """
    return f"{'an' if noun[:1] in 'aeiouAEIO' or noun.startswith('nd') else 'a'} {noun}"


def kind_of(value: object) -> str:
    """Return the kind of a JSON value in words.

    >>> kind_of(["a"]), kind_of(None), kind_of(2.5)
    ('a list', 'null', 'a number')
    """
    if value is None:
        return "null"
    return next((name for kind, name in _KINDS.items() if isinstance(value, kind)), "a number")
