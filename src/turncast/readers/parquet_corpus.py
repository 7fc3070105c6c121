"""A corpus as a Parquet file, one row per turn, with everything that a dialogue has: write and read it."""

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
_BATCH_SIZE = 8192  # turns in memory at a time


def is_corpus_table(header: Sequence[str]) -> bool:
    """Return whether a Parquet file has exactly the columns of a corpus."""
    return set(header) == set(COLUMNS)


def read_corpus_table(file: Any, path: Path) -> Iterator[Dialogue]:
    """Read the rows of an open Parquet file: the turns of a dialogue are consecutive and numbered from 1.

    `facts` and `metadata` are JSON objects as text, or null if there are none.
    """
    _check_types(file.schema_arrow, path)
    name, first_row, turns = None, dict[str, Any](), list[Turn]()
    for where, cells in _rows(file, path):
        if cells["dialogue"] is None:
            raise CorpusError(where, "the row has no dialogue", "give a dialogue id, or remove the row")
        if cells["turn"] == 1 or cells["dialogue"] != name:
            if turns:
                yield _dialogue(first_row, tuple(turns))
            name, turns = cells["dialogue"], []
            first_row = cells | {"metadata": _facts(cells, "metadata", where)}
            first_row["group"] = optional_text(cells, "group", where)
        if cells["turn"] != len(turns) + 1:
            problem = f"expected turn {len(turns) + 1} of dialogue {name!r}, got turn {cells['turn']}"
            raise CorpusError(where, problem, "sort the rows by dialogue and turn")
        turns.append(
            Turn(
                user=optional_text(cells, "user", where),
                actions=checked_actions(cells, where),
                facts=_facts(cells, "facts", where),
                response=optional_text(cells, "response", where),
            )
        )
    if turns:
        yield _dialogue(first_row, tuple(turns))


def _check_types(schema: Any, path: Path) -> None:
    """Refuse columns of other types than those that `write_parquet` and programs that copy tables write."""
    from pyarrow import types

    for name in COLUMNS:
        kind = schema.field(name).type
        if types.is_dictionary(kind):
            kind = kind.value_type
        if name == "actions" and (types.is_list(kind) or types.is_large_list(kind)):
            kind = kind.value_type
        elif name == "actions":
            raise CorpusError(str(path), f"the column 'actions' has the type {kind}", "give lists of strings")
        is_text = types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind)
        is_whole = types.is_integer(kind) and name in ("turn", "dialogue")
        if not (is_whole or types.is_null(kind) or (is_text and name != "turn")):
            cure = "give whole numbers" if name == "turn" else "give strings"
            raise CorpusError(str(path), f"the column {name!r} has the type {kind}", cure)


def _rows(file: Any, path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    numbers = itertools.count(1)
    for batch in file.iter_batches(batch_size=_BATCH_SIZE):
        for cells in batch.to_pylist():
            yield f"{path} row {next(numbers)}", cells


def _dialogue(first_row: Mapping[str, Any], turns: tuple[Turn, ...]) -> Dialogue:
    return Dialogue(str(first_row["dialogue"]), turns, first_row["metadata"], first_row["group"])


def _facts(cells: Mapping[str, Any], column: str, where: str) -> dict[str, Fact]:
    text = cells[column]
    if text is not None and not isinstance(text, str):
        raise CorpusError(where, f"{column!r} is {kind_of(text)}", "give a JSON object as text, or null")
    return checked_facts({column: None if text is None else parse_json(text, where)}, column, where)


def write_parquet(dialogues: Iterable[Dialogue], file: BinaryIO) -> None:
    """Write dialogues as a Parquet file, one row per turn. Needs the extra `parquet`.

    Raises:
        ValueError: for a number that JSON does not have: an infinity or NaN.
    """
    try:
        import pyarrow
        from pyarrow.parquet import ParquetWriter
    except ImportError:
        raise MissingExtra("writing Parquet", "parquet") from None
    types = dict.fromkeys(COLUMNS, pyarrow.string())
    types |= {"turn": pyarrow.int32(), "actions": pyarrow.list_(pyarrow.string())}
    schema = pyarrow.schema(list(types.items()))
    records = (record for dialogue in dialogues for record in _records(dialogue))
    with ParquetWriter(file, schema, compression="zstd") as writer:
        while batch := list(itertools.islice(records, _BATCH_SIZE)):
            writer.write_batch(pyarrow.RecordBatch.from_pylist(batch, schema))


def _records(dialogue: Dialogue) -> Iterator[dict[str, Any]]:
    metadata = _json_text(dialogue.metadata)
    for number, turn in enumerate(dialogue, start=1):
        yield {
            "dialogue": dialogue.id,
            "group": dialogue.group,
            "metadata": metadata,
            "turn": number,
            "user": turn.user,
            "facts": _json_text(turn.facts),
            "actions": list(turn.actions),
            "response": turn.response,
        }


def _json_text(facts: Mapping[str, Fact]) -> str | None:
    return json.dumps(dict(facts), ensure_ascii=False, allow_nan=False) if facts else None
