"""A cache of the states of agents' conversations, by a hash of the turns that led to each state."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

from turncast.dialogue import Turn
from turncast.policy import Policy, PolicyState, Prediction

_MAX_STATES = 10_000


class StateCache:
    """Predicts the next turn of a conversation from the longest prefix whose state is in the cache.

    An agent sends all its messages in each request, and no id: a hash of the turns finds the state. Turns
    after the longest cached prefix are stepped again. So nothing has to be stored, and several servers need
    not share anything. The states that were not used for longest are dropped.

    Args:
        max_states: how many states the cache holds.
    """

    def __init__(self, max_states: int = _MAX_STATES) -> None:
        self._max_states = max_states
        self._states: OrderedDict[bytes, PolicyState] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._states)

    def predict(self, policy: Policy, turns: Sequence[Turn]) -> Prediction:
        """Predict the last turn, after the actions of the turns before it."""
        keys = _prefix_keys(policy, turns[:-1])
        length, state = self._longest_prefix(keys, policy)
        steps = policy.steps(turns[length:-1], state)
        for (_, state), key in zip(steps, keys[length + 1 :], strict=True):
            self._add(key, state)
        prediction, _ = policy.step(state, turns[-1])
        return prediction

    def _longest_prefix(self, keys: Sequence[bytes], policy: Policy) -> tuple[int, PolicyState]:
        """Return the length of the longest cached prefix, in turns, and its state."""
        with self._lock:
            for length in range(len(keys) - 1, 0, -1):
                state = self._states.get(keys[length])
                if state is not None:
                    self._states.move_to_end(keys[length])
                    return length, state
        return 0, policy.start()

    def _add(self, key: bytes, state: PolicyState) -> None:
        with self._lock:
            self._states[key] = state
            while len(self._states) > self._max_states:
                self._states.popitem(last=False)


def _prefix_keys(policy: Policy, turns: Sequence[Turn]) -> list[bytes]:
    """Return the hash of each prefix of the turns, from the empty one to all of them."""
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
