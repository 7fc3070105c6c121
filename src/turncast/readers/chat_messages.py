"""Chat messages with tool calls -> turns, for all formats that have such messages and for the server."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from turncast.dialogue import Fact
from turncast.errors import CorpusError, kind_of
from turncast.readers.calls import (
    RESPOND,
    STOP,
    Call,
    call_actions,
    first_value,
    message_calls,
    parse_call_record,
)
from turncast.readers.dialogue_builder import DialogueBuilder
from turncast.readers.json_values import MAX_FACT_CHARS, parse_json
from turncast.readers.message_content import (
    REASONING,
    MessageContent,
    NotUnderstood,
    ToolResult,
    content_key,
    content_text,
    count_unknown,
    has_reasoning,
    parse_content,
    require_understood,
    text_or_none,
)
from turncast.readers.read_context import ReadContext
from turncast.readers.text_calls import split_text, text_results, without_results
from turncast.readers.tool_results import add_tool_result

UNUSED_RESULT = "tool result or user call after the last system turn"
"""Reason for counting facts that no turn has."""

NOT_TAUGHT = "message of the assistant that is not to be learned (weight 0)"
"""Reason for counting decisions that the corpus excludes from training."""

_ROLES = {
    name: role
    for role, names in {
        "system": "system developer",
        "user": "user human",
        "assistant": "assistant model ai bot chatbot gpt",
        "tool": "tool function observation ipython tool_result tool_response function_response",
        "call": "function_call tool_call",
    }.items()
    for name in names.split()
}
_NOT_TAUGHT_KEYS = ("weight", "train", "loss")
_END = re.compile(r"###(STOP|TRANSFER|OUT-OF-SCOPE)###")


def read_messages(messages: Any, where: str, context: ReadContext) -> tuple[DialogueBuilder, dict[str, Fact]]:
    """Return the dialogue of a list of messages, and the metadata from its system prompt.

    Each message of the assistant is a turn: its calls are the actions and its text is the response. A message
    with text alone has the action `respond`. The user texts since the last turn are joined by line ends. Tool
    results become facts (`add_tool_result`). The user's calls become the facts `user_tool.NAME`; their
    results are skipped and counted. `###STOP###` ends the dialogue and is not part of the text; if the
    assistant sends nothing else, its action is `stop`.

    Calls and results are read in several forms (`turncast.readers.message_content`). At a message of an
    unknown role, or one of the assistant that holds something not understood, the dialogue is cut: the
    builder's `is_cut` is true, and the rest is counted. A message that is not to be learned (`weight` 0) is
    no turn; what came before it belongs to the next turn.

    Raises:
        CorpusError: for messages, contents and calls of another form.
    """
    if not isinstance(messages, list):
        raise CorpusError(where, f"the messages are {kind_of(messages)}", "give a list of messages")
    reader = _MessageReader(context, DialogueBuilder(context.skipped, context.pending))
    for number, message in _in_order(messages):
        for place, single in _single_messages(message, f"{where} message {number + 1}"):
            try:
                reader.add(single, place)
            except NotUnderstood as error:
                reader.builder.cut(error.what, ".".join(map(str, (number, *error.path))))
    if reader.ended:
        reader.builder.pending = False
    return reader.builder, _prompt_metadata("\n".join(reader.prompts))


def _in_order(messages: Sequence[Any]) -> list[tuple[int, Any]]:
    """Return the messages with their positions, oldest first: threads of OpenAI list the newest first."""
    times: list[Any] = [
        message.get("created_at") if isinstance(message, dict) else None for message in messages
    ]
    numbered = list(enumerate(messages))
    newest_first = len(times) > 1 and all(type(time) in (int, float) for time in times)
    if newest_first and all(earlier > later for earlier, later in pairwise(times)):
        numbered.reverse()
    return numbered


def _single_messages(message: Any, where: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield a message, or each of the tool results that are joined in one message."""
    if not isinstance(message, dict):
        raise CorpusError(where, f"the message is {kind_of(message)}", "give an object with a 'role'")
    results = message.get("tool_messages")
    if message.get("role") == "tool" and isinstance(results, list):
        for number, result in enumerate(results, start=1):
            yield from _single_messages(result, f"{where} result {number}")
    else:
        yield where, message


