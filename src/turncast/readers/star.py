"""STAR: schema-guided dialogues, one JSON file each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from turncast.dialogue import Dialogue, Fact, Turn
from turncast.errors import CorpusError, kind_of
from turncast.readers.folders import matching_files
from turncast.readers.json_values import are_valid_facts, parse_json
from turncast.readers.read_context import Skipped
from turncast.readers.text_files import read_text

_BOOKING = {"book", "check"}


def read_star(path: Path, skipped: Skipped) -> Iterator[Dialogue]:
    """Read a STAR folder (its `dialogues`, in order of their number) or one of its files.

    A turn is a `Wizard/pick_suggestion`, whose action is its `ActionLabel`, or a `Wizard/query`, whose action
    is `query_` and the API's name, and `_check` or `_book` where the call says which. User texts since the
    last turn are joined by line ends. `KnowledgeBase/return_item` becomes facts of the next turn:
    `kb_found`, `kb_items` where the number is known, and each field as `api.field`. Every other event (the
    script shown to the user, the suggestions shown to the wizard, free text without a label) is left out and
    counted. `Scenario` and `CompletionLevel` become metadata.
    """
    for file in star_files(path):
        yield from _dialogue(file, skipped)


def star_files(path: Path) -> list[Path]:
    """Return the dialogue files of a STAR folder in order of their number, or the file itself."""
    if path.is_file():
        return [path]
    patterns = ("dialogues/*.json",) if (path / "dialogues").is_dir() else ("*.json",)
    files = [file for file in matching_files(path, *patterns) if file.stem.isdecimal()]
    return sorted(files, key=lambda file: int(file.stem))


def _dialogue(path: Path, skipped: Skipped) -> Iterator[Dialogue]:
    record = parse_json(read_text(path), str(path))
    events = record.get("Events") if isinstance(record, dict) else None
    if not isinstance(events, list) or not all(isinstance(event, dict) for event in events):
        raise CorpusError(
            str(path), "there is no list of 'Events'", "this is no STAR dialogue; name the format"
        )
    turns = list(_turns(events, path, skipped))
    if turns:
        number = record.get("DialogueID")
        name = path.stem if number is None else number
        yield Dialogue(f"star:{name}", tuple(turns), _metadata(record))
    else:
        skipped.add("dialogue without a system decision")


def _turns(events: list[dict[str, Any]], path: Path, skipped: Skipped) -> Iterator[Turn]:
    texts: list[str] = []
    facts: dict[str, Fact] = {}
    for number, event in enumerate(events, start=1):
        kind = f"{event.get('Agent')}/{event.get('Action')}"
        if kind == "User/utter":
            texts.append(str(event.get("Text", "")))
        elif kind == "KnowledgeBase/return_item":
            facts |= _facts(event)
        elif kind in ("Wizard/pick_suggestion", "Wizard/query"):
            action = _action(event, f"{path} event {number}")
            said = event.get("Text")
            response = said if isinstance(said, str) else None
            yield Turn("\n".join(texts) if texts else None, (action,), facts, response)
            texts, facts = [], {}
        else:
            skipped.add(f"event {kind}")
    if texts:
        skipped.add("user text after the last system decision", len(texts))


def _action(event: Mapping[str, Any], where: str) -> str:
    key = "ActionLabel" if event["Action"] == "pick_suggestion" else "APIName"
    label = event.get(key)
    if not isinstance(label, str) or not label:
        raise CorpusError(where, f"{key!r} is {kind_of(label)}", "give the name of the action")
    if key == "ActionLabel":
        return label
    constraints = event.get("Constraints")
    for constraint in constraints if isinstance(constraints, list) else []:
        request = (
            str(constraint.get("RequestType", "")).strip('"').lower() if isinstance(constraint, dict) else ""
        )
        if request in _BOOKING:
            return f"query_{label}_{request}"
    return f"query_{label}"


def _facts(event: Mapping[str, Any]) -> dict[str, Fact]:
    item, total = event.get("Item"), event.get("TotalItems")
    facts: dict[str, Fact] = {"kb_found": bool(item)}
    if type(total) is int and total >= 0 and are_valid_facts({"kb_items": total}):
        facts["kb_items"] = total
    if isinstance(item, dict):
        api = item.get("APIName", event.get("APIName"))
        for name, value in item.items():
            if name not in ("APIName", "id") and value is not None:
                listed = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
                facts[f"{api}.{name}"] = value if are_valid_facts({name: value}) else listed
    return facts


def _metadata(record: Mapping[str, Any]) -> dict[str, Fact]:
    scenario = record.get("Scenario")
    scenario = scenario if isinstance(scenario, dict) else {}
    capabilities = scenario.get("WizardCapabilities")
    listed = capabilities if isinstance(capabilities, list) else []
    tasks = [str(task["Task"]) for task in listed if isinstance(task, dict) and "Task" in task]
    return {
        "completion": str(record.get("CompletionLevel")),
        "happy": bool(scenario.get("Happy")),
        "multi_task": bool(scenario.get("MultiTask")),
        "task": ", ".join(tasks),
    }
