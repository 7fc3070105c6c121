"""Our own Parquet layout: a row a turn, with all that a dialogue holds, so that what is written is read."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from turncast.dialogue import Dialogue, Fact, Turn
from turncast.errors import CorpusError, MissingExtra, kind_of
from turncast.readers.json_values import checked_actions, checked_facts, optional_text, parse_json

COLUMNS = ("dialogue", "group", "metadata", "turn", "user", "facts", "actions", "response")
_BATCH = 8192  # turns held at a time


def is_corpus_table(header: Sequence[str]) -> bool:
    """Tell whether a Parquet file has our columns."""
    return set(header) == set(COLUMNS)


def read_corpus_table(file: Any, path: Path) -> Iterator[Dialogue]:
    """Read the rows of an open Parquet file: those of a dialogue stand together, numbered from 1.

    `facts` and `metadata` are JSON objects as text, null where there are none.
    """
    name, record, turns = None, dict[str, Any](), list[Turn]()
    for where, cells in _rows(file, path):
        if cells["dialogue"] is None:
            raise CorpusError(where, "the row has no dialogue", "fill it in, or remove the row")
        if cells["turn"] == 1 or cells["dialogue"] != name:
            if turns:
                yield _dialogue(record, tuple(turns))
            name, turns = cells["dialogue"], []
            record = cells | {"metadata": _object(cells, "metadata", where)}
            record["group"] = optional_text(cells, "group", where)
        if cells["turn"] != len(turns) + 1:
            problem = f"turn {cells['turn']} of dialogue {name!r} stands where turn {len(turns) + 1} should"
            raise CorpusError(where, problem, "sort the rows by dialogue and turn")
        turns.append(
            Turn(
                user=optional_text(cells, "user", where),
                actions=checked_actions(cells, where),
                facts=_object(cells, "facts", where),
                response=optional_text(cells, "response", where),
            )
        )
    if turns:
        yield _dialogue(record, tuple(turns))


def _rows(file: Any, path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    numbers = itertools.count(1)
    for batch in file.iter_batches(batch_size=_BATCH):
        for cells in batch.to_pylist():
            yield f"{path} row {next(numbers)}", cells


def _dialogue(record: Mapping[str, Any], turns: tuple[Turn, ...]) -> Dialogue:
    return Dialogue(str(record["dialogue"]), turns, record["metadata"], record["group"])


def _object(cells: Mapping[str, Any], column: str, where: str) -> dict[str, Fact]:
    text = cells[column]
    if text is not None and not isinstance(text, str):
        raise CorpusError(where, f"{column!r} is {kind_of(text)}", "give a JSON object as text, or null")
    return checked_facts({column: None if text is None else parse_json(text, where)}, column, where)


def write_parquet(dialogues: Iterable[Dialogue], file: BinaryIO) -> None:
    """Write dialogues as a Parquet file, a row a turn. Needs the extra `parquet`.

    Raises:
        ValueError: for a number that JSON has not.
    """
    try:
        import pyarrow
        from pyarrow.parquet import ParquetWriter
    except ImportError:
        raise MissingExtra("writing Parquet", "parquet") from None
    kinds = dict.fromkeys(COLUMNS, pyarrow.string())
    kinds |= {"turn": pyarrow.int32(), "actions": pyarrow.list_(pyarrow.string())}
    schema = pyarrow.schema(list(kinds.items()))
    records = (record for dialogue in dialogues for record in _records(dialogue))
    with ParquetWriter(file, schema, compression="zstd") as writer:
        while batch := list(itertools.islice(records, _BATCH)):
            writer.write_batch(pyarrow.RecordBatch.from_pylist(batch, schema))


def _records(dialogue: Dialogue) -> Iterator[dict[str, Any]]:
    metadata = _text(dialogue.metadata)
    for number, turn in enumerate(dialogue, start=1):
        yield {
            "dialogue": dialogue.id,
            "group": dialogue.group,
            "metadata": metadata,
            "turn": number,
            "user": turn.user,
            "facts": _text(turn.facts),
            "actions": list(turn.actions),
            "response": turn.response,
        }


def _text(facts: Mapping[str, Fact]) -> str | None:
    return json.dumps(dict(facts), ensure_ascii=False, allow_nan=False) if facts else None
