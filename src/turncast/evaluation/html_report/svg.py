"""Plots as SVG for a page, in its colours and font; the same values give the same bytes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from typing import TYPE_CHECKING, Any

from turncast.errors import MissingExtra

if TYPE_CHECKING:
    from markupsafe import Markup
    from matplotlib.figure import Figure

# The colours depend on the style of the page, light or dark: matplotlib draws with placeholder colours, which
# are then replaced by CSS variables.
TEXT, FAINT, LINE, GROUND = "#010203", "#040506", "#070809", "#0a0b0c"
FIRST, SECOND = "#0d0e0f", "#101112"
_VARIABLES = {
    TEXT: "var(--text)",
    FAINT: "var(--faint)",
    LINE: "var(--line)",
    GROUND: "var(--card)",
    FIRST: "var(--first)",
    SECOND: "var(--second)",
}
_POINTS = 72  # points per inch; one point is one unit of the drawing
_STYLE: dict[str, Any] = {
    "svg.fonttype": "none",
    "font.family": "DejaVu Sans",  # comes with matplotlib, so texts have the same size on every machine
    "font.size": 11,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": LINE,
    "axes.facecolor": "none",
    "axes.labelcolor": FAINT,
    "axes.titlecolor": TEXT,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.xmargin": 0.03,
    "grid.color": LINE,
    "grid.linewidth": 0.6,
    "figure.facecolor": "none",
    "figure.constrained_layout.use": True,
    "legend.frameon": False,
    "legend.fontsize": 10,
    "lines.linewidth": 1.8,
    "lines.markersize": 4,
    "text.color": TEXT,
    "text.parse_math": False,
    "xtick.color": LINE,
    "xtick.labelcolor": FAINT,
    "xtick.labelsize": 10,
    "ytick.color": LINE,
    "ytick.labelcolor": FAINT,
    "ytick.labelsize": 10,
}


def plot(
    name: str, label: str, draw: Callable[[Figure], None], *, width: int = 360, height: int = 240
) -> Markup:
    """Return a drawing as an SVG element.

    Args:
        name: unique on the page; ids inside the SVG are derived from it.
        label: the alternative text.
        draw: draws into an empty figure; it must not write texts from a corpus, which would not be escaped.
        width: in units; a phone is about 360 units wide.
        height: in the same units.

    Raises:
        MissingExtra: where matplotlib is not installed.

    >>> drawing = plot("line", "A line.", lambda figure: figure.subplots().plot([0, 1], color=FIRST))
    >>> drawing[:69]
    Markup('<svg viewBox="0 0 360 240" class="plot" role="img" aria-label="A line')
    >>> "stroke: var(--first)" in drawing, "#" + FIRST in drawing
    (True, False)
    """
    from markupsafe import Markup, escape

    with _styled_figure(name) as figure_type:
        figure = figure_type(figsize=(width / _POINTS, height / _POINTS))
        draw(figure)
        file = StringIO()
        figure.savefig(file, format="svg", metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")))
    inside = file.getvalue().partition("<svg")[2].partition(">")[2]
    head = f'<svg viewBox="0 0 {width} {height}" class="plot" role="img" aria-label="{escape(label)}">'
    return Markup(head + _cleaned(inside))  # noqa: S704 holds only our own words and numbers


@contextmanager
def _styled_figure(name: str) -> Iterator[type[Figure]]:
    """Yield matplotlib's figure class while our style is active; the user's own style is not read."""
    figure = figure_class()
    import matplotlib.style

    with matplotlib.style.context({**_STYLE, "svg.hashsalt": name}, after_reset=True):
        yield figure


def figure_class() -> type[Figure]:
    """Return matplotlib's figure class.

    Raises:
        MissingExtra: where matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingExtra("a report as a page", "report") from None
    return Figure


def _cleaned(svg: str) -> str:
    """Insert the colours of the page; drop unused ids, because an id must be unique on the page."""
    for stand_in, variable in _VARIABLES.items():
        svg = svg.replace(stand_in, variable)
    used = set(re.findall(r'(?:url\(#|href="#)([^")]+)', svg))
    svg = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", svg, flags=re.DOTALL)  # report.css has it
    svg = re.sub(r' id="([^"]*)"', lambda match: match[0] if match[1] in used else "", svg)
    return re.sub(r"\s*\n\s*", "\n", svg).strip()
