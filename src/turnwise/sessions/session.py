"""A live conversation with a policy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from turnwise.dialogue import Fact, Turn
from turnwise.errors import UnknownAction
from turnwise.policy import Policy, PolicyState, Prediction


@dataclass(frozen=True, slots=True)
class _Step:
    """One observed turn: what was seen and predicted, and where the conversation stands after it.

    Attributes:
        turn: as it was observed, without actions: what was committed stands in the state.
        prediction: of its actions.
        after: the state, with the actions that were committed.
    """

    turn: Turn
    prediction: Prediction
    after: PolicyState

    @property
    def taken(self) -> Turn:
        """The turn with the actions that were committed."""
        return replace(self.turn, actions=self.after.previous or ())


class Session:
    """A live conversation: observe what the user does, commit what the system really did.

    The next turn sees the actions that were committed, as in training. An observed turn that is not committed
    takes the first ranked action (or set) when the next is observed.

    Args:
        policy: the trained policy; many sessions may share it.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._steps: list[_Step] = []
        self._open = False  # whether the last turn was observed and not committed

    def observe(self, user: str | None = None, facts: Mapping[str, Fact] | None = None) -> Prediction:
        """Predict the next turn from the user's text (None: the system acts again) and new facts."""
        if self._open:
            self.commit()
        before = self._steps[-1].after if self._steps else self._policy.start()
        turn = Turn(user, facts=facts) if facts else Turn(user)
        prediction, after = self._policy.step(before, turn)
        self._steps.append(_Step(turn, prediction, after))
        self._open = True
        return prediction

    def commit(self, actions: Iterable[str] | None = None) -> tuple[str, ...]:
        """Say which actions the system really took at the turn observed last; by default the predicted ones.

        A prediction that names no action, as an outcome or the end of a dialogue, commits none.

        Called again, it replaces what was committed. An action that the policy does not know is refused: the
        next turn could not see it.

        Raises:
            UnknownAction: with the nearest known one.
            ValueError: where nothing was observed yet.
        """
        if not self._steps:
            raise ValueError("there is no turn to commit; observe one first")
        last, known = self._steps[-1], self._policy.encoder.actions
        if actions is None:
            actions = (action for action in last.prediction.actions if action in known)
        taken = tuple(dict.fromkeys(actions))
        for action in taken:
            if action not in known:
                raise UnknownAction(action, known)
        self._steps[-1] = _Step(last.turn, last.prediction, last.after.committed(taken))
        self._open = False
        return taken

    def undo(self) -> Turn | None:
        """Take back the turn observed last, and return it; None where there is none."""
        self._open = False
        return self._steps.pop().taken if self._steps else None

    def history(self) -> tuple[Turn, ...]:
        """Return the turns so far, each with the actions that were committed."""
        return tuple(step.taken for step in self._steps)
