"""Many live conversations at once: each request is answered when what it did is saved, and not before."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from turncast.dialogue import Turn
from turncast.errors import AskedOtherwise, Busy, NoConversation, NoModel, NoTurn, TurncastError
from turncast.policy import Policy, PolicyState
from turncast.sessions.json_views import Told, told_of, told_of_turn
from turncast.sessions.request import Begin, Commit, Observe, Override, Request, Undo
from turncast.sessions.session import Session
from turncast.sessions.store import Answer, Change, Store, Stored

Outcome = str | TurncastError
"""The answer to a request as JSON, or why it was refused."""

_json = json.JSONEncoder(ensure_ascii=False).encode  # made once: `json.dumps` would make one each time
_TRIES = 50  # another process can be quicker so often


@dataclass(slots=True)
class _Work:
    """A request while it is worked on."""

    request: Request
    stored: Stored | None
    model: str  # its policy's name
    policy: Policy
    session: Session
    told: Told = field(default_factory=dict)
    turn: Turn | None = None  # that is to be stepped, from `state`
    state: PolicyState | None = None


class Conversations:
    """Answers requests of many conversations, kept in a store that other processes may share.

    Requests that come together are stepped together and saved together. Requests of one conversation are
    answered in order. Where another process was quicker, what it did is loaded, and the request is worked on
    again.

    Args:
        policies: gives the policies by name; asked anew each time, so that one can be replaced.
        store: where the conversations are kept.
        clock: gives the seconds since 1970.

    >>> from turncast.sessions.store import open_store
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

    def run(self, requests: Sequence[Request]) -> list[Outcome]:
        """Answer the requests, each with JSON or with why it was refused.

        Raises:
            StoreError: where the store fails. Some of the requests may then have been saved: those with a key
                can be made again.
        """
        outcomes: list[Outcome | None] = [None] * len(requests)
        waiting, tries = list(range(len(requests))), [0] * len(requests)
        while waiting:
            first: dict[str, int] = {}
            for number in waiting:
                first.setdefault(requests[number].id, number)
            numbers = list(first.values())
            found = self._round([requests[number] for number in numbers])
            for number, outcome in zip(numbers, found, strict=True):
                tries[number] += 1
                if outcome is None and tries[number] >= _TRIES:
                    outcome = Busy(requests[number].id)
                outcomes[number] = outcome
            waiting = [number for number in waiting if outcomes[number] is None]
        return [outcome for outcome in outcomes if outcome is not None]

    def _round(self, requests: Sequence[Request]) -> list[Outcome | None]:
        """Answer requests of different conversations; None where another process was quicker."""
        stored = self._store.load([request.id for request in requests])
        answers = self._store.answers([(r.id, r.key) for r in requests if r.key is not None])
        policies = self._policies()
        outcomes: list[Outcome | None] = []
        works: dict[int, _Work] = {}
        for number, request in enumerate(requests):
            answer = answers.get((request.id, request.key or ""))
            if answer is not None:
                same = answer.request == request.digest
                outcomes.append(answer.content if same else AskedOtherwise(request.key or ""))
                continue
            try:
                works[number] = self._prepare(request, stored.get(request.id), policies)
                outcomes.append(None)
            except TurncastError as error:
                outcomes.append(error)
        _step([work for work in works.values() if work.turn is not None])
        self._save(works, outcomes)
        return outcomes

    def _prepare(self, request: Request, stored: Stored | None, policies: Mapping[str, Policy]) -> _Work:
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
            work = _Work(request, None, name, policy, Session(policy))
        else:
            log = partial(self._store.events, stored.id)
            work = _Work(request, stored, name, policy, Session.resume(policy, stored.state, log))
        _do(work)
        return work

    def _save(self, works: Mapping[int, _Work], outcomes: list[Outcome | None]) -> None:
        now = self._clock()
        changes: dict[int, Change] = {}
        contents: dict[int, str] = {}
        for number, work in works.items():
            contents[number] = content = _json(work.told)
            if work.stored is not None and not work.session.new_events:
                outcomes[number] = content  # nothing happened
            else:
                changes[number] = _change(work, content, now)
        if not changes:
            return
        saved = self._store.save(list(changes.values()))
        for number, fits in zip(changes, saved, strict=True):
            if fits:
                outcomes[number] = contents[number]


def _step(works: Sequence[_Work]) -> None:
    """Step the turns that were begun, those of one policy together."""
    groups: dict[int, list[_Work]] = {}
    for work in works:
        groups.setdefault(id(work.policy), []).append(work)
    for group in groups.values():
        pairs = [(work.state, work.turn) for work in group]
        states, turns = [s for s, _ in pairs if s is not None], [t for _, t in pairs if t is not None]
        stepped = group[0].policy.step_many(states, turns)
        for work, (prediction, after) in zip(group, stepped, strict=True):
            request, session = work.request, work.session
            if not isinstance(request, Observe) or work.turn is None:
                continue
            if request.threshold is not None:
                prediction = prediction.abstaining_below(request.threshold)
            session.end_turn(work.turn, prediction, after)
            work.told = {
                "turn": len(session),
                **told_of(prediction, request.top),
                "response": prediction.response,
            }
            committed = session.commit() if request.commit and not prediction.abstains else None
            work.told["committed"] = None if committed is None else list(committed)


def _do(work: _Work) -> None:
    """Do what is asked; a turn is only begun."""
    request, session = work.request, work.session
    match request:
        case Begin():
            work.told = {"id": request.id, "model": work.model, "turns": len(session)}
        case Observe():
            work.state, work.turn = session.begin_turn(request.user, request.facts)
        case Commit():
            work.told = {
                "committed": list(session.commit(request.actions, request.response)),
                "turn": len(session),
            }
        case Override():
            later = session.override(request.turn, request.actions, request.response)
            work.told = {
                "turn": request.turn,
                "committed": list(dict.fromkeys(request.actions)),
                "later": [
                    {"turn": number, **told_of(prediction, request.top)}
                    for number, prediction in enumerate(later, start=request.turn + 1)
                ],
            }
        case Undo():
            number, turn = len(session), session.undo()
            if turn is None:
                raise NoTurn(1, 0)
            work.told = {"undone": told_of_turn(number, turn), "turns": len(session)}


def _change(work: _Work, content: str, now: float) -> Change:
    request, stored = work.request, work.stored
    return Change(
        id=request.id,
        version=stored.version if stored else 0,
        model=work.model,
        state=work.session.state,
        events=work.session.new_events,
        at=now,
        answer=None if request.key is None else Answer(request.key, request.digest, content),
    )
