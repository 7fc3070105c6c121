"""An agent's messages as turns, the last of which is what it does next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from turncast.dialogue import Turn
from turncast.errors import CorpusError
from turncast.readers.chat_messages import read_messages
from turncast.readers.read_context import ReadContext

_NEXT = "what the agent does next"


def turns_of_messages(messages: Sequence[Mapping[str, Any]]) -> tuple[Turn, ...]:
    """Return the turns so far, and as the last one what the system sees now.

    Messages are read in the same way as those of a corpus (`turncast.readers.chat_messages`): a live policy
    sees what it saw in training.

    >>> asked, called = {"role": "user", "content": "a flight?"}, {"function": {"name": "search"}}
    >>> turns = turns_of_messages([asked, {"role": "assistant", "tool_calls": [called]}])
    >>> [(turn.user, turn.actions) for turn in turns]
    [('a flight?', ('search',)), (None, ())]

    Raises:
        CorpusError: for messages of another form, and for a conversation that has ended.
    """
    following = {"role": "assistant", "tool_calls": [{"name": _NEXT}]}
    turns, _ = read_messages([*messages, following], "messages", ReadContext())
    if not turns or turns[-1].actions != (_NEXT,):
        raise CorpusError("messages", "the conversation has ended", "leave out what comes after its end mark")
    return (*turns[:-1], replace(turns[-1], actions=()))
