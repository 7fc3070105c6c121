"""Run the requests to many live conversations; a request is answered after its changes are saved."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from turncast.dialogue import Turn
from turncast.errors import ConversationBusy, NoConversation, NoModel, NoTurn, RequestIdReused, TurncastError
from turncast.policy import Policy, PolicyState
from turncast.sessions.json_views import JsonObject, prediction_to_json, turn_to_json
from turncast.sessions.request import Begin, Commit, ConversationRequest, Observe, Override, Undo
from turncast.sessions.session import Session
from turncast.sessions.store import ConversationUpdate, Store, StoredAnswer, StoredConversation

Outcome = str | TurncastError
"""The answer to a request as JSON, or the error for which it was refused."""

_json = json.JSONEncoder(ensure_ascii=False).encode  # made once: `json.dumps` would make one for each call
_MAX_TRIES = 50  # of a request that other processes overtake


@dataclass(slots=True)
class _RunningRequest:
    """A request while it runs, with its session and its answer."""

    request: ConversationRequest
    stored: StoredConversation | None
    model: str  # the name of its policy
    policy: Policy
    session: Session
    answer: JsonObject = field(default_factory=dict)
    turn: Turn | None = None  # the turn to step, from `state`
    state: PolicyState | None = None


class Conversations:
    """Runs requests to many conversations in a store that other processes may share.

    Requests that come together are stepped in one batch and saved in one write. Requests to one conversation
    run in order. Where another process saved the conversation meanwhile, the request is run again on what
    that process saved.

    Args:
        policies: returns the policies by name; it is called for every batch, so that a policy can be
            replaced.
        store: stores the conversations.
        clock: returns the time in seconds since 1970.

    >>> from turncast.sessions.open_store import open_store
    >>> Conversations(dict, open_store("memory:")).run([Undo(id="c1")])
    [NoConversation('c1')]
    """

    def __init__(
        self,
        policies: Callable[[], Mapping[str, Policy]],
        store: Store,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._policies, self._store, self._clock = policies, store, clock

    def run(self, requests: Sequence[ConversationRequest]) -> list[Outcome]:
        """Return the answer to each request as JSON, or the error for which it was refused.

        Raises:
            StoreError: where the store fails. Some of the requests may have been saved by then; those with a
                key can safely be repeated.
        """
        outcomes: list[Outcome | None] = [None] * len(requests)
        waiting, tries = list(range(len(requests))), [0] * len(requests)
        while waiting:
            first: dict[str, int] = {}  # the next request to each conversation
            for number in waiting:
                first.setdefault(requests[number].id, number)
            numbers = list(first.values())
            round_outcomes = self._run_round([requests[number] for number in numbers])
            for number, outcome in zip(numbers, round_outcomes, strict=True):
                tries[number] += 1
                if outcome is None and tries[number] >= _MAX_TRIES:
                    outcome = ConversationBusy(requests[number].id)
                outcomes[number] = outcome
            waiting = [number for number in waiting if outcomes[number] is None]
        return [outcome for outcome in outcomes if outcome is not None]

    def _run_round(self, requests: Sequence[ConversationRequest]) -> list[Outcome | None]:
        """Run requests to different conversations; None stands for those that another process overtook."""
        stored = self._store.load([request.id for request in requests])
        answers = self._store.answers([(r.id, r.key) for r in requests if r.key is not None])
        policies = self._policies()
        outcomes: list[Outcome | None] = []
        running: dict[int, _RunningRequest] = {}
        for number, request in enumerate(requests):
            answer = answers.get((request.id, request.key or ""))
            if answer is not None:
                is_same = answer.request == request.digest
                outcomes.append(answer.content if is_same else RequestIdReused(request.key or ""))
                continue
            try:
                running[number] = self._start(request, stored.get(request.id), policies)
                outcomes.append(None)
            except TurncastError as error:
                outcomes.append(error)
        _step([one for one in running.values() if one.turn is not None])
        self._save(running, outcomes)
        return outcomes

    def _start(
        self,
        request: ConversationRequest,
        stored: StoredConversation | None,
        policies: Mapping[str, Policy],
    ) -> _RunningRequest:
        if stored is not None:
            name = stored.model
        elif isinstance(request, Begin):
            name = request.model
        else:
            raise NoConversation(request.id)
        if name not in policies:
            raise NoModel(name, policies)
        policy = policies[name]
        if stored is None:
            session = Session(policy)
        else:
            session = Session.resume(policy, stored.state, partial(self._store.events, stored.id))
        running = _RunningRequest(request, stored, name, policy, session)
        _apply(running)
        return running

    def _save(self, running: Mapping[int, _RunningRequest], outcomes: list[Outcome | None]) -> None:
        """Save what the requests changed, and write the answers of those that were saved to `outcomes`."""
        now = self._clock()
        updates: dict[int, ConversationUpdate] = {}
        contents: dict[int, str] = {}
        for number, one in running.items():
            contents[number] = content = _json(one.answer)
            if one.stored is not None and not one.session.new_events:
                outcomes[number] = content  # nothing to save
            else:
                updates[number] = _update(one, content, now)
        if not updates:
            return
        saved = self._store.save(list(updates.values()))
        for number, was_saved in zip(updates, saved, strict=True):
            if was_saved:
                outcomes[number] = contents[number]


def _apply(running: _RunningRequest) -> None:
    """Apply a request to its session. The turn of an `Observe` is only prepared: `_step` runs the batch."""
    request, session = running.request, running.session
    match request:
        case Begin():
            running.answer = {"id": request.id, "model": running.model, "turns": len(session)}
        case Observe():
            running.state, running.turn = session.begin_turn(request.user, request.facts)
        case Commit():
            running.answer = {
                "committed": list(session.commit(request.actions, request.response)),
                "turn": len(session),
            }
        case Override():
            later = session.override(request.turn, request.actions, request.response)
            running.answer = {
                "turn": request.turn,
                "committed": list(dict.fromkeys(request.actions)),
                "later": [
                    {"turn": number, **prediction_to_json(prediction, request.top)}
                    for number, prediction in enumerate(later, start=request.turn + 1)
                ],
            }
        case Undo():
            number, turn = len(session), session.undo()
            if turn is None:
                raise NoTurn(1, 0)
            running.answer = {"undone": turn_to_json(number, turn), "turns": len(session)}


def _step(running: Sequence[_RunningRequest]) -> None:
    """Step the prepared turns, those of one policy in one batch."""
    groups: dict[int, list[_RunningRequest]] = {}
    for one in running:
        groups.setdefault(id(one.policy), []).append(one)
    for group in groups.values():
        pairs = [(one.state, one.turn) for one in group]
        states, turns = [s for s, _ in pairs if s is not None], [t for _, t in pairs if t is not None]
        stepped = group[0].policy.step_many(states, turns)
        for one, (prediction, after) in zip(group, stepped, strict=True):
            request, session = one.request, one.session
            if not isinstance(request, Observe) or one.turn is None:
                continue
            if request.threshold is not None:
                prediction = prediction.abstaining_below(request.threshold)
            session.end_turn(one.turn, prediction, after)
            one.answer = {
                "turn": len(session),
                **prediction_to_json(prediction, request.top),
                "response": prediction.response,
                "warnings": list(one.policy.inputs.warnings(one.turn)),
            }
            committed = session.commit() if request.commit and not prediction.abstains else None
            one.answer["committed"] = None if committed is None else list(committed)


def _update(running: _RunningRequest, content: str, now: float) -> ConversationUpdate:
    request, stored = running.request, running.stored
    return ConversationUpdate(
        id=request.id,
        version=stored.version if stored else 0,
        model=running.model,
        state=running.session.state,
        events=running.session.new_events,
        at=now,
        answer=None if request.key is None else StoredAnswer(request.key, request.digest, content),
    )
