"""The Berkeley function-calling leaderboard: questions of several user turns, with the calls as answers."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from turncast.dialogue import Dialogue, Fact
from turncast.errors import CorpusError, kind_of
from turncast.readers.calls import RESPOND, call_action
from turncast.readers.dialogue_builder import DialogueBuilder
from turncast.readers.folders import matching_files
from turncast.readers.json_files import read_records
from turncast.readers.json_record import JsonRecord
from turncast.readers.json_values import MAX_FACT_CHARS
from turncast.readers.message_content import content_text
from turncast.readers.read_context import ReadContext
from turncast.readers.sniff import key_paths

_ANSWER_FOLDER = "possible_answer"
_INDEX = re.compile(r"([0-9]+)(?:-[0-9-]+)?$")
_MAX_CALL_CHARS = 20_000


def read_bfcl(path: Path, context: ReadContext) -> Iterator[Dialogue]:
    """Read a file of questions, or those of a folder; their answers are in the folder `possible_answer/`.

    `question` is a list of user turns. Each call in the answer is a turn, in order; only the first has the
    user text. A user turn without a call is a turn with the action `respond`. With the setting `listen`,
    `respond` also follows the calls of every user turn: the system has finished. The files do not have the
    results of the calls. A turn at which new functions are offered has their number as the fact
    `tools_added`. The kind and the index of the `id` are the group: the variants of a scenario share it.
    """
    for file in bfcl_files(path):
        answers = _read_answers(file.parent / _ANSWER_FOLDER / file.name)
        for where, record in _records(file):
            name = _record_id(record, where)
            if name not in answers:
                context.skipped["question without an answer"] += 1
                continue
            builder = DialogueBuilder(context.skipped, context.pending)
            _add_turns(builder, record, where, *answers[name], context)
            yield from builder.build(name, _metadata(record, where), _group(name))


def bfcl_files(path: Path) -> list[Path]:
    """Return the files of questions in a folder that have answers, sorted by name, or the file itself."""
    if path.is_file():
        return [path]
    files = matching_files(path, "*.json")
    return [file for file in files if (path / _ANSWER_FOLDER / file.name).is_file()]


def is_bfcl(raw: bytes) -> bool:
    """Return whether the beginning of a file has the keys of questions of the leaderboard, or of answers."""
    keys = key_paths(raw)
    answers = keys >= {"id", "ground_truth"} and not keys & {"question", "turns", "messages"}
    return "question.[].[].role" in keys or answers


def _records(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for where, value in read_records(file):
        is_list = isinstance(value, list)
        for number, record in enumerate(value if is_list else [value], start=1):
            place = f"{where} record {number}" if is_list else where
            if not isinstance(record, dict):
                raise CorpusError(place, f"the record is {kind_of(record)}", "give an object with an 'id'")
            yield place, record


def _record_id(record: Mapping[str, Any], where: str) -> str:
    name = record.get("id")
    if not isinstance(name, str) or not name:
        raise CorpusError(where, f"'id' is {kind_of(name)}", "give the id that joins question and answer")
    return name


def _read_answers(file: Path) -> dict[str, tuple[str, list[Any]]]:
    """Return id -> (where, the calls of each user turn)."""
    if not file.is_file():
        cure = "give a file of questions that has its answers in that folder"
        raise CorpusError(str(file), "there are no answers", cure)
    answers: dict[str, tuple[str, list[Any]]] = {}
    for where, record in _records(file):
        truth = record.get("ground_truth")
        if not isinstance(truth, list):
            raise CorpusError(where, f"'ground_truth' is {kind_of(truth)}", "give a list for each user turn")
        one_turn = bool(truth) and not any(isinstance(calls, list) for calls in truth)
        answers[_record_id(record, where)] = where, [truth] if one_turn else truth
    return answers


def _add_turns(
    builder: DialogueBuilder,
    record: Mapping[str, Any],
    where: str,
    answer_where: str,
    answers: list[Any],
    context: ReadContext,
) -> None:
    questions, missed = record.get("question"), record.get("missed_function")
    if not isinstance(questions, list):
        raise CorpusError(where, f"'question' is {kind_of(questions)}", "give a list of user turns")
    if len(questions) != len(answers):  # which answer belongs to which user turn is not known
        context.skipped["question with more or fewer user turns than its answer"] += 1
        return
    for number, (question, calls) in enumerate(zip(questions, answers, strict=True)):
        builder.add_user_text(_user_text(question, f"{where} user turn {number + 1}", builder))
        added = missed.get(str(number)) if isinstance(missed, dict) else None
        if isinstance(added, list):
            builder.facts["tools_added"] = len(added)
        if not isinstance(calls, list):
            problem = f"the answer to user turn {number + 1} is {kind_of(calls)}"
            raise CorpusError(answer_where, problem, "give a list of calls")
        actions = [_action(call, answer_where, context) for call in calls]
        if context.config.listen or not actions:
            actions.append(RESPOND)
        for action in actions:
            builder.add_turn([action])


def _user_text(question: Any, where: str, builder: DialogueBuilder) -> str:
    if not isinstance(question, list) or not all(isinstance(message, dict) for message in question):
        raise CorpusError(where, "this is not a list of messages", "give a list of objects")
    texts = []
    for message in question:
        if message.get("role") == "user":
            texts.append(content_text(message.get("content"), where, builder.skipped))
        elif message.get("role") in ("system", "developer"):
            builder.skipped["system message inside a dialogue"] += 1
        else:
            builder.cut(f"a message of role {str(message.get('role'))[:MAX_FACT_CHARS]!r}")
    return "\n".join(texts)


def _action(call: Any, where: str, context: ReadContext) -> str:
    """Return the action of a call: Python text, or an object with the name as its only key."""
    if isinstance(call, str):
        name, arguments = parse_call(call, where)
        return call_action(name, arguments, context)
    if isinstance(call, dict) and len(call) == 1:
        name, values = next(iter(call.items()))
        if name and isinstance(values, dict):
            return call_action(name, values, context)
    raise CorpusError(where, f"a call is {kind_of(call)}", "write it as name(argument=value)")


def _metadata(record: Mapping[str, Any], where: str) -> dict[str, Fact]:
    classes = JsonRecord(record, where).texts("involved_classes")
    return {"classes": ", ".join(classes)} if "involved_classes" in record else {}


def _group(name: str) -> str | None:
    """Return what the variants of a scenario share: the kind and the index.

    >>> _group("multi_turn_base_7"), _group("multi_turn_miss_func_7")
    ('multi_turn:7', 'multi_turn:7')
    """
    index = _INDEX.search(name)
    if not index:
        return None
    return f"{'multi_turn' if name.startswith('multi_turn') else name[: index.start()]}:{index[1]}"


def parse_call(text: str, where: str) -> tuple[str, tuple[str, ...]]:
    """Return the name of a call in Python and the names of its arguments; the text is parsed, never run.

    An argument without a name is called `arg` and its position.

    >>> parse_call("files.sort('a.txt', order='up')", "")
    ('files.sort', ('arg1', 'order'))

    Raises:
        CorpusError: for text that is not a call, or is longer than 20,000 characters.
    """
    tree = _parse_expression(text, where)
    name = _dotted_name(tree.func) if isinstance(tree, ast.Call) else None
    if not isinstance(tree, ast.Call) or name is None:
        raise CorpusError(where, f"{text[:40]!r} is not a call", "write it as name(argument=value)")
    names = [keyword.arg for keyword in tree.keywords if keyword.arg is not None]
    if len(names) < len(tree.keywords) or any(isinstance(each, ast.Starred) for each in tree.args):
        raise CorpusError(where, f"{text[:40]!r} has arguments behind a star", "write each argument")
    return name, (*(f"arg{number}" for number, _ in enumerate(tree.args, start=1)), *names)


def _parse_expression(text: str, where: str) -> ast.expr:
    if len(text) > _MAX_CALL_CHARS:
        raise CorpusError(where, f"a call is {len(text)} characters long", f"give at most {_MAX_CALL_CHARS}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about escapes such as "\d" in a string
            return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        problem = f"{text[:40]!r} is not a Python call"
        raise CorpusError(where, problem, "write it as name(argument=value)") from None


def _dotted_name(node: ast.expr) -> str | None:
    """Return a name with its dots, or None for any other expression."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    return ".".join([node.id, *reversed(parts)])