@dataclass(slots=True)
class _MessageReader:
    """Adds messages to a dialogue, one after another."""

    context: ReadContext
    builder: DialogueBuilder
    prompts: list[str] = field(default_factory=list)
    calls: dict[str, Call] = field(default_factory=dict)  # by the id of the call
    user_call_ids: set[str] = field(default_factory=set)
    started: bool = False  # a message other than a system prompt has come
    ended: bool = False

    def add(self, message: Mapping[str, Any], where: str) -> None:
        """Add a message.

        Raises:
            NotUnderstood: for an unknown role, and for a decision in an unknown form.
        """
        role = message.get("role")
        if not isinstance(role, str):
            problem = f"'role' is {kind_of(role)}" if "role" in message else "the message has no 'role'"
            raise CorpusError(where, problem, "give system, user, assistant or tool")
        kind = _ROLES.get(role.strip().lower())
        if self.ended:
            self.context.skipped["message after the end mark"] += 1
        elif self.builder.is_cut:
            self.context.skipped["message after the cut of its dialogue"] += 1
        elif kind is None:
            raise NotUnderstood(f"a message of role {role[:MAX_FACT_CHARS]!r}", "role")
        elif kind == "system":
            self._add_prompt(content_text(message.get(content_key(message)), where, self.context.skipped))
        else:
            self.started = True
            content = parse_content(message.get(content_key(message)), where)
            if kind == "user":
                self._add_user(message, content, where)
            elif kind == "tool":
                self._add_results(message, content)
            else:
                self._add_assistant(message, content, where, is_call=kind == "call")

    def _add_prompt(self, text: str) -> None:
        if self.started:
            self.context.skipped["system message inside a dialogue"] += 1
        else:
            self.prompts.append(text)

    def _add_user(self, message: Mapping[str, Any], content: MessageContent, where: str) -> None:
        count_unknown(content, self.context.skipped)
        for result in (*content.results, *text_results(content.text)):
            self._add_result(result)
        self.builder.add_user_text(self._without_end(without_results(content.text)))
        calls = (*message_calls(message, where), *content.calls)
        if not (content.text.strip() or content.results or content.unknown or calls):
            self.context.skipped["user message without text"] += 1
        for call in calls:
            self.builder.facts[f"user_tool.{call.name}"] = True
            self._remember(call)
            self.user_call_ids |= {call.id} if call.id else set()

    def _add_assistant(
        self, message: Mapping[str, Any], content: MessageContent, where: str, is_call: bool
    ) -> None:
        calls = list(message_calls(message, where))
        ids = {call.id for call in calls if call.id}
        calls += [call for call in content.calls if call.id not in ids]
        if is_call:
            calls += _calls_in_text(content.text)
            text, text_calls, reasoned = "", list[Call](), False
        else:
            text, text_calls, reasoned = split_text(self._without_end(_spoken_text(message, content)))
        calls += text_calls
        require_understood(message, content, bool(calls))
        for call in calls:
            self._remember(call)
        if content.reasoning or reasoned or has_reasoning(message):
            self.context.skipped[REASONING] += 1
        if message.get("invalid_tool_calls"):
            self.context.skipped["call with arguments that cannot be parsed"] += 1
        has_text = bool(text.strip())
        is_taught = all(
            message.get(key) is None or message[key] not in (0, False) for key in _NOT_TAUGHT_KEYS
        )
        if not is_taught and not self.context.pending:  # a prediction sees it as history
            self.context.skipped[NOT_TAUGHT] += 1
        elif calls or has_text or self.ended:
            actions = call_actions(calls, self.context) or (RESPOND if has_text else STOP,)
            self.builder.add_turn(actions, text if has_text else None)
        else:
            self.context.skipped["assistant message without text and calls"] += 1

    def _without_end(self, text: str) -> str:
        """Return the text without an end mark, which ends the dialogue."""
        if not _END.search(text):
            return text
        self.ended = True
        return _END.sub("", text).strip()

    def _remember(self, call: Call) -> None:
        if call.id:
            self.calls[call.id] = call

    def _add_results(self, message: Mapping[str, Any], content: MessageContent) -> None:
        """Add the results in a message of a tool: its parts, or the whole message."""
        count_unknown(content, self.context.skipped)
        if content.results:
            for part in content.results:
                self._add_result(part)
            return
        whole = message.get(content_key(message))
        text = next(text_results(content.text), None)
        result = ToolResult(
            content.text if isinstance(whole, list) else whole if text is None else text.content,
            text_or_none(first_value(message, "tool_call_id", "id")),
            text_or_none(message.get("name")),
            message.get("error") is True or message.get("status") == "error",
        )
        self._add_result(result, of_user=message.get("requestor") == "user")

    def _add_result(self, result: ToolResult, of_user: bool = False) -> None:
        if of_user or result.call_id in self.user_call_ids:
            self.context.skipped["result of a call of the user"] += 1
            return
        call = self.calls.get(result.call_id or "")
        tool = result.name or (call.name if call else None)
        add_tool_result(self.builder.facts, tool, result.content, result.failed, self.context.skipped)


def _spoken_text(message: Mapping[str, Any], content: MessageContent) -> str:
    """Return what the assistant says: its text, its refusal, or the words of an answer in speech."""
    audio = message.get("audio")
    for text in (message.get("refusal"), audio.get("transcript") if isinstance(audio, dict) else None):
        if not content.text and isinstance(text, str):
            return text
    if isinstance(audio, dict) and not content.text:
        raise NotUnderstood("an answer in speech without a transcript", "audio")
    return content.text


def _calls_in_text(text: str) -> list[Call]:
    """Return the calls in the content of a message of the role `function_call`: one object, or a list."""
    try:
        value = parse_json(text, "")
        return [parse_call_record(call, "") for call in (value if isinstance(value, list) else [value])]
    except CorpusError:
        raise NotUnderstood("a message of role 'function_call' that is not a call", "content") from None


def _prompt_metadata(prompt: str) -> dict[str, Fact]:
    """Return a short system prompt, or the hash and the length of a long one."""
    if not prompt.strip():
        return {}
    if len(prompt) <= MAX_FACT_CHARS:
        return {"system_prompt": prompt}
    digest = hashlib.sha256(prompt.encode()).hexdigest()[:16]
    return {"system_prompt_sha256": digest, "system_prompt_length": len(prompt)}
