"""STAR: schema-guided dialogues, one JSON file per dialogue."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from turncast.dialogue import Dialogue, Fact, value_name
from turncast.errors import CorpusError, kind_of
from turncast.readers.dialogue_builder import DialogueBuilder
from turncast.readers.folders import matching_files
from turncast.readers.json_record import JsonRecord, as_json_record
from turncast.readers.json_values import MAX_FACT_CHARS, are_valid_facts, parse_json
from turncast.readers.read_context import ReadContext
from turncast.readers.sniff import key_paths
from turncast.readers.text_files import file_stem, first_bytes, read_text

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
        record = as_json_record(parse_json(read_text(file), str(file)), str(file))
        if "Events" not in record:
            cure = "give a STAR dialogue, or name the format"
            raise CorpusError(str(file), "there is no list of 'Events'", cure)
        builder = DialogueBuilder(context.skipped, context.pending)
        for event in record.records("Events", "event"):
            _add_event(event, builder)
        name = record.name("DialogueID")
        yield from builder.build(f"star:{file_stem(file) if name is None else name}", _metadata(record))


def star_files(path: Path) -> list[Path]:
    """Return the dialogue files of a STAR folder, sorted by number, or the file itself."""
    if path.is_file():
        return [path]
    patterns = ("dialogues/*.json",) if (path / "dialogues").is_dir() else ("*.json",)
    files = [file for file in matching_files(path, *patterns) if re.fullmatch("[0-9]+", file.stem)]
    return sorted(files, key=lambda file: int(file.stem))


def is_star_folder(folder: Path) -> bool:
    """Return whether the first numbered files of a folder are dialogues of STAR."""
    return any("Events" in key_paths(first_bytes(file)) for file in star_files(folder)[:3])


def _add_event(event: JsonRecord, builder: DialogueBuilder) -> None:
    kind = f"{event.text('Agent')}/{event.text('Action')}"
    if kind == "User/utter":
        builder.add_user_text(event.text("Text"))
    elif kind == "KnowledgeBase/return_item":
        builder.facts |= _item_facts(event, builder.skipped)
    elif kind == "Wizard/pick_suggestion":
        builder.add_turn([event.required_text("ActionLabel")], event.text("Text"))
    elif kind == "Wizard/query":
        _add_query(event, builder)
    elif event.text("Agent") in _OTHER_AGENTS or _WIZARD_EVENT.match(kind):
        builder.skipped[f"event {kind}"] += 1
    else:
        builder.cut(f"an event {kind[:MAX_FACT_CHARS]!r}")


def _add_query(event: JsonRecord, builder: DialogueBuilder) -> None:
    action = f"query_{event.required_text('APIName')}"
    constraints = event.records("Constraints", "constraint")
    request = next((text for each in constraints if (text := each.text("RequestType"))), None)
    if request is not None:
        request_type = request.strip('"').lower()
        if request_type not in _REQUEST_TYPES:
            builder.cut(f"a query of the RequestType {request[:MAX_FACT_CHARS]!r}")
            return
        action += f"_{request_type}"
    builder.add_turn([action], event.text("Text"))


def _item_facts(event: JsonRecord, skipped: Counter[str]) -> dict[str, Fact]:
    item, total = event.record("Item"), event.values.get("TotalItems")
    facts: dict[str, Fact] = {"kb_found": bool(item.values)}
    if total is not None and type(total) is not int:
        raise CorpusError(event.where, f"'TotalItems' is {kind_of(total)}", "give a whole number, or null")
    if total is not None and total >= 0 and are_valid_facts({"kb_items": total}):
        facts["kb_items"] = total
    for name, value in item.values.items():
        if name in ("APIName", "id") or value is None:
            continue
        values = value if isinstance(value, list) else [value]
        if not are_valid_facts({str(index): each for index, each in enumerate(values)}):
            skipped["field of an item that is neither a value nor a list of values"] += 1
            continue
        api = item.text("APIName") or event.required_text("APIName")
        facts[f"{api}.{name}"] = ", ".join(map(value_name, value)) if isinstance(value, list) else value
    return facts


def _metadata(record: JsonRecord) -> dict[str, Fact]:
    scenario = record.record("Scenario")
    capabilities = scenario.records("WizardCapabilities", "capability")
    values = {
        "completion": record.text("CompletionLevel"),
        "happy": scenario.flag("Happy"),
        "multi_task": scenario.flag("MultiTask"),
        "task": ", ".join(task for each in capabilities if (task := each.text("Task"))),
    }
    return {name: value for name, value in values.items() if value is not None}
