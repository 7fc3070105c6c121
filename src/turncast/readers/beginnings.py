"""Logs in which each record repeats the conversation so far: dialogues that are the beginning of another."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from turncast.dialogue import Dialogue, Fact

SESSION_KEYS = (
    *("session_id", "conversation_id", "thread_id", "chat_id"),
    *("sessionId", "conversationId", "threadId", "chatId"),
)
"""The keys of a record that name its conversation."""


def prefix_hashes(dialogue: Dialogue) -> Iterator[int]:
    """Yield for each turn a hash of 64 bits of the dialogue up to and with it.

    >>> from turncast.dialogue import Turn
    >>> short, long = Dialogue("a", [Turn("tea")]), Dialogue("b", [Turn("tea"), Turn("bye")])
    >>> next(prefix_hashes(short)) == next(prefix_hashes(long))
    True
    """
    prefix = hashlib.blake2b(digest_size=8)
    for turn in dialogue:
        values = (turn.user, sorted(turn.facts.items()), sorted(turn.actions), turn.response)
        prefix.update(repr(values).encode(errors="surrogatepass"))
        yield int.from_bytes(prefix.digest(), "big")


def _conversation(dialogue: Dialogue) -> tuple[Fact | None, Fact | None]:
    """Return the session and the trial of a dialogue: another session is another conversation."""
    metadata = dialogue.metadata
    session = next((metadata[key] for key in SESSION_KEYS if key in metadata), None)
    return session, metadata.get("trial")


class Repetitions:
    """Finds the records of a log that repeat others: only the longest record of a conversation is new.

    >>> from turncast.dialogue import Turn
    >>> short, long = Dialogue("a", [Turn("tea")]), Dialogue("b", [Turn("tea"), Turn("bye")])
    >>> repetitions = Repetitions()
    >>> repetitions.add(short)
    >>> repetitions.add(long)
    >>> repetitions.reason(short), repetitions.reason(long)
    ('dialogue that is the beginning of another one', None)
    """

    def __init__(self) -> None:
        self._beginnings: set[int] = set()
        self._sessions: set[int] = set()

    def add(self, dialogue: Dialogue) -> None:
        """Add a dialogue; all of them must be added before `reason` is asked."""
        key = hash(_conversation(dialogue))
        self._beginnings.update(key ^ prefix for prefix in list(prefix_hashes(dialogue))[:-1])

    def reason(self, dialogue: Dialogue) -> str | None:
        """Return why a dialogue is left out, or None; asked for each dialogue once, in order."""
        if not dialogue.turns:
            return None
        conversation = _conversation(dialogue)
        *_, whole = prefix_hashes(dialogue)
        whole ^= hash(conversation)
        if whole in self._beginnings:
            return "dialogue that is the beginning of another one"
        if conversation[0] is not None:
            if whole in self._sessions:
                return "dialogue that equals an earlier one of its session"
            self._sessions.add(whole)
        return None
