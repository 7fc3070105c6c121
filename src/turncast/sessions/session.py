"""A live conversation with a policy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from turncast.dialogue import TURN_HEADER, Fact, Turn, checked_actions
from turncast.errors import ArgumentError, NoTurn, StateError, UnknownAction, check_argument, with_article
from turncast.html import html_table
from turncast.policy import Policy, PolicyState, Prediction
from turncast.sessions.event import Event, ends_open, turns_from_events
from turncast.sessions.snapshot import OpenTurn, Snapshot

# An undo or an override of one of the last turns needs no replay of the whole log.
_NUM_RECENT_STATES = 16


class Session:
    """A live conversation: observe what the user does, commit what the system really did.

    The next turn sees the committed actions, as in training. An observed turn that is not committed takes
    the predicted actions when the next turn is observed; none, where the policy abstains. Every change is
    written to a log. The actions of an earlier turn can be corrected: the conversation then has the state
    that it would have had with these actions from the start. The cost of a turn does not grow with the
    history.

    Args:
        policy: the trained policy; many sessions may share it.
    """

    def __init__(self, policy: Policy) -> None:
        check_argument("policy", policy, Policy, "give a Policy, as turncast.Policy.load(folder) returns it")
        self._policy = policy
        self._load_earlier_events: Callable[[], Iterable[Event]] = tuple
        self._new_events: list[Event] = []
        self._num_turns = 0
        self._state = policy.start()
        self._open_turn: OpenTurn | None = None
        self._recent_states: dict[int, PolicyState] = {}  # number of a turn -> the state after it

    @classmethod
    def resume(
        cls,
        policy: Policy,
        state: bytes | None = None,
        events: Iterable[Event] | Callable[[], Iterable[Event]] = (),
    ) -> Session:
        """Return a session that continues a conversation.

        Args:
            policy: the policy that continues. Where another policy made the state, the log is replayed.
            state: `Session.state` of the conversation. Without it, or where it cannot be read, the log is
                replayed.
            events: `Session.events` of the conversation, or a function that loads them. It is called by an
                undo, an override, `history` and a change of the model, and not by a turn.
        """
        session = cls(policy)
        session._load_earlier_events = _loader(events)
        try:
            snapshot = None if state is None else Snapshot.from_bytes(state)
        except StateError:
            snapshot = None
        if snapshot is None or snapshot.model != policy.digest:
            log = tuple(session._load_earlier_events())
            session._open_turn = OpenTurn(()) if ends_open(log) else None
            session._replay(turns_from_events(log), start=0)
            if snapshot is not None:
                # The client was answered with the old model's prediction: that is what counts as default.
                session._open_turn = snapshot.open_turn
            return session
        session._num_turns, session._state = snapshot.turns, snapshot.state
        session._open_turn = snapshot.open_turn
        session._recent_states[snapshot.turns] = snapshot.state
        return session

    @property
    def events(self) -> tuple[Event, ...]:
        """All events of the conversation, in order."""
        return (*self._load_earlier_events(), *self._new_events)

    @property
    def new_events(self) -> tuple[Event, ...]:
        """The events since `resume`; all events, where the conversation began in this session."""
        return tuple(self._new_events)

    @property
    def state(self) -> bytes:
        """The state of the conversation, for `resume`: about 1 KB with an LSTM of 128 units."""
        return Snapshot(
            model=self._policy.digest,
            turns=self._num_turns,
            open_turn=self._open_turn,
            state=self._state,
        ).to_bytes()

    @property
    def is_open(self) -> bool:
        """Whether the last turn was observed and not committed."""
        return self._open_turn is not None

    def __len__(self) -> int:
        return self._num_turns

    def __repr__(self) -> str:
        state = ", the last one not committed" if self.is_open else ""
        return f"Session({self._num_turns} turns{state}; {self._policy!r})"

    def _repr_html_(self) -> str:
        """Return the turns so far as a table, for notebooks."""
        rows = ((str(number), *turn.cells()) for number, turn in enumerate(self.history(), start=1))
        return html_table("Session", (("turn", *TURN_HEADER), *rows))

    def observe(self, user: str | None = None, facts: Mapping[str, Fact] | None = None) -> Prediction:
        """Predict the next turn from the user's text (None: the system acts again) and new facts."""
        state, turn = self.begin_turn(user, facts)
        prediction, after = self._policy.step(state, turn)
        self.end_turn(turn, prediction, after)
        return prediction

    def begin_turn(
        self, user: str | None = None, facts: Mapping[str, Fact] | None = None
    ) -> tuple[PolicyState, Turn]:
        """Return the arguments of `Policy.step` for the next turn; an open turn is committed first.

        `begin_turn` and `end_turn` are the two halves of `observe`, for callers that step many conversations
        in one batch.
        """
        turn = Turn(user, facts=facts) if facts is not None else Turn(user)
        if self._open_turn is not None:
            self.commit()
        return self._state, turn

    def end_turn(self, turn: Turn, prediction: Prediction, after: PolicyState) -> None:
        """Record the result of `Policy.step` for the turn that `begin_turn` returned.

        Args:
            turn: the turn that was stepped.
            prediction: the prediction. Its actions are committed by default; none, where it abstains.
            after: the state after the turn.
        """
        self._open_turn = self._open(prediction)
        self._num_turns += 1
        actions = self._open_turn.default_actions
        self._new_events.append(Event("observed", self._num_turns, actions, turn.user, turn.facts))
        self._set_state(after)

    def commit(self, actions: Iterable[str] | None = None, response: str | None = None) -> tuple[str, ...]:
        """Record the actions that the system really took at the last turn; by default the predicted ones.

        A prediction that abstains, or that names no action (an outcome, the end of a dialogue), commits no
        action. A second call replaces what was committed. An unknown action is refused: the next turn could
        not see it.

        Args:
            actions: the actions really taken; None for the default.
            response: the system's text. Without it the next turn sees the usual response of these actions.

        Returns:
            The committed actions.

        Raises:
            UnknownAction: with the nearest known one.
            NoTurn: where no turn was observed yet.
        """
        if not self._num_turns:
            raise NoTurn(1, 0)
        if actions is not None:
            taken = self._check_known(actions)
        elif self._open_turn is not None:
            taken = self._open_turn.default_actions
        else:
            taken = self._state.previous or ()
            if response is None:
                return taken
        self._new_events.append(Event("committed", self._num_turns, taken, response=response))
        self._open_turn = None
        self._set_state(self._state.committed(taken, response))
        return taken

    def override(
        self, turn: int, actions: Iterable[str], response: str | None = None
    ) -> tuple[Prediction, ...]:
        """Correct the actions of an earlier turn; later turns keep the actions that were committed there.

        Args:
            turn: the number of the turn, counted from 1.
            actions: the actions really taken.
            response: the system's text, where it is known.

        Returns:
            The new prediction of each later turn.

        Raises:
            UnknownAction: with the nearest known one.
            NoTurn: where there is no such turn.
        """
        if not isinstance(turn, int):
            raise ArgumentError(
                "turn", f"it is {with_article(type(turn).__name__)}", "give the number of a turn, from 1"
            )
        if not 1 <= turn <= self._num_turns:
            raise NoTurn(turn, self._num_turns)
        taken = self._check_known(actions)
        if turn == self._num_turns:
            self.commit(taken, response)
            return ()
        self._new_events.append(Event("overridden", turn, taken, response=response))
        states = {number: state for number, state in self._recent_states.items() if number <= turn}
        if turn in states:
            states[turn] = states[turn].committed(taken, response)
        self._recent_states = states
        predictions = self._replay(self.history(), start=max(states, default=0))
        return predictions[turn - self._num_turns :]

    def undo(self) -> Turn | None:
        """Remove the last turn and return it; None where there is none."""
        if not self._num_turns:
            return None
        *turns, last = self.history()
        self._new_events.append(Event("undone", self._num_turns))
        self._recent_states.pop(self._num_turns, None)
        self._open_turn = None
        self._replay(turns, start=max(self._recent_states, default=0))
        return last

    def history(self) -> tuple[Turn, ...]:
        """Return the turns so far, each with the committed actions."""
        return turns_from_events(self.events)

    def _open(self, prediction: Prediction) -> OpenTurn:
        """Return the open turn of a prediction; its default actions are those that the next turn can see."""
        if prediction.abstains:
            return OpenTurn(())
        known = self._policy.encoder.actions
        return OpenTurn(tuple(action for action in prediction.actions if action in known))

    def _check_known(self, actions: Iterable[str]) -> tuple[str, ...]:
        """Return the actions without duplicates; raise `UnknownAction` for one that the policy lacks."""
        taken, known = checked_actions(actions), self._policy.encoder.actions
        for action in taken:
            if action not in known:
                raise UnknownAction(action, known)
        return taken

    def _set_state(self, state: PolicyState) -> None:
        self._state = self._recent_states[self._num_turns] = state
        self._recent_states.pop(self._num_turns - _NUM_RECENT_STATES, None)

    def _replay(self, turns: Sequence[Turn], start: int) -> tuple[Prediction, ...]:
        """Step through the turns after turn `start`, whose state is known, and return their predictions."""
        self._num_turns, self._state = start, self._recent_states.get(start) or self._policy.start()
        predictions = []
        for prediction, after in self._policy.steps(turns[start:], self._state):
            predictions.append(prediction)
            self._num_turns += 1
            self._set_state(after)
        if predictions and self._open_turn is not None:
            self._open_turn = self._open(predictions[-1])
        return tuple(predictions)


def _loader(events: Iterable[Event] | Callable[[], Iterable[Event]]) -> Callable[[], Iterable[Event]]:
    if callable(events):
        return events
    known = tuple(events)
    return lambda: known
