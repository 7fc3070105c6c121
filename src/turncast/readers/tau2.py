"""tau2-bench: simulated conversations between an agent and a user, both with tools."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from turncast.dialogue import Dialogue, Fact
from turncast.errors import CorpusError, kind_of
from turncast.readers.chat_messages import UNUSED_RESULT, read_messages
from turncast.readers.json_record import JsonRecord
from turncast.readers.json_values import parse_json, short_facts
from turncast.readers.read_context import ReadContext
from turncast.readers.sniff import key_paths
from turncast.readers.text_files import file_stem, read_text

_INFO_KEYS = {"info.user_info", "info.agent_info", "info.environment_info"}


def read_tau2(path: Path, context: ReadContext) -> Iterator[Dialogue]:
    """Read the `simulations` of a results file; each is a dialogue.

    Each message of the agent is a turn, including its greeting: see
    `turncast.readers.chat_messages.read_messages`. Calls are flat: `{"name", "arguments", "requestor"}`. A
    call of the user is not a turn of the system, but the fact `user_tool.NAME` of its next turn. Domain and
    task are the group, and also metadata, with `trial`, `termination_reason` and the reward as `outcome`.
    """
    record = parse_json(read_text(path), str(path))
    simulations = record.get("simulations") if isinstance(record, dict) else None
    if not isinstance(simulations, list):
        problem = "there is no list of 'simulations'"
        raise CorpusError(str(path), problem, "give a results file of tau2-bench, or name the format")
    domain = _value_at(record, "info", "environment_info", "domain_name")
    for number, simulation in enumerate(simulations, start=1):
        where = f"{path} simulation {number}"
        if not isinstance(simulation, dict):
            raise CorpusError(where, f"the simulation is {kind_of(simulation)}", "give an object")
        run = JsonRecord(simulation, where)
        builder, prompt = read_messages(run.array("messages"), where, context)
        name = run.name("id") or f"{file_stem(path)}:{number}"
        task = run.name("task_id") or None
        group = f"{domain}:{task}" if task and isinstance(domain, str) else task
        metadata = prompt | _metadata(run, domain, task, context.skipped)
        yield from builder.build(name, metadata, group, UNUSED_RESULT)


def is_tau2(raw: bytes) -> bool:
    """Return whether the beginning of a file has the keys of results of tau2-bench."""
    keys = key_paths(raw)
    return "simulations" in keys or ("tasks" in keys and bool(keys & _INFO_KEYS))


def _metadata(run: JsonRecord, domain: Any, task: str | None, skipped: Counter[str]) -> dict[str, Fact]:
    values = {
        "domain": domain,
        "trial": run.values.get("trial"),
        "termination_reason": run.values.get("termination_reason"),
        "outcome": run.record("reward_info").values.get("reward"),
    }
    metadata = short_facts(values, frozenset(), skipped)
    return metadata | ({"task": task} if task else {})


def _value_at(record: Any, *keys: str) -> Any:
    """Return the value at a path of keys, or None if a key is missing."""
    for key in keys:
        record = record.get(key) if isinstance(record, dict) else None
    return record
