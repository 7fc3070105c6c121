"""tau2-bench: simulated conversations between an agent and a user, both with tools."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from turncast.dialogue import Dialogue, Fact
from turncast.errors import CorpusError, kind_of
from turncast.readers.chat_messages import read_messages
from turncast.readers.json_values import group_name, parse_json, short_fact
from turncast.readers.read_context import ReadContext
from turncast.readers.sniff import key_paths
from turncast.readers.text_files import read_text

_INFO = {"info.user_info", "info.agent_info", "info.environment_info"}


def read_tau2(path: Path, context: ReadContext) -> Iterator[Dialogue]:
    """Read the `simulations` of a results file, one dialogue each.

    Each message of the agent is a turn, its greeting too: see `turncast.readers.chat_messages.read_messages`.
    Calls are flat, `{"name", "arguments", "requestor"}`. A call of the user is no decision of the system: it
    is the fact `user_tool.NAME` of the system's next turn. The domain and the task are the group, and
    metadata with `trial`, `termination_reason` and the reward as `outcome`.
    """
    record = parse_json(read_text(path), str(path))
    simulations = record.get("simulations") if isinstance(record, dict) else None
    if not isinstance(simulations, list):
        problem = "there is no list of 'simulations'"
        raise CorpusError(str(path), problem, "this is no file of results of tau2-bench; name the format")
    domain = _within(record, "info", "environment_info", "domain_name")
    for number, simulation in enumerate(simulations, start=1):
        where = f"{path} simulation {number}"
        if not isinstance(simulation, dict):
            raise CorpusError(where, f"the simulation is {kind_of(simulation)}", "give an object")
        turns, prompt = read_messages(simulation.get("messages") or [], where, context)
        if turns:
            name = group_name(simulation.get("id")) or f"{path.stem}:{number}"
            task = group_name(simulation.get("task_id"))
            group = f"{domain}:{task}" if task and isinstance(domain, str) else task
            yield Dialogue(name, turns, prompt | _metadata(simulation, domain, task), group)
        else:
            context.skipped.add("dialogue without a system decision")


def is_tau2(raw: bytes) -> bool:
    """Tell whether the beginning of a file shows results of tau2-bench."""
    shape = key_paths(raw)
    return "simulations" in shape or ("tasks" in shape and bool(shape & _INFO))


def _metadata(simulation: Mapping[str, Any], domain: Any, task: str | None) -> dict[str, Fact]:
    named = {
        "domain": domain,
        "trial": simulation.get("trial"),
        "termination_reason": simulation.get("termination_reason"),
        "outcome": _within(simulation, "reward_info", "reward"),
    }
    short = {name: short_fact(value) for name, value in named.items()}
    metadata = {name: value for name, value in short.items() if value is not None}
    return metadata | ({"task": task} if task else {})


def _within(record: Any, *keys: str) -> Any:
    """Return the value at the end of a path of keys, or None where the path ends before."""
    for key in keys:
        record = record.get(key) if isinstance(record, dict) else None
    return record
