"""tau2-bench: simulated conversations between an agent and a user, both with tools."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from turncast.dialogue import Dialogue, Fact
from turncast.errors import CorpusError, kind_of
from turncast.readers.chat_messages import UNUSED_RESULT, read_messages
from turncast.readers.json_values import group_name, parse_json, short_fact
from turncast.readers.read_context import ReadContext
from turncast.readers.sniff import key_paths
from turncast.readers.text_files import read_text

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
        builder, prompt = read_messages(simulation.get("messages") or [], where, context)
        name = group_name(simulation.get("id")) or f"{path.stem}:{number}"
        task = group_name(simulation.get("task_id"))
        group = f"{domain}:{task}" if task and isinstance(domain, str) else task
        yield from builder.build(name, prompt | _metadata(simulation, domain, task), group, UNUSED_RESULT)


def is_tau2(raw: bytes) -> bool:
    """Return whether the beginning of a file has the keys of results of tau2-bench."""
    keys = key_paths(raw)
    return "simulations" in keys or ("tasks" in keys and bool(keys & _INFO_KEYS))


def _metadata(simulation: Mapping[str, Any], domain: Any, task: str | None) -> dict[str, Fact]:
    values = {
        "domain": domain,
        "trial": simulation.get("trial"),
        "termination_reason": simulation.get("termination_reason"),
        "outcome": _value_at(simulation, "reward_info", "reward"),
    }
    facts = {name: short_fact(value) for name, value in values.items()}
    metadata = {name: value for name, value in facts.items() if value is not None}
    return metadata | ({"task": task} if task else {})


def _value_at(record: Any, *keys: str) -> Any:
    """Return the value at a path of keys, or None if a key is missing."""
    for key in keys:
        record = record.get(key) if isinstance(record, dict) else None
    return record
