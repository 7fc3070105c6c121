"""Draw the unrolled network as SVG: a row for each layer, the input at the bottom, time to the right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from turncast.explain.layer_shapes import LayerShape, Shapes
from turncast.layouts import LAYOUTS, Layout

_LABELS, _STEP, _WIDTH, _TALL, _THIN, _GAP, _TOP = 340, 104, 76, 34, 20, 30, 56
_MOST_PARTS = 3
_WORD_LAYERS = ("embedding", "words", "pooled")
_THIN_KINDS = ("Dropout", "Activation", "Add", "LayerNormalization", "LastStep")
_STYLE = """
svg { font: 13px system-ui, sans-serif; background: #fff; color: #222 }
text { fill: currentColor } .small { font-size: 11px } .title { font-size: 16px; font-weight: 600 }
rect { stroke: #0004; rx: 4; fill: #eee6cf } .input { fill: #f4c7c3 } .hidden { fill: #c9e4c5 }
.answer { fill: #c6d8f5 }
path { stroke: currentColor; fill: none; stroke-width: 1.3; marker-end: url(#head) }
@media (prefers-color-scheme: dark) { svg { background: #1b1d21; color: #ddd } rect { fill: #57503a }
.input { fill: #7d3b36 } .hidden { fill: #3f6a3a } .answer { fill: #3a5585 } }
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the drawing: a layer, or an input.

    Attributes:
        kind: what stands beside it, such as `LSTM(return_sequences=True)`.
        axes: its axes and their sizes.
        style: `input`, `hidden` (with memory), `answer` or `layer`.
        columns: the columns that have a box.
        lane: `left` and `right` where bits and words are read side by side, otherwise `both`.
        parts: the number of boxes in a column: words, or predicted actions.
        memory: where arrows lead: from `column` to column, from `part` to part, or nowhere.
        height: of its boxes.
    """

    kind: str
    axes: str
    style: str
    columns: tuple[int, ...]
    lane: str = "both"
    parts: int = 1
    memory: str = ""
    height: int = _TALL


@dataclass(frozen=True, slots=True)
class Diagram:
    """The rows of an unrolled network, from the input up.

    Attributes:
        rows: the rows.
        turns: the number of the turn in each column, from 1; None for the turns that are left out.
    """

    rows: tuple[Row, ...]
    turns: tuple[int | None, ...]


def unrolled(shapes: Shapes, steps: int = 4) -> Diagram:
    """Return a network unrolled over some of its turns: the first ones and the last one.

    >>> from turncast import simulate
    >>> from turncast.explain import build_subject, measure_shapes
    >>> diagram = unrolled(measure_shapes(build_subject(simulate(20, seed=1), dialogues=4)), steps=3)
    >>> [row.kind for row in diagram.rows][:3], diagram.turns[:3]
    (['bits', 'BitDense', 'LSTM(return_sequences=True)'], (1, 2, None))
    """
    layout, turns = LAYOUTS[shapes.layout], shapes.sizes["T"]
    if steps < turns:
        numbers: tuple[int | None, ...] = (*range(1, steps), None, turns)
    else:
        numbers = tuple(range(1, turns + 1))
    layers = list(_from_the_input_up(shapes.layers))
    rows = list[Row]()
    has_words = any(layer.name in _WORD_LAYERS for layer in layers)
    for layer in layers:
        joined = any(row.kind == "Concatenate" for row in rows)
        lane = "both" if not has_words or joined or layer.kind == "Concatenate" else "left"
        if layer.name in _WORD_LAYERS:
            lane = "right"
        if layer.name == "bit_dense":
            rows.append(
                _input("bits", f"({_turn_axes(layout)}, F)", layer.incoming[0], layout, numbers, lane)
            )
        if layer.name == "embedding":
            rows.append(
                _input("words", f"({_turn_axes(layout)}, W)", layer.incoming[0], layout, numbers, lane)
            )
        rows.append(_row(layer, numbers, shapes, lane, is_last=layer is layers[-1]))
    return Diagram(tuple(rows), numbers)


def _from_the_input_up(layers: Sequence[LayerShape]) -> Iterator[LayerShape]:
    """Yield the layers from the input up: those of the words first, those of a decoder before the decoder."""
    for layer in sorted(layers, key=lambda layer: layer.name not in _WORD_LAYERS):
        inner = [other for other in layers if other.name.startswith(f"{layer.name}/")]
        if "/" not in layer.name:
            yield from (*inner, layer)


def _turn_axes(layout: Layout) -> str:
    return "B, 1" if layout.first_turn_only else "B, T"


def _input(
    kind: str,
    axes: str,
    shape: tuple[int, ...],
    layout: Layout,
    turns: Sequence[int | None],
    lane: str,
) -> Row:
    columns = (0,) if layout.first_turn_only else tuple(range(len(turns)))
    parts = min(shape[-1], _MOST_PARTS) if kind == "words" else 1
    return Row(kind, f"{axes} = {shape}", "input", columns, lane, parts)


def _row(layer: LayerShape, turns: Sequence[int | None], shapes: Shapes, lane: str, *, is_last: bool) -> Row:
    recurrent = not layer.memory.startswith("none")
    by_word = "from word to word" in layer.memory
    inner = "/" in layer.name
    parts = 1
    if by_word or "W" in layer.axes:
        parts = min(shapes.sizes["W"], _MOST_PARTS)
    elif "k" in layer.axes:
        parts = min(shapes.sizes["k"], _MOST_PARTS)
    columns = tuple(range(len(turns)))
    if ", 1, " in layer.axes:
        columns = (0,)
    elif "T" not in layer.axes and not recurrent:
        columns = (len(turns) - 1,)
    memory = "part" if recurrent and (by_word or inner) else "column" if recurrent else ""
    if recurrent and not inner and "k" in layer.axes:  # the decoder as a whole: its layers show the memory
        memory = ""
    if layer.kind == "RepeatVector" and not inner:
        memory = "column"
    return Row(
        kind=f"in the decoder: {layer.kind}" if inner else layer.kind,
        axes=f"{layer.axes} = {layer.outgoing}",
        style="answer" if is_last else "hidden" if memory and recurrent else "layer",
        columns=columns,
        lane=lane,
        parts=parts,
        memory=memory,
        height=_THIN if layer.kind.partition("(")[0] in _THIN_KINDS else _TALL,
    )


def draw_svg(shapes: Shapes, steps: int = 4) -> str:
    """Return the unrolled network as SVG: each layer with its name, its axes and their sizes.

    Args:
        shapes: the result of `measure_shapes`.
        steps: the number of turns to draw; dots stand for the others.

    >>> from turncast import simulate
    >>> from turncast.explain import build_subject, measure_shapes
    >>> svg = draw_svg(measure_shapes(build_subject(simulate(dialogues=20, seed=1), dialogues=4)))
    >>> svg.count('class="input"'), svg.count('class="hidden"'), svg.count('class="answer"')
    (4, 4, 4)
    """
    layout, diagram = LAYOUTS[shapes.layout], unrolled(shapes, steps)
    title = f"{layout.title}: {layout.summary}"
    legend = _legend(shapes)
    tops = list(_tops(diagram))
    bottom = tops[0] + diagram.rows[0].height
    width, height = _LABELS + len(diagram.turns) * _STEP + 16, bottom + 44 + 16 * len(legend)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
            f"<title>{escape(title)}</title><style>{_STYLE}</style>",
            '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" '
            'orient="auto"><path d="M0 0 L8 4 L0 8" style="marker-end: none"/></marker></defs>',
            f'<text class="title" x="16" y="26">{escape(title)}</text>',
            *_boxes(diagram, tops),
            *_arrows(diagram, tops),
            *_turn_numbers(diagram, layout, bottom + 18),
            *(
                f'<text class="small" x="16" y="{bottom + 44 + 16 * number}">{escape(line)}</text>'
                for number, line in enumerate(legend)
            ),
            "</svg>\n",
        ]
    )


def _tops(diagram: Diagram) -> Iterator[int]:
    """Yield the y of each row, the first row at the bottom."""
    heights = [row.height for row in diagram.rows]
    for number in range(len(heights)):
        yield _TOP + sum(height + _GAP for height in heights[number + 1 :])


def _span(row: Row, column: int) -> tuple[int, int]:
    """Return x and width of the boxes of a row in a column."""
    left = _LABELS + column * _STEP
    if row.lane == "both":
        return left, _WIDTH
    half = (_WIDTH - 8) // 2
    return (left if row.lane == "left" else left + half + 8), half


def _boxes(diagram: Diagram, tops: Sequence[int]) -> Iterator[str]:
    for row, top in zip(diagram.rows, tops, strict=True):
        middle = top + row.height // 2
        yield f'<text x="16" y="{middle - 2}">{escape(row.kind)}</text>'
        yield f'<text class="small" x="16" y="{middle + 12}">{escape(row.axes)}</text>'
        for column in row.columns:
            x, width = _span(row, column)
            if diagram.turns[column] is None:
                yield f'<text x="{x + width // 2 - 6}" y="{middle + 4}">…</text>'
                continue
            part = (width - 6 * (row.parts - 1)) / row.parts
            for number in range(row.parts):
                place = (
                    f'x="{x + number * (part + 6):.0f}" y="{top}" width="{part:.0f}" height="{row.height}"'
                )
                yield f'<rect class="{row.style}" {place}/>'


def _arrows(diagram: Diagram, tops: Sequence[int]) -> Iterator[str]:
    for number, (row, top) in enumerate(zip(diagram.rows, tops, strict=True)):
        middle = top + row.height // 2
        above = next(
            (
                other
                for other in range(number + 1, len(tops))
                if (diagram.rows[other].style != "input" and "both" in (row.lane, diagram.rows[other].lane))
                or diagram.rows[other].lane == row.lane
            ),
            None,
        )
        for column in row.columns:
            x, width = _span(row, column)
            if row.memory == "column" and column + 1 in row.columns:
                yield f'<path d="M{x + width} {middle} H{x + _STEP - 2}"/>'
            if diagram.turns[column] is None:
                continue
            if row.memory == "part":
                part = (width - 6 * (row.parts - 1)) / row.parts
                for place in range(1, row.parts):
                    right = x + place * (part + 6)
                    yield f'<path d="M{right - 7:.0f} {middle} H{right + 1:.0f}"/>'
            if above is not None and column in diagram.rows[above].columns:
                end = tops[above] + diagram.rows[above].height + 2
                yield f'<path d="M{x + width // 2} {top} V{end}"/>'


def _turn_numbers(diagram: Diagram, layout: Layout, y: int) -> Iterator[str]:
    name = "decision" if layout.first_turn_only else "turn"
    yield f'<text class="small" x="16" y="{y}">time, from left to right</text>'
    for column, number in enumerate(diagram.turns):
        x = _LABELS + column * _STEP + _WIDTH // 2
        text = "…" if number is None else f"{name} {number}"
        yield f'<text class="small" text-anchor="middle" x="{x}" y="{y}">{text}</text>'


def _legend(shapes: Shapes) -> list[str]:
    """Return what the axis letters stand for, a few to a line."""
    meanings = {
        "B": "dialogues",
        "T": "turns",
        "F": "bits of a turn",
        "W": "words of a turn",
        "D": "units of a word",
        "E": "units of BitDense",
        "H": "hidden units",
        "k": "next actions",
        "A": f"{LAYOUTS[shapes.layout].answer}s",
    }
    parts = [
        f"{letter} = {shapes.sizes[letter]:,} {meanings[letter]}"
        for letter in meanings
        if letter in shapes.sizes
    ]
    return [", ".join(parts[start : start + 5]) for start in range(0, len(parts), 5)]
