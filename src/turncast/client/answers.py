"""The answers of a server as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from turncast.dialogue import Turn


@dataclass(frozen=True, slots=True)
class Started:
    """A new or continued conversation.

    Attributes:
        id: its id, for all later requests.
        model: the name of its model.
        turns: the number of its turns; more than 0 where it existed already.
    """

    id: str
    model: str
    turns: int

    @classmethod
    def from_json(cls, record: Any) -> Started:
        """Return the value of an answer."""
        return cls(id=record["id"], model=record["model"], turns=record["turns"])


@dataclass(frozen=True, slots=True)
class Predicted:
    """The prediction of a turn.

    Attributes:
        actions: the predicted actions.
        probability: the probability of the prediction, from 0 to 1.
        abstain: whether the model is not sure enough to act.
        ranked: the most probable actions with their probabilities, in order.
        refused: the actions that a rule refuses, each with the reason.
        warnings: what the model cannot use of the turn, such as an unknown fact.
    """

    actions: tuple[str, ...]
    probability: float
    abstain: bool
    ranked: tuple[tuple[str, float], ...]
    refused: Mapping[str, str]
    warnings: tuple[str, ...]

    @classmethod
    def from_json(cls, record: Any) -> Predicted:
        """Return the value of an answer.

        >>> record = {"actions": ["greet"], "probability": 0.9, "abstain": False, "ranked": []}
        >>> Predicted.from_json(record).actions
        ('greet',)
        """
        return cls(**_prediction_fields(record))


@dataclass(frozen=True, slots=True)
class Observed(Predicted):
    """The answer to an observed turn.

    Attributes:
        turn: the number of the turn, counted from 1.
        response: the text to say with the actions; None where the model has none.
        committed: the committed actions; None where nothing is committed yet.
    """

    turn: int
    response: str | None
    committed: tuple[str, ...] | None

    @classmethod
    def from_json(cls, record: Any) -> Observed:
        """Return the value of an answer."""
        committed = record["committed"]
        return cls(
            **_prediction_fields(record),
            turn=record["turn"],
            response=record["response"],
            committed=None if committed is None else tuple(committed),
        )


@dataclass(frozen=True, slots=True)
class Overridden:
    """The answer to the correction of a turn.

    Attributes:
        committed: the committed actions of the turn.
        later: the new prediction of each later turn, by its number.
    """

    committed: tuple[str, ...]
    later: Mapping[int, Predicted]

    @classmethod
    def from_json(cls, record: Any) -> Overridden:
        """Return the value of an answer."""
        later = {one["turn"]: Predicted.from_json(one) for one in record["later"]}
        return cls(committed=tuple(record["committed"]), later=later)


@dataclass(frozen=True, slots=True)
class Undone:
    """The answer to an undo.

    Attributes:
        turn: the removed turn.
        turns: the number of turns that are left.
    """

    turn: Turn
    turns: int

    @classmethod
    def from_json(cls, record: Any) -> Undone:
        """Return the value of an answer."""
        return cls(turn=_turn(record["undone"]), turns=record["turns"])


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation.

    Attributes:
        id: its id.
        model: the name of its model.
        created: when it began, in seconds since 1970.
        updated: when it was last changed, in seconds since 1970.
        open: whether the last turn is not committed yet.
        turns: its turns, with the committed actions.
    """

    id: str
    model: str
    created: float
    updated: float
    open: bool
    turns: tuple[Turn, ...]

    @classmethod
    def from_json(cls, record: Any) -> Conversation:
        """Return the value of an answer."""
        return cls(
            id=record["id"],
            model=record["model"],
            created=record["created"],
            updated=record["updated"],
            open=record["open"],
            turns=tuple(_turn(one) for one in record["turns"]),
        )


@dataclass(frozen=True, slots=True)
class Model:
    """A model of a server.

    Attributes:
        name: its name.
        names: the names of all models; the first is the default.
        digest: a hash that identifies the trained model.
        actions: the actions that it knows.
        several_actions: whether it predicts several actions for a turn.
        abstain_below: the probability below which it abstains; 0 for never.
        network: the settings of its network.
        trained_on: the description of its training corpus.
        versions: the versions of the libraries that made it.
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
    def from_json(cls, record: Any) -> Model:
        """Return the value of an answer."""
        return cls(
            name=record["name"],
            names=tuple(record["names"]),
            digest=record["digest"],
            actions=tuple(record["actions"]),
            several_actions=record["several_actions"],
            abstain_below=record["abstain_below"],
            network=record["network"],
            trained_on=record["trained_on"],
            versions=record["versions"],
        )


def _prediction_fields(record: Any) -> dict[str, Any]:
    return {
        "actions": tuple(record["actions"]),
        "probability": record["probability"],
        "abstain": record["abstain"],
        "ranked": tuple((one["action"], one["probability"]) for one in record["ranked"]),
        "refused": record.get("refused", {}),
        "warnings": tuple(record.get("warnings", ())),
    }


def _turn(record: Any) -> Turn:
    return Turn(record["user"], tuple(record["committed"]), record["facts"], record["response"])
