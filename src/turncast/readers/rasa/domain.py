"""The domain of a Rasa project: the texts of the responses, and the names of the actions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from turncast.readers.folders import walk_files
from turncast.readers.safe_yaml import YamlList, YamlMapping, load_yaml, yaml_text
from turncast.readers.text_files import read_text

_BUILT_IN = {
    *("action_listen", "action_restart", "action_session_start", "action_default_fallback"),
    *("action_deactivate_loop", "action_deactivate_form", "action_revert_fallback_events"),
    *("action_default_ask_affirmation", "action_default_ask_rephrase", "action_two_stage_fallback"),
    *("action_unlikely_intent", "action_back", "action_extract_slots", "action_send_text"),
}


@dataclass(slots=True)
class Domain:
    """The files of the domain together; if several have a response, the first counts.

    Attributes:
        responses: a text of each response: the first that has neither a condition nor a channel.
        actions: the names of all actions.
        complete: whether a file lists the actions; if not, any name may be an action.
    """

    responses: dict[str, str] = field(default_factory=dict)
    actions: set[str] = field(default_factory=set)
    complete: bool = False

    def add(self, document: YamlMapping) -> None:
        """Add one file; entries of an unknown form are ignored."""
        for key in ("responses", "templates"):  # `templates`: Rasa 1
            for name, parent in _entries(document.get(key)):
                text = _main_text(parent, name) if parent else None
                if text is not None:
                    self.responses.setdefault(name, text)
                # `utter_faq` gives one of the responses `utter_faq/...`; its old name is `respond_faq`.
                self.actions |= {name, name.partition("/")[0]}
                self.actions.add(f"respond_{name.partition('/')[0].removeprefix('utter_')}")
        self.complete = self.complete or "actions" in document
        for key in ("actions", "forms", "e2e_actions"):
            self.actions |= {name for name, _ in _entries(document.get(key))}

    def read(self, files: Iterable[Path]) -> None:
        """Read files of the domain."""
        for file in files:
            document = load_yaml(read_text(file), str(file))
            if isinstance(document, YamlMapping):
                self.add(document)

    def has_action(self, action: str) -> bool:
        """Return whether there is such an action."""
        return not self.complete or action in self.actions or action in _BUILT_IN


def find_domain_files(path: Path) -> list[Path]:
    """Return the files of the nearest domain, in the folder of a path or one of the three folders above."""
    for folder in list(path.resolve().parents)[:4]:
        files = [file for name in ("domain.yml", "domain.yaml") if (file := folder / name).is_file()]
        if (folder / "domain").is_dir():
            inside = walk_files(folder / "domain", lambda name: not name.startswith("."))
            files += sorted(file for file in inside if file.suffix in (".yml", ".yaml"))
        if files:
            return files
    return []


def _entries(value: Any) -> Iterator[tuple[str, YamlMapping | None]]:
    """Yield (name, the mapping in which it is a key) for each entry of a mapping or of a list.

    A list has mappings and names; the names are in no mapping.
    """
    for index, item in enumerate(value if isinstance(value, YamlList) else [value]):
        if isinstance(item, YamlMapping):
            yield from ((name, item) for name in item)
        elif isinstance(value, YamlList) and (name := _text(value, index)):
            yield name, None


def _main_text(responses: YamlMapping, name: str) -> str | None:
    """Return the text of the first variation without a condition and a channel; else the first text."""
    variations = responses[name]
    if not isinstance(variations, YamlList):
        return _text(variations, "text") if isinstance(variations, YamlMapping) else _text(responses, name)
    first = None
    for index, variation in enumerate(variations):
        is_mapping = isinstance(variation, YamlMapping)
        text = _text(variation, "text") if is_mapping else _text(variations, index)
        if text and not (is_mapping and (variation.get("condition") or variation.get("channel"))):
            return text
        first = first or text
    return first


def _text(parent: YamlMapping | YamlList, key: Any) -> str | None:
    value = parent.get(key) if isinstance(parent, YamlMapping) else parent[key]
    return None if isinstance(value, list | dict) else yaml_text(parent, key, "")
