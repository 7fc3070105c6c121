"""Dialogue acts as actions: their names, shared by the formats that annotate acts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from turncast.dialogue import Dialogue, Fact
from turncast.errors import CorpusError, kind_of
from turncast.readers.json_record import JsonRecord, as_text
from turncast.readers.read_context import ReadContext

UNANNOTATED = "a system turn without annotated acts"
"""Where a dialogue is cut, because the acts are unknown; an empty list of acts is known."""


def act_name(act: str, slot: str | None, context: ReadContext) -> str:
    """Return the name of an act, with its slot when the settings ask for slots.

    >>> from turncast.readers.read_context import ReadConfig
    >>> [act_name("ask", "area", ReadContext(ReadConfig(actions=kind))) for kind in ("acts", "slots")]
    ['ask', 'ask:area']
    """
    without_slot = context.config.actions != "slots" or not slot or slot == "none"
    return act if without_slot else f"{act}:{slot}"


def act_names(acts: JsonRecord, context: ReadContext) -> list[str]:
    """Return the names of acts in the form `{"inform": [["area", "north"], ["food", "thai"]]}`.

    >>> acts = JsonRecord({"inform": [["area", "north"], ["food", "thai"]], "bye": []}, "turn 2")
    >>> act_names(acts, ReadContext())
    ['inform', 'inform', 'bye']

    Raises:
        CorpusError: for any other form.
    """
    names = []
    for act in acts.values:
        if not act:
            raise CorpusError(acts.where, "an act has an empty name", "name the act, or remove it")
        slots = [slot for slot, _ in slot_pairs(acts, act)]
        names += [act_name(act, slot, context) for slot in slots or [None]]
    return names


def slot_pairs(record: JsonRecord, key: str) -> list[tuple[str | None, object]]:
    """Return the (slot, value) pairs of a list such as `[["area", "north"], ["food", "?"]]`.

    Raises:
        CorpusError: for any other form.
    """
    pairs: list[tuple[str | None, object]] = []
    for pair in record.array(key):
        if not isinstance(pair, list) or len(pair) != 2:
            kind = f"a list of {len(pair)}" if isinstance(pair, list) else kind_of(pair)
            problem = f"a slot and its value in {key!r} are {kind}"
            raise CorpusError(record.where, problem, "give a list of two")
        slot, value = pair
        pairs.append((None if slot is None else as_text(slot, f"{record.where} {key!r}"), value))
    return pairs


def require_actions(dialogues: Iterable[Dialogue], path: Path, context: ReadContext) -> Iterator[Dialogue]:
    """Yield the dialogues, and check that a turn of at least one has an action.

    Raises:
        CorpusError: at the end, if no turn has an action: there is nothing to learn.
    """
    any_dialogue = any_action = False
    for dialogue in dialogues:
        any_dialogue = True
        any_action = any_action or any(turn.actions for turn in dialogue)
        yield dialogue
    has_turns = any_dialogue or bool(context.skipped[f"dialogue cut at {UNANNOTATED}"])
    if has_turns and not any_action:
        cure = "give the files that have the acts of the system"
        raise CorpusError(str(path), "no system turn has an action", cure)


def true_facts(kind: str, names: Iterable[str]) -> dict[str, Fact]:
    """Return the fact `kind.name`, which is true, for each name.

    >>> true_facts("state", ["area", "food"])
    {'state.area': True, 'state.food': True}
    """
    return {f"{kind}.{name}": True for name in names}
