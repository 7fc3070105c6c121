"""A live conversation with a policy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from turncast.dialogue import Fact, Turn
from turncast.errors import NoTurn, StateError, UnknownAction
from turncast.policy import Policy, PolicyState, Prediction
from turncast.sessions.event import Event, ends_open, turns_of
from turncast.sessions.snapshot import Standing

_KEPT = 16  # states of so many last turns are at hand for an undo; what is older is made again from the log


class Session:
    """A live conversation: observe what the user does, commit what the system really did.

    The next turn sees the actions that were committed, as in training. An observed turn that is not committed
    takes the first ranked action (or set) when the next is observed; none, where the policy abstains. All
    that happens is written to a log; what was done at an earlier turn can be corrected, and the conversation
    then stands where it would stand had it gone that way from the start. The cost of a turn does not grow
    with the history.

    Args:
        policy: the trained policy; many sessions may share it.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._earlier: Callable[[], Iterable[Event]] = tuple
        self._log: list[Event] = []
        self._turns = 0
        self._state = policy.start()
        self._predicted: tuple[str, ...] | None = None  # of a turn that was observed and not committed
        self._kept: dict[int, PolicyState] = {}  # the states after the last turns, by their number

    @classmethod
    def resume(
        cls,
        policy: Policy,
        state: bytes | None = None,
        events: Iterable[Event] | Callable[[], Iterable[Event]] = (),
    ) -> Session:
        """Go on with a conversation where it was left.

        Args:
            policy: the policy that goes on. Where it is not the one that made the state, the state is made
                again from the log.
            state: what `state` was. Without it, or where it cannot be read, the log makes it again.
            events: what `events` was, or what gives it when it is asked for. A turn does not ask; an undo,
                an override, `history` and a change of model do.
        """
        session = cls(policy)
        session._earlier = _source(events)
        try:
            standing = None if state is None else Standing.from_bytes(state)
        except StateError:
            standing = None
        if standing is None or standing.model != policy.digest:
            log = tuple(session._earlier())
            session._predicted = () if ends_open(log) else None
            session._again(turns_of(log), 0)
            if standing is not None:  # the users were told this, and not what the new model would have said
                session._predicted = standing.predicted
            return session
        session._turns, session._state = standing.turns, standing.state
        session._predicted = standing.predicted
        session._kept[standing.turns] = standing.state
        return session

    @property
    def events(self) -> tuple[Event, ...]:
        """All that happened, in order."""
        return (*self._earlier(), *self._log)

    @property
    def new_events(self) -> tuple[Event, ...]:
        """What happened since `resume`; all, where the session began here."""
        return tuple(self._log)

    @property
    def state(self) -> bytes:
        """Where the conversation stands, for `resume`: about 1 KB with 128 units of an LSTM."""
        return Standing(self._policy.digest, self._turns, self._predicted, self._state).to_bytes()

    @property
    def is_open(self) -> bool:
        """Whether the last turn was observed and not committed."""
        return self._predicted is not None

    def __len__(self) -> int:
        return self._turns

    def observe(self, user: str | None = None, facts: Mapping[str, Fact] | None = None) -> Prediction:
        """Predict the next turn from the user's text (None: the system acts again) and new facts."""
        state, turn = self.begin_turn(user, facts)
        prediction, after = self._policy.step(state, turn)
        self.end_turn(turn, prediction, after)
        return prediction

    def begin_turn(
        self, user: str | None = None, facts: Mapping[str, Fact] | None = None
    ) -> tuple[PolicyState, Turn]:
        """Return what `Policy.step` is given for the next turn; a turn that is open is committed first.

        With `end_turn` this is `observe` in two halves, for those who step many conversations at once.
        """
        turn = Turn(user, facts=facts) if facts else Turn(user)
        if self._predicted is not None:
            self.commit()
        return self._state, turn

    def end_turn(self, turn: Turn, prediction: Prediction, after: PolicyState) -> None:
        """Take what `Policy.step` returned for the turn that was begun.

        Args:
            turn: what was stepped.
            prediction: what was predicted. Its actions are what the turn takes as committed where nothing
                else is said; none, where it abstains.
            after: the state after it.
        """
        self._predicted = self._committable(prediction)
        self._turns += 1
        self._log.append(Event("observed", self._turns, self._predicted, turn.user, turn.facts))
        self._stand(after)

    def commit(self, actions: Iterable[str] | None = None, response: str | None = None) -> tuple[str, ...]:
        """Say which actions the system really took at the turn observed last; by default the predicted ones.

        With them, what it said: where that is not told, the next turn sees the actions' usual words.

        A prediction that names no action, as an outcome or the end of a dialogue, or that abstains, commits
        none.

        Called again, it replaces what was committed. An action that the policy does not know is refused: the
        next turn could not see it.

        Raises:
            UnknownAction: with the nearest known one.
            NoTurn: where nothing was observed yet.
        """
        if not self._turns:
            raise NoTurn(1, 0)
        if actions is not None:
            taken = self._known(actions)
        elif self._predicted is not None:
            taken = self._predicted
        else:
            taken = self._state.previous or ()
            if response is None:
                return taken
        self._log.append(Event("committed", self._turns, taken, response=response))
        self._predicted = None
        self._stand(self._state.committed(taken, response))
        return taken

    def override(
        self, turn: int, actions: Iterable[str], response: str | None = None
    ) -> tuple[Prediction, ...]:
        """Say that at an earlier turn the system really took these actions; what came later stays as it was.

        Args:
            turn: which turn, counted from 1.
            actions: what was really done.
            response: what was said with them, where it is known.

        Returns:
            What the policy now says of each turn after that one.

        Raises:
            UnknownAction: with the nearest known one.
            NoTurn: where there is no such turn.
        """
        if not 1 <= turn <= self._turns:
            raise NoTurn(turn, self._turns)
        taken = self._known(actions)
        if turn == self._turns:
            self.commit(taken, response)
            return ()
        self._log.append(Event("overridden", turn, taken, response=response))
        self._kept = {number: state for number, state in self._kept.items() if number <= turn}
        if turn in self._kept:
            self._kept[turn] = self._kept[turn].committed(taken, response)
        predictions = self._again(self.history(), max(self._kept, default=0))
        return predictions[turn - self._turns :]

    def undo(self) -> Turn | None:
        """Take back the turn observed last, and return it; None where there is none."""
        if not self._turns:
            return None
        *turns, last = self.history()
        self._log.append(Event("undone", self._turns))
        self._kept.pop(self._turns, None)
        self._predicted = None
        self._again(turns, max(self._kept, default=0))
        return last

    def history(self) -> tuple[Turn, ...]:
        """Return the turns so far, each with the actions that were committed."""
        return turns_of(self.events)

    def _committable(self, prediction: Prediction) -> tuple[str, ...]:
        if prediction.abstains:
            return ()
        known = self._policy.encoder.actions
        return tuple(action for action in prediction.actions if action in known)

    def _known(self, actions: Iterable[str]) -> tuple[str, ...]:
        taken, known = tuple(dict.fromkeys(actions)), self._policy.encoder.actions
        for action in taken:
            if action not in known:
                raise UnknownAction(action, known)
        return taken

    def _stand(self, state: PolicyState) -> None:
        self._state = self._kept[self._turns] = state
        self._kept.pop(self._turns - _KEPT, None)

    def _again(self, turns: Sequence[Turn], place: int) -> tuple[Prediction, ...]:
        """Stand after these turns: step through them again from turn `place`, whose state is at hand."""
        self._turns, self._state = place, self._kept.get(place) or self._policy.start()
        predictions = []
        for turn in turns[place:]:
            prediction, after = self._policy.step(self._state, turn)
            predictions.append(prediction)
            self._turns += 1
            self._stand(after)
        if predictions and self._predicted is not None:
            self._predicted = self._committable(predictions[-1])
        return tuple(predictions)


def _source(events: Iterable[Event] | Callable[[], Iterable[Event]]) -> Callable[[], Iterable[Event]]:
    if callable(events):
        return events
    known = tuple(events)
    return lambda: known
