"""STAR: schema-guided dialogues, one JSON file per dialogue."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from turncast.dialogue import Dialogue, Fact
from turncast.errors import CorpusError, kind_of
from turncast.readers.dialogue_builder import DialogueBuilder
from turncast.readers.folders import matching_files
from turncast.readers.json_values import MAX_FACT_CHARS, are_valid_facts, parse_json
from turncast.readers.read_context import ReadContext
from turncast.readers.sniff import key_paths
from turncast.readers.text_files import first_bytes, read_text

_REQUEST_TYPES = {"book", "check"}
_OTHER_AGENTS = {"User", "UserGuide", "KnowledgeBase"}
_WIZARD_EVENT = re.compile(r"Wizard/(utter|request_suggestions|complete|select_\w+)$")


def read_star(path: Path, context: ReadContext) -> Iterator[Dialogue]:
    """Read a STAR folder (its `dialogues`, sorted by number) or one of its files.

    A turn is a `Wizard/pick_suggestion`, whose action is its `ActionLabel`, or a `Wizard/query`, whose action
    is `query_` and the name of the API, with `_check` or `_book` if the call says which. User texts since the
    last turn are joined by line ends. `KnowledgeBase/return_item` becomes facts of the next turn: `kb_found`,
    `kb_items` if the number is known, and each field as `api.field`. All other events are skipped and
    counted: the script for the user, the suggestions for the wizard, free text without a label. `Scenario`
    and `CompletionLevel` become metadata.
    """
    for file in star_files(path):
        record = parse_json(read_text(file), str(file))
        events = record.get("Events") if isinstance(record, dict) else None
        if not isinstance(events, list) or not all(isinstance(event, dict) for event in events):
            cure = "give a STAR dialogue, or name the format"
            raise CorpusError(str(file), "there is no list of 'Events'", cure)
        builder = DialogueBuilder(context.skipped, context.pending)
        for number, event in enumerate(events, start=1):
            _add_event(event, f"{file} event {number}", builder)
        dialogue_id = record.get("DialogueID")
        name = file.stem if dialogue_id is None else dialogue_id
        yield from builder.build(f"star:{name}", _metadata(record))


def star_files(path: Path) -> list[Path]:
    """Return the dialogue files of a STAR folder, sorted by number, or the file itself."""
    if path.is_file():
        return [path]
    patterns = ("dialogues/*.json",) if (path / "dialogues").is_dir() else ("*.json",)
    files = [file for file in matching_files(path, *patterns) if file.stem.isdecimal()]
    return sorted(files, key=lambda file: int(file.stem))


def is_star_folder(folder: Path) -> bool:
    """Return whether the first numbered files of a folder are dialogues of STAR."""
    return any("Events" in key_paths(first_bytes(file)) for file in star_files(folder)[:3])


def _add_event(event: Mapping[str, Any], where: str, builder: DialogueBuilder) -> None:
    kind = f"{event.get('Agent')}/{event.get('Action')}"
    if kind == "User/utter":
        builder.add_user_text(str(event.get("Text", "")))
    elif kind == "KnowledgeBase/return_item":
        builder.facts |= _item_facts(event)
    elif kind in ("Wizard/pick_suggestion", "Wizard/query"):
        text = event.get("Text")
        builder.add_turn([_action(event, where)], text if isinstance(text, str) else None)
    elif str(event.get("Agent")) in _OTHER_AGENTS or _WIZARD_EVENT.match(kind):
        builder.skipped[f"event {kind}"] += 1
    else:
        builder.cut(f"an event {kind[:MAX_FACT_CHARS]!r}")


def _action(event: Mapping[str, Any], where: str) -> str:
    key = "ActionLabel" if event["Action"] == "pick_suggestion" else "APIName"
    label = event.get(key)
    if not isinstance(label, str) or not label:
        raise CorpusError(where, f"{key!r} is {kind_of(label)}", "give the name of the action")
    if key == "ActionLabel":
        return label
    constraints = event.get("Constraints")
    for constraint in constraints if isinstance(constraints, list) else []:
        if isinstance(constraint, dict):
            request = str(constraint.get("RequestType", "")).strip('"').lower()
            if request in _REQUEST_TYPES:
                return f"query_{label}_{request}"
    return f"query_{label}"


def _item_facts(event: Mapping[str, Any]) -> dict[str, Fact]:
    item, total = event.get("Item"), event.get("TotalItems")
    facts: dict[str, Fact] = {"kb_found": bool(item)}
    if type(total) is int and total >= 0 and are_valid_facts({"kb_items": total}):
        facts["kb_items"] = total
    if isinstance(item, dict):
        api = item.get("APIName", event.get("APIName"))
        for name, value in item.items():
            if name not in ("APIName", "id") and value is not None:
                text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
                facts[f"{api}.{name}"] = value if are_valid_facts({name: value}) else text
    return facts


def _metadata(record: Mapping[str, Any]) -> dict[str, Fact]:
    scenario = record.get("Scenario")
    scenario = scenario if isinstance(scenario, dict) else {}
    capabilities = scenario.get("WizardCapabilities")
    capabilities = capabilities if isinstance(capabilities, list) else []
    tasks = [str(entry["Task"]) for entry in capabilities if isinstance(entry, dict) and "Task" in entry]
    return {
        "completion": str(record.get("CompletionLevel")),
        "happy": bool(scenario.get("Happy")),
        "multi_task": bool(scenario.get("MultiTask")),
        "task": ", ".join(tasks),
    }
