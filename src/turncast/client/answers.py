"""What a server answers, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from turncast.dialogue import Turn


@dataclass(frozen=True, slots=True)
class Begun:
    """A conversation that has begun.

    Attributes:
        id: its name, for all later requests.
        model: the name of the model that it is had with.
        turns: how many it has; more than 0 where it was there already.
    """

    id: str
    model: str
    turns: int

    @classmethod
    def of(cls, told: Any) -> Begun:
        """Read what the server told."""
        return cls(told["id"], told["model"], told["turns"])


@dataclass(frozen=True, slots=True)
class Predicted:
    """What is predicted of a turn.

    Attributes:
        actions: what to do.
        probability: how probable that is, from 0 to 1.
        abstain: whether the model is too unsure for that to be done.
        ranked: the most probable actions with their probabilities, the first one first.
        refused: why each action that a rule refuses is refused.
    """

    actions: tuple[str, ...]
    probability: float
    abstain: bool
    ranked: tuple[tuple[str, float], ...]
    refused: Mapping[str, str]

    @classmethod
    def of(cls, told: Any) -> Predicted:
        """Read what the server told.

        >>> Predicted.of({"actions": ["greet"], "probability": 0.9, "abstain": False, "ranked": []}).actions
        ('greet',)
        """
        refused = told.get("refused", {})
        return cls(tuple(told["actions"]), told["probability"], told["abstain"], _ranked(told), refused)


@dataclass(frozen=True, slots=True)
class Observed(Predicted):
    """The answer to a turn.

    Attributes:
        turn: its number, counted from 1.
        response: what to say: the most frequent response of these actions, where the corpus had any.
        committed: what counts as done; None where nothing was committed yet.
    """

    turn: int
    response: str | None
    committed: tuple[str, ...] | None

    @classmethod
    def of(cls, told: Any) -> Observed:
        """Read what the server told."""
        committed = told["committed"]
        return cls(
            actions=tuple(told["actions"]),
            probability=told["probability"],
            abstain=told["abstain"],
            ranked=_ranked(told),
            refused=told.get("refused", {}),
            turn=told["turn"],
            response=told["response"],
            committed=None if committed is None else tuple(committed),
        )


@dataclass(frozen=True, slots=True)
class Overridden:
    """A turn that was corrected.

    Attributes:
        committed: what counts as done there now.
        later: what is now predicted of each later turn, by its number.
    """

    committed: tuple[str, ...]
    later: Mapping[int, Predicted]

    @classmethod
    def of(cls, told: Any) -> Overridden:
        """Read what the server told."""
        later = {one["turn"]: Predicted.of(one) for one in told["later"]}
        return cls(tuple(told["committed"]), later)


@dataclass(frozen=True, slots=True)
class Undone:
    """A turn that was taken back.

    Attributes:
        turn: what was seen and done there.
        turns: how many are left.
    """

    turn: Turn
    turns: int

    @classmethod
    def of(cls, told: Any) -> Undone:
        """Read what the server told."""
        return cls(_turn(told["undone"]), told["turns"])


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation as it stands.

    Attributes:
        id: its name.
        model: the name of its model.
        created: when it began, in seconds since 1970.
        updated: when it changed last, the same.
        open: whether the last turn was not committed yet.
        turns: what was seen, and what was really done.
    """

    id: str
    model: str
    created: float
    updated: float
    open: bool
    turns: tuple[Turn, ...]

    @classmethod
    def of(cls, told: Any) -> Conversation:
        """Read what the server told."""
        turns = tuple(_turn(one) for one in told["turns"])
        return cls(told["id"], told["model"], told["created"], told["updated"], told["open"], turns)


@dataclass(frozen=True, slots=True)
class Model:
    """A model that a server has.

    Attributes:
        name: of this one.
        names: of all; the first is the default.
        digest: changes when the model does.
        actions: what it knows to do.
        several_actions: whether it takes several actions at a turn.
        abstain_below: the probability below which it abstains; 0 for never.
        network: the settings of its network.
        trained_on: what it says of its corpus.
        versions: of the libraries that made it.
    """

    name: str
    names: tuple[str, ...]
    digest: str
    actions: tuple[str, ...]
    several_actions: bool
    abstain_below: float
    network: Mapping[str, Any]
    trained_on: Mapping[str, Any]
    versions: Mapping[str, str]

    @classmethod
    def of(cls, told: Any) -> Model:
        """Read what the server told."""
        return cls(
            name=told["name"],
            names=tuple(told["names"]),
            digest=told["digest"],
            actions=tuple(told["actions"]),
            several_actions=told["several_actions"],
            abstain_below=told["abstain_below"],
            network=told["network"],
            trained_on=told["trained_on"],
            versions=told["versions"],
        )


def _ranked(told: Any) -> tuple[tuple[str, float], ...]:
    return tuple((one["action"], one["probability"]) for one in told["ranked"])


def _turn(told: Any) -> Turn:
    return Turn(told["user"], tuple(told["committed"]), told["facts"], told["response"])
