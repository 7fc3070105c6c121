"""Errors: each says where, what came, what was expected and the cure, on one line."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

_KINDS = {dict: "an object", list: "a list", str: "a string", bool: "true or false", int: "a number"}


class TurncastError(Exception):
    """The base of every error that turncast raises for bad input.

    The command line turns these into one line on stderr and exit status 2. Errors pass between processes
    unchanged, as they must where a pool of workers reads or trains.

    >>> import pickle
    >>> error = CorpusError("dialogs.jsonl line 41", "turn 2 has no 'actions'", "give a list")
    >>> pickle.loads(pickle.dumps(error)).cure
    'give a list'
    """

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what makes the error again: its message is no argument of its constructor."""
        return _again, (type(self), self.args, self.__dict__)


class CorpusError(TurncastError, ValueError):
    """A corpus cannot be read as it stands.

    >>> raise CorpusError("dialogs.jsonl line 41", "turn 2 has no 'actions'", "give a list")
    Traceback (most recent call last):
    turncast.errors.CorpusError: dialogs.jsonl line 41: turn 2 has no 'actions'; give a list
    """

    def __init__(self, where: str, problem: str, cure: str) -> None:
        # Names of files and columns may hold line ends.
        super().__init__(" ".join(f"{where}: {problem}; {cure}".splitlines()))
        self.where, self.problem, self.cure = where, problem, cure


class ConfigError(TurncastError, ValueError):
    """A setting is unknown, or its value is not one that it takes."""


class ModelError(TurncastError, ValueError):
    """A model folder is damaged, incomplete or of an unknown format."""


class StudyError(TurncastError, ValueError):
    """The study of a search cannot be gone on with: it is of another search, or no study at all."""


class OutputExists(TurncastError, FileExistsError):
    """A file or folder is in the way of an output."""


class OutputDenied(TurncastError, PermissionError):
    """An output cannot be written where it is wanted."""


class MissingExtra(TurncastError, ImportError):
    """A library is needed that an extra of turncast installs.

    >>> raise MissingExtra("training", "train")
    Traceback (most recent call last):
    turncast.errors.MissingExtra: training needs libraries that are not installed; install them with: \
pip install 'turncast[train]'
    """

    def __init__(self, purpose: str, extra: str) -> None:
        super().__init__(
            f"{purpose} needs libraries that are not installed; install them with: "
            f"pip install 'turncast[{extra}]'"
        )


class UnknownAction(TurncastError, KeyError):
    """An action is not in the action space."""

    def __init__(self, action: str, known: Iterable[str] = ()) -> None:
        super().__init__(f"unknown action {action!r}{did_you_mean(action, known)}")

    def __str__(self) -> str:
        """Return the message as it is: a KeyError would show it in quotes."""
        return str(self.args[0])


class NoTurn(TurncastError, ValueError):
    """A conversation has no such turn.

    >>> raise NoTurn(4, 3)
    Traceback (most recent call last):
    turncast.errors.NoTurn: there is no turn 4; the conversation has 3, counted from 1
    """

    def __init__(self, turn: int, turns: int) -> None:
        cure = f"the conversation has {turns}, counted from 1" if turns else "observe one first"
        super().__init__(f"there is no turn {turn}; {cure}")


class StateError(TurncastError, ValueError):
    """The stored state of a conversation cannot be read; its log can, and makes the state again."""


class StoreError(TurncastError, OSError):
    """Where conversations are kept cannot be reached, read or written to; what was under way is not kept."""


class NoConversation(TurncastError, KeyError):
    """There is no conversation of this id: it never was, was deleted, or has expired."""

    def __str__(self) -> str:
        """Return the message as it is: a KeyError would show it in quotes."""
        return f"there is no conversation {self.args[0]!r}; begin one first"


class NoModel(TurncastError, KeyError):
    """No model has this name."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(name)
        self.name, self.known = name, tuple(known)

    def __str__(self) -> str:
        """Return the message as it is: a KeyError would show it in quotes."""
        cure = did_you_mean(self.name, self.known) or f"; the models are {', '.join(self.known)}"
        return f"there is no model {self.name!r}{cure}"


class AskedOtherwise(TurncastError, ValueError):
    """A client gave an id, which it had given to one request, to another that asks something else."""

    def __str__(self) -> str:
        """Say it with the id."""
        return f"{self.args[0]!r} was the id of another request; give each request an id of its own"


class Busy(TurncastError, TimeoutError):
    """Others changed a conversation again and again; nothing was done."""

    def __str__(self) -> str:
        """Say it with the conversation's id."""
        return f"others change conversation {self.args[0]!r} all the time; ask again"


def _again(kind: type[TurncastError], args: tuple[Any, ...], fields: dict[str, Any]) -> TurncastError:
    """Return an error as it was: the built-in kind beside ours takes the arguments, and ours its fields."""
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


def kind_of(value: object) -> str:
    """Name a JSON value's kind in words.

    >>> kind_of(["a"]), kind_of(None), kind_of(2.5)
    ('a list', 'null', 'a number')
    """
    if value is None:
        return "null"
    return _KINDS.get(type(value), "a number")
