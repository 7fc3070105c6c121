"""Draw the unrolled network as SVG: inputs below, hidden states between, answers above, time to the right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from turncast.explain.layer_shapes import Shapes
from turncast.layouts import LAYOUTS, Layout

_STEP, _WIDTH, _HEIGHT, _LEFT, _TOP = 92, 56, 40, 150, 56
_LEVELS = {"answer": 0, "hidden": 1, "input": 2}
_GAP = 84
_STYLE = """
svg { font: 13px system-ui, sans-serif; background: #fff; color: #222 }
text { fill: currentColor } .small { font-size: 11px } .title { font-size: 16px; font-weight: 600 }
rect { stroke: #0004; rx: 4 } .input { fill: #f4c7c3 } .hidden { fill: #c9e4c5 } .answer { fill: #c6d8f5 }
path { stroke: currentColor; fill: none; stroke-width: 1.5; marker-end: url(#head) }
@media (prefers-color-scheme: dark) { svg { background: #1b1d21; color: #ddd }
.input { fill: #7d3b36 } .hidden { fill: #3f6a3a } .answer { fill: #3a5585 } }
"""


@dataclass(frozen=True, slots=True)
class Diagram:
    """The boxes of an unrolled network, and the arrows between them.

    Attributes:
        boxes: (level, step), the level being `input`, `hidden` or `answer`.
        recurrent: whether an arrow leads from each hidden box to the next.
        decoder: the first step whose hidden box is a decoder's; None without a decoder.
    """

    boxes: tuple[tuple[str, int], ...]
    recurrent: bool
    decoder: int | None = None


def unrolled(layout: Layout, steps: int, horizon: int = 1) -> Diagram:
    """Return a layout unrolled over some steps; a decoder predicts `horizon` actions.

    >>> unrolled(LAYOUTS["many-to-one"], 2).boxes
    (('input', 0), ('hidden', 0), ('input', 1), ('hidden', 1), ('answer', 1))
    """
    boxes: list[tuple[str, int]] = []
    for step in range(steps):
        has_input = step == 0 or not layout.first_turn_only
        has_answer = step == steps - 1 if layout.last_turn_only else not layout.decoder
        boxes += [("input", step)] * has_input + [("hidden", step)] + [("answer", step)] * has_answer
    if layout.decoder:
        for step in range(steps, steps + horizon):
            boxes += [("hidden", step), ("answer", step)]
    return Diagram(tuple(boxes), layout.memory, steps if layout.decoder else None)


def draw_svg(shapes: Shapes, steps: int = 4) -> str:
    """Return the unrolled network as SVG, with the real shape of each level beside it.

    Args:
        shapes: the result of `measure_shapes`.
        steps: the number of turns to unroll.

    >>> from turncast import simulate
    >>> from turncast.explain import build_subject, measure_shapes
    >>> svg = draw_svg(measure_shapes(build_subject(simulate(dialogues=20, seed=1), dialogues=4)))
    >>> svg.count('class="input"'), svg.count('class="hidden"'), svg.count('class="answer"')
    (4, 4, 4)
    """
    steps = min(steps, shapes.sizes["T"])
    layout = LAYOUTS[shapes.layout]
    diagram = unrolled(layout, steps, shapes.sizes.get("k", 1))
    columns = max(step for _, step in diagram.boxes) + 1
    width, height = _LEFT + columns * _STEP + 30, _TOP + 3 * _GAP + 36
    title = f"{layout.title}: {layout.summary}"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
            f"<title>{title}</title><style>{_STYLE}</style>",
            '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
            'orient="auto"><path d="M0 0 L8 4 L0 8" style="marker-end: none"/></marker></defs>',
            f'<text class="title" x="16" y="26">{escape(title)}</text>',
            *_boxes(diagram),
            *_arrows(diagram),
            *_labels(shapes, diagram),
            "</svg>\n",
        ]
    )


def _at(level: str, step: int) -> tuple[int, int]:
    return _LEFT + step * _STEP, _TOP + _LEVELS[level] * _GAP


def _boxes(diagram: Diagram) -> Iterator[str]:
    for level, step in diagram.boxes:
        x, y = _at(level, step)
        yield f'<rect class="{level}" x="{x}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}"/>'
        if level == "hidden" and diagram.decoder is not None and step >= diagram.decoder:
            yield f'<text class="small" x="{x + 4}" y="{y + _HEIGHT - 6}">decoder</text>'


def _arrows(diagram: Diagram) -> Iterator[str]:
    boxes = set(diagram.boxes)
    for level, step in diagram.boxes:
        x, y = _at(level, step)
        above = {"input": "hidden", "hidden": "answer"}.get(level)
        if above and (above, step) in boxes:
            yield f'<path d="M{x + _WIDTH // 2} {y} V{y - _GAP + _HEIGHT + 2}"/>'
        if level == "hidden" and diagram.recurrent and ("hidden", step + 1) in boxes:
            yield f'<path d="M{x + _WIDTH} {y + _HEIGHT // 2} H{x + _STEP - 2}"/>'


def _labels(shapes: Shapes, diagram: Diagram) -> Iterator[str]:
    """Yield a name and the real shape for each level, and a turn number for each column."""
    by_level = {
        "input": shapes.layers[0],
        "hidden": next(layer for layer in shapes.layers if layer.name in ("hidden_0", "norm_last")),
        "answer": shapes.layers[-1],
    }
    for level, layer in by_level.items():
        _, y = _at(level, 0)
        shape = layer.incoming[0] if level == "input" else layer.outgoing
        answer = "outcome out" if LAYOUTS[shapes.layout].answer == "outcome" else "actions out"
        what = {"input": "turns in", "hidden": layer.kind.split("(")[0], "answer": answer}[level]
        yield f'<text x="16" y="{y + 17}">{escape(what)}</text>'
        yield f'<text class="small" x="16" y="{y + 33}">{escape(str(shape))}</text>'
    for step in sorted({step for _, step in diagram.boxes}):
        x, y = _at("input", step)
        ahead = step - diagram.decoder if diagram.decoder is not None else -1
        text = f"turn {step + 1}" if ahead < 0 else f"ahead {ahead}" if ahead else "now"
        yield f'<text class="small" x="{x + 8}" y="{y + _HEIGHT + 18}">{text}</text>'
