"""Dialogues from the rows of a table: group them, sort them, and make each row a turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from turncast.dialogue import Dialogue, Fact, Turn
from turncast.errors import CorpusError
from turncast.moments import moment_text
from turncast.readers.columns import Columns, is_time_name
from turncast.readers.read_context import ReadConfig, ReadContext
from turncast.readers.tables.cells import SORT_KEYS, action_list, fact_of, parse_fact_cell, text_of

Row = tuple[str, Mapping[str, Any]]
"""The place of a row, and its cells by column."""

_COMPLETE = "complete"
_SMALLEST_EPOCH = 10**8  # numbers below are no seconds since 1970 of the last decades


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a header.

    Attributes:
        where: the file.
        header: the names of the columns.
        rows: the rows; read once.
        typed: whether cells have types, so that a text is a category and never a number.
    """

    where: str
    header: Sequence[str]
    rows: Iterator[Row]
    typed: bool


@dataclass(slots=True, eq=False)
class _Event:
    """A row of a dialogue; `actions` is None where the decision has not been taken yet."""

    where: str
    order: tuple[Any, ...]
    user: str | None
    actions: tuple[str, ...] | None
    facts: dict[str, Fact]
    response: str | None
    after: dict[str, Fact]
    metadata: dict[str, Fact]


def read_table(table: Table, context: ReadContext) -> Iterator[Dialogue]:
    """Group the rows by dialogue, in order of first appearance; rows may be mixed, so all are in memory."""
    columns = context.columns.resolve(table.header, table.where)
    grouped: dict[str, list[_Event]] = {}
    for name, event in _events(table, columns, context):
        grouped.setdefault(name, []).append(event)
    order = columns.order_columns(table.header)
    kinds = [_sort_column(grouped, order, number, context.config) for number in range(len(order))]
    if order:
        _sort(grouped, is_guess=context.columns.order is None, column=order[0], kinds=kinds)
    context.notes[columns.note(table.header, kinds)] += 1
    for name in list(grouped):
        events = grouped.pop(name)
        if kinds[:1] == ["dates"]:
            _add_timestamp(events[0], kinds, context)
        yield _dialogue(name, events, columns, context)


def _events(table: Table, columns: Columns, context: ReadContext) -> Iterator[tuple[str, _Event]]:
    """Yield the id of the dialogue and the event of each row that is a turn; count the others."""
    order, facts_of = columns.order_columns(table.header), _fact_reader(table, context.config)
    dialogue, action, lifecycle = columns.dialogue or "", columns.action or "", columns.lifecycle
    user, response = columns.user, columns.response
    actions_of_cell: dict[Any, tuple[str, ...] | None] = {}  # the same texts come again and again
    rows_complete = rows_other = 0
    for where, cells in table.rows:
        name = text_of(cells[dialogue], where, dialogue)
        if name is None:
            context.skipped["row without a dialogue"] += 1
            continue
        if lifecycle:
            state = text_of(cells[lifecycle], where, lifecycle)
            if state is not None and state.lower() != _COMPLETE:
                context.skipped[f"row in the state {state!r}, which is not complete"] += 1
                rows_other += 1
                continue
            rows_complete += 1
        cell = cells[action]
        if type(cell) is not str:
            actions = _actions(cell, where, action)
        elif cell in actions_of_cell:
            actions = actions_of_cell[cell]
        else:
            actions = actions_of_cell[cell] = _actions(cell, where, action)
        yield (
            name,
            _Event(
                where,
                tuple([cells[column] for column in order]),
                text_of(cells[user], where, user) if user else None,
                actions,
                facts_of(where, cells, columns.facts),
                text_of(cells[response], where, response) if response else None,
                facts_of(where, cells, columns.after) if columns.after else {},
                facts_of(where, cells, columns.metadata) if columns.metadata else {},
            ),
        )
    if rows_other and not rows_complete:
        problem = f"no row of the lifecycle column {lifecycle!r} is {_COMPLETE!r}"
        raise CorpusError(table.where, problem, "leave it out, or name another column")


def _fact_reader(
    table: Table, config: ReadConfig
) -> Callable[[str, Mapping[str, Any], Sequence[str]], dict[str, Fact]]:
    """Return the function that gives the facts of a row in some of its columns."""

    def value_of(cell: Any, where: str, name: str) -> Fact | None:
        return fact_of(cell, where, name) if table.typed else parse_fact_cell(cell, config, where, name)

    def facts_of(where: str, cells: Mapping[str, Any], names: Sequence[str]) -> dict[str, Fact]:
        values = {name: value_of(cells[name], where, name) for name in names}
        return {name: value for name, value in values.items() if value is not None}

    return facts_of


