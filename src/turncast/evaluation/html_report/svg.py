"""Plots as SVG inside a page: in the page's colours and font, the same bytes each time."""

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

# Colours that the page's style gives, light or dark: matplotlib draws with stand-ins, which are replaced.
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
_POINTS = 72  # of an inch; a point is a unit of the drawing
_STYLE: dict[str, Any] = {
    "svg.fonttype": "none",
    "font.family": "DejaVu Sans",  # comes with matplotlib, so that texts take the same room on each machine
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
    """Return what is drawn as an SVG element.

    Args:
        name: unlike the names of the page's other plots; parts that are referred to get their ids from it.
        label: what the plot shows, for those who do not see it.
        draw: draws into an empty figure, and writes no text from a corpus.
        width: in units, of which a phone is about 360 wide.
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

    with _drawing(name) as made:
        figure = made(figsize=(width / _POINTS, height / _POINTS))
        draw(figure)
        file = StringIO()
        figure.savefig(file, format="svg", metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")))
    inside = file.getvalue().partition("<svg")[2].partition(">")[2]
    head = f'<svg viewBox="0 0 {width} {height}" class="plot" role="img" aria-label="{escape(label)}">'
    return Markup(head + _tidied(inside))  # noqa: S704 matplotlib's own text, of our words and numbers


@contextmanager
def _drawing(name: str) -> Iterator[type[Figure]]:
    """Give matplotlib's figure, in our style whatever the user's own is."""
    figure = figure_class()
    import matplotlib.style

    with matplotlib.style.context({**_STYLE, "svg.hashsalt": name}, after_reset=True):
        yield figure


def figure_class() -> type[Figure]:
    """Return matplotlib's figure.

    Raises:
        MissingExtra: where matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingExtra("a report as a page", "report") from None
    return Figure


def _tidied(svg: str) -> str:
    """Put in the page's colours; drop ids that nothing refers to, for each page may have an id once."""
    for stand_in, variable in _VARIABLES.items():
        svg = svg.replace(stand_in, variable)
    used = set(re.findall(r'(?:url\(#|href="#)([^")]+)', svg))
    svg = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", svg, flags=re.DOTALL)  # it is in report.css
    svg = re.sub(r' id="([^"]*)"', lambda found: found[0] if found[1] in used else "", svg)
    return re.sub(r"\s*\n\s*", "\n", svg).strip()
