"""The states of agents' conversations, by a hash of the messages that led there."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

from turncast.dialogue import Turn
from turncast.policy import Policy, PolicyState, Prediction

_MOST = 10_000


class Prefixes:
    """Steps an agent's conversation on from the longest beginning that was seen before.

    An agent sends all its messages each time, and no id; their hash finds the state. What is not found, or
    was dropped to make room, is stepped through again: the messages say all. So nothing is to be stored, and
    several servers need not know of one another.
    """

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._states: OrderedDict[bytes, PolicyState] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._states)

    def predict(self, policy: Policy, turns: Sequence[Turn]) -> Prediction:
        """Predict the last turn, after what was done at those before it."""
        keys = _keys(policy, turns[:-1])
        place, state = self._longest(keys, policy)
        for turn, key in zip(turns[place:-1], keys[place + 1 :], strict=True):
            _, state = policy.step(state, turn)
            self._keep(key, state)
        prediction, _ = policy.step(state, turns[-1])
        return prediction

    def _longest(self, keys: Sequence[bytes], policy: Policy) -> tuple[int, PolicyState]:
        with self._lock:
            for place in range(len(keys) - 1, 0, -1):
                state = self._states.get(keys[place])
                if state is not None:
                    self._states.move_to_end(keys[place])
                    return place, state
        return 0, policy.start()

    def _keep(self, key: bytes, state: PolicyState) -> None:
        with self._lock:
            self._states[key] = state
            while len(self._states) > self._most:
                self._states.popitem(last=False)


def _keys(policy: Policy, turns: Sequence[Turn]) -> list[bytes]:
    """Return a hash of the first 0, 1, 2, ... turns, each with all before it."""
    running = hashlib.sha256(policy.digest.encode())
    keys = [running.digest()]
    for turn in turns:
        record: Mapping[str, Any] = {
            "user": turn.user,
            "facts": dict(turn.facts),
            "actions": turn.actions,
            "response": turn.response,
        }
        running.update(json.dumps(record, sort_keys=True).encode() + b"\n")
        keys.append(running.copy().digest())
    return keys