def _actions(cell: Any, where: str, column: str) -> tuple[str, ...] | None:
    """Return the actions in a cell, or None if it is empty."""
    if isinstance(cell, list):
        return action_list(cell, where, column)
    text = text_of(cell, where, column)
    return None if text is None else tuple(filter(None, (action.strip() for action in text.split("|"))))


def _sort_column(
    grouped: Mapping[str, list[_Event]], columns: Sequence[str], number: int, config: ReadConfig
) -> str:
    """Replace the cells of one order column by exact sort keys of one kind, and return the kind."""
    events = [event for turns in grouped.values() for event in turns]
    # An event that has not happened yet may have no time.
    events = [event for event in events if event.actions is not None or not _is_empty(event.order[number])]
    # Of two columns the first is a date and the second a time of day, if they can be.
    preferred = None if len(columns) == 1 else "times of day" if number else "dates"
    kinds = sorted(SORT_KEYS, key=lambda kind: kind != preferred)
    invalid: _Event | None = None
    for kind in kinds:
        key_of, keys = SORT_KEYS[kind], []
        for event in events:
            key = key_of(event.order[number], config)
            if key is None:
                invalid = invalid if invalid and kind != "dates" else event
                break
            keys.append(key)
        else:
            for event, key in zip(events, keys, strict=True):
                event.order = (*event.order[:number], key, *event.order[number + 1 :])
            return kind
    raise CorpusError(
        invalid.where if invalid else "",
        f"the order column {columns[number]!r} has {invalid.order[number] if invalid else ''!r}; "
        "all its cells must be numbers, or all ISO dates",
        "correct it, read other dates with --read dates=day-first, month-first or a pattern, name another "
        "column with --column order=NAME, or keep the order of the file with --column order=",
    )


def _is_empty(cell: Any) -> bool:
    return cell is None or cell != cell or (isinstance(cell, str) and not cell.strip())


def _sort(grouped: Mapping[str, list[_Event]], is_guess: bool, column: str, kinds: Sequence[str]) -> None:
    """Sort the events of each dialogue; an event without an order comes last.

    Raises:
        CorpusError: for a column that was guessed to be the time, if it has small numbers (a duration, for
            example) or times of day, and sorting by them would change the order of the file.
    """
    changed: _Event | None = None
    largest = 0
    for events in grouped.values():
        ordered = sorted(events, key=_sort_key)
        if ordered != events and changed is None:
            changed = next(one for one, other in zip(events, ordered, strict=True) if one is not other)
        if kinds == ["numbers"] and _sort_key(ordered[-1])[1]:
            largest = max(largest, ordered[-1].order[0])
        events[:] = ordered
    is_duration = kinds == ["numbers"] and is_time_name(column) and largest < _SMALLEST_EPOCH
    if changed and is_guess and (is_duration or kinds == ["times of day"]):
        what = "small numbers" if is_duration else "times of day without a date"
        raise CorpusError(
            changed.where,
            f"the column {column!r} has {what}, and sorting by them changes the order of the rows",
            f"give --column order={column} if it is the time, or --column order= for the order of the file",
        )


def _sort_key(event: _Event) -> tuple[bool, tuple[Any, ...]]:
    is_empty = any(map(_is_empty, event.order))
    return is_empty, () if is_empty else event.order


def _add_timestamp(first: _Event, kinds: Sequence[str], context: ReadContext) -> None:
    """Add the time of the first event to the metadata of its dialogue."""
    if _is_empty(first.order[0]):
        return
    time = first.order[0] + (first.order[1] if kinds[1:2] == ["times of day"] else 0)
    text = moment_text(time)
    if text is None:
        context.skipped["time of a first event outside the years 1 to 9999"] += 1
    else:
        first.metadata.setdefault("timestamp", text)


def _dialogue(name: str, events: list[_Event], columns: Columns, context: ReadContext) -> Dialogue:
    turns, earlier = list[Turn](), dict[str, Fact]()
    pending: Turn | None = None
    for event in events:
        if pending is not None or (event.actions is None and not context.pending):
            where = next(one.where for one in events if one.actions is None)
            cure = (
                "give an action, or remove the row; only turncast predict takes a last row without one, as "
                "the turn that has not happened yet"
            )
            raise CorpusError(where, f"the action column {columns.action!r} is empty", cure)
        turn = Turn(event.user, event.actions or (), event.facts | earlier, event.response)
        if event.actions is None:
            pending = turn
        else:
            turns.append(turn)
        earlier = event.after
    if pending is None and columns.after and context.pending:
        pending = Turn(facts=earlier)
    elif pending is None and earlier:
        context.skipped["values known only after the last turn"] += 1
    return Dialogue(name, tuple(turns), events[0].metadata, pending=pending)
