"""The Berkeley function-calling leaderboard: questions of several turns, and the calls that answer them."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from turncast.dialogue import Dialogue, Fact, Turn
from turncast.errors import CorpusError, kind_of
from turncast.readers.calls import call_action
from turncast.readers.chat_messages import RESPOND, text_of
from turncast.readers.folders import matching_files
from turncast.readers.json_files import read_records
from turncast.readers.json_values import MAX_FACT_CHARS
from turncast.readers.read_context import ReadContext, Skipped
from turncast.readers.sniff import key_paths

_ANSWERS = "possible_answer"
_INDEX = re.compile(r"(\d+)(?:-[\d-]+)?$")


def read_bfcl(path: Path, context: ReadContext) -> Iterator[Dialogue]:
    """Read a file of questions, or those of a folder; the answers stand in `possible_answer/` beside them.

    `question` is a list of user turns. Each call that answers one is a turn of its own, in order; only the
    first has the user text. A user turn that no call answers is a turn with the action `respond`. With the
    setting `listen` the calls of every user turn are followed by `respond`: the system has done all of it.
    Nothing is known of what the calls gave back; a turn at which new functions are offered has the fact
    `tools_added`, their number. The index at the end of the `id` is the group: variants share scenarios.
    """
    for file in bfcl_files(path):
        answers = _answers(file.parent / _ANSWERS / file.name)
        for where, record in _records(file):
            name = _id_of(record, where)
            if name not in answers:
                context.skipped.add("question without an answer")
                continue
            turns = tuple(_turns(record, where, *answers[name], context))
            if turns:
                yield Dialogue(name, turns, _metadata(record), _group(name))
            else:
                context.skipped.add("dialogue without a system decision")


def bfcl_files(path: Path) -> list[Path]:
    """Return the files of questions in a folder that have answers, in order of their names, or the file."""
    if path.is_file():
        return [path]
    return [file for file in matching_files(path, "*.json") if (path / _ANSWERS / file.name).is_file()]


def is_bfcl(raw: bytes) -> bool:
    """Tell whether the beginning of a file shows questions of the leaderboard, or their answers."""
    shape = key_paths(raw)
    answers = shape >= {"id", "ground_truth"} and not shape & {"question", "turns", "messages"}
    return "question.[].[].role" in shape or answers


def _records(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for where, value in read_records(file):
        listed = isinstance(value, list)
        for number, record in enumerate(value if listed else [value], start=1):
            place = f"{where} record {number}" if listed else where
            if not isinstance(record, dict):
                raise CorpusError(place, f"the record is {kind_of(record)}", "give an object with an 'id'")
            yield place, record


def _id_of(record: Mapping[str, Any], where: str) -> str:
    name = record.get("id")
    if not isinstance(name, str) or not name:
        raise CorpusError(where, f"'id' is {kind_of(name)}", "give the id that joins question and answer")
    return name


def _answers(file: Path) -> dict[str, tuple[str, list[Any]]]:
    """Return id -> (where, the calls of each user turn)."""
    if not file.is_file():
        problem = "there are no answers"
        raise CorpusError(str(file), problem, "name a file of questions, with the answers in that folder")
    answers: dict[str, tuple[str, list[Any]]] = {}
    for where, record in _records(file):
        truth = record.get("ground_truth")
        if not isinstance(truth, list):
            raise CorpusError(where, f"'ground_truth' is {kind_of(truth)}", "give a list for each user turn")
        one_turn = bool(truth) and not any(isinstance(calls, list) for calls in truth)
        answers[_id_of(record, where)] = where, [truth] if one_turn else truth
    return answers


def _turns(
    record: Mapping[str, Any], where: str, where_answer: str, answers: list[Any], context: ReadContext
) -> Iterator[Turn]:
    questions, missed = record.get("question"), record.get("missed_function")
    if not isinstance(questions, list):
        raise CorpusError(where, f"'question' is {kind_of(questions)}", "give a list of user turns")
    if len(questions) != len(answers):
        context.skipped.add("user turn or answer without the other", abs(len(questions) - len(answers)))
    for number, (question, calls) in enumerate(zip(questions, answers, strict=False)):
        user = _user(question, f"{where} user turn {number + 1}", context.skipped)
        facts: dict[str, Fact] = {}
        added = missed.get(str(number)) if isinstance(missed, dict) else None
        if isinstance(added, list):
            facts["tools_added"] = len(added)
        if not isinstance(calls, list):
            problem = f"the answer to user turn {number + 1} is {kind_of(calls)}"
            raise CorpusError(where_answer, problem, "give a list of calls")
        actions = [_action(call, where_answer, context) for call in calls]
        if context.config.listen or not actions:
            actions.append(RESPOND)
        for action in actions:
            yield Turn(user, (action,), facts)
            user, facts = None, {}


def _user(question: Any, where: str, skipped: Skipped) -> str | None:
    if not isinstance(question, list) or not all(isinstance(message, dict) for message in question):
        raise CorpusError(where, "it is no list of messages", "give a list of objects")
    texts = []
    for message in question:
        if message.get("role") == "user":
            texts.append(text_of(message.get("content"), where, skipped))
        else:
            skipped.add(f"message of role {str(message.get('role'))[:MAX_FACT_CHARS]!r}")
    return "\n".join(texts) if texts else None


def _action(call: Any, where: str, context: ReadContext) -> str:
    """Return the action of a call: Python text, or an object of the name and its arguments."""
    if isinstance(call, str):
        name, arguments = parse_call(call, where)
        return call_action(name, arguments, context)
    if isinstance(call, dict) and len(call) == 1:
        name, values = next(iter(call.items()))
        if name and isinstance(values, dict):
            return call_action(name, values, context)
    raise CorpusError(where, f"a call is {kind_of(call)}", "write it as name(argument=value)")


def _metadata(record: Mapping[str, Any]) -> dict[str, Fact]:
    classes = record.get("involved_classes")
    return {"classes": ", ".join(map(str, classes))} if isinstance(classes, list) else {}


def _group(name: str) -> str | None:
    """Return what variants of one scenario share: the kind and the index.

    >>> _group("multi_turn_base_7"), _group("multi_turn_miss_func_7")
    ('multi_turn:7', 'multi_turn:7')
    """
    index = _INDEX.search(name)
    if not index:
        return None
    return f"{'multi_turn' if name.startswith('multi_turn') else name[: index.start()]}:{index[1]}"


_MAX_CALL_CHARS = 20_000


def parse_call(text: str, where: str) -> tuple[str, tuple[str, ...]]:
    """Return the name of a call written as Python, and its arguments' names; the third by place is `arg3`.

    >>> parse_call("files.sort('a.txt', order='up')", "")
    ('files.sort', ('arg1', 'order'))

    Raises:
        CorpusError: for text that is no call, or is longer than 20,000 characters.
    """
    tree = _parsed(text, where)
    name = _name(tree.func) if isinstance(tree, ast.Call) else None
    if not isinstance(tree, ast.Call) or name is None:
        raise CorpusError(where, f"{text[:40]!r} is no call", "write it as name(argument=value)")
    places = tuple(f"arg{number}" for number, _ in enumerate(tree.args, start=1))
    return name, places + tuple(word.arg for word in tree.keywords if word.arg)


def _parsed(text: str, where: str) -> ast.expr:
    if len(text) > _MAX_CALL_CHARS:
        raise CorpusError(where, f"a call is {len(text)} characters long", f"give at most {_MAX_CALL_CHARS}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of "\d" in a text
            return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        problem = f"{text[:40]!r} is no Python call"
        raise CorpusError(where, problem, "write it as name(argument=value)") from None


def _name(node: ast.expr) -> str | None:
    """Return a name with its dots, or None for anything else that can be called."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    return ".".join([node.id, *reversed(parts)])
