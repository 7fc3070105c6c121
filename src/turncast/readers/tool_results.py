"""The facts of a turn that come from the results of tools."""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import Any

from turncast.dialogue import Fact
from turncast.errors import CorpusError
from turncast.readers.json_values import MAX_FACT_CHARS, parse_json, short_fact

MAX_RESULT_KEYS = 20
"""The most keys of tool results that become facts of one turn."""

_ERROR = re.compile(r"\s*(error|exception|traceback)\b", re.IGNORECASE)


def add_tool_result(
    facts: dict[str, Fact], tool: str | None, content: Any, failed: bool, skipped: Counter[str]
) -> None:
    """Add the facts of one tool result to the facts of the next turn.

    The tool's name gives `tool.NAME`. A JSON object gives `result.KEY` for each short value, for at most 20
    keys per turn; a list gives `result_items`, its length; any other short value gives `result`. Short values
    are true, false, numbers, and texts of at most 80 characters. A result that is marked as failed, begins
    with the word error, or has a key `error` gives `tool_error`. If several results have the same key, the
    last one counts. Values that are too long or too many are counted as skipped.

    >>> facts = {}
    >>> add_tool_result(facts, "book", '{"seat": 4, "stops": ["a", "b"]}', False, Counter())
    >>> facts
    {'tool.book': True, 'result.seat': 4}
    """
    if tool and len(tool) <= MAX_FACT_CHARS:
        facts[f"tool.{tool}"] = True
    value = _parsed(content)
    if failed or (isinstance(value, str) and _ERROR.match(value)):
        facts["tool_error"] = True
    if isinstance(value, dict):
        if value.get("error"):
            facts["tool_error"] = True
        for key, item in value.items():
            _add_key(facts, f"result.{key}", item, skipped)
    elif isinstance(value, list):
        facts["result_items"] = len(value)
    elif value is not None and value != "":
        fact = short_fact(value)
        if fact is None:
            skipped["long text of a tool result"] += 1
        else:
            facts["result"] = fact


def _parsed(content: Any) -> Any:
    """Return the value of a JSON text; any other text or value as it is."""
    if not isinstance(content, str):
        return content
    text = content.strip()
    try:
        value = parse_json(text, "")
    except CorpusError:
        return text
    return text if isinstance(value, float) and not math.isfinite(value) else value


def _add_key(facts: dict[str, Fact], name: str, item: Any, skipped: Counter[str]) -> None:
    fact = short_fact(item)
    if item is None or item == "":
        return
    if fact is None or len(name) > MAX_FACT_CHARS:
        skipped["value of a tool result that is not short"] += 1
    elif name not in facts and sum(key.startswith("result.") for key in facts) >= MAX_RESULT_KEYS:
        skipped[f"value of a tool result beyond the first {MAX_RESULT_KEYS}"] += 1
    else:
        facts[name] = fact
