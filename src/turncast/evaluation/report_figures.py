"""Titles and figures of a report as text, for the terminal and the HTML page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from turncast.evaluation.calibration import Calibration
from turncast.layouts import LAYOUTS, Layout
from turncast.metrics import Fraction, percent

if TYPE_CHECKING:
    from turncast.evaluation.report import Report

_SINGLE_TURNS = 4  # the first turns have a row each; later turns are joined in ranges


def floor_title(name: str, layout: Layout, *, short: bool = False) -> str:
    """Return the title of a floor, given its name and the layout of the policy.

    >>> layout = LAYOUTS["many-to-one"]
    >>> floor_title("majority", layout), floor_title("bigram", layout, short=True)
    ('floor: the most frequent outcome', 'floor: bigram')
    """
    title, short_title = {
        "majority": (f"the most frequent {layout.answer}", "majority"),
        "bigram": (f"the most frequent {layout.bigram_context}", "bigram"),
        "count_table": ("a table of counts", "counts"),
    }[name]
    return f"floor: {short_title if short else title}"


def figures(report: Report) -> Iterator[tuple[str, str]]:
    """Yield the title and the text of each figure of a report."""
    layout, run = LAYOUTS[report.layout], report.teacher_forced
    if not layout.last_turn_only:
        yield "dialogues right throughout", f"{run.dialogues}, 95% interval {run.dialogues_interval}"
        possible = report.ceiling.dialogues
        if possible.part < possible.whole:
            yield "dialogues without an unknown action", f"{possible} (at most these can be right)"
        prefix = f"{run.prefix_turns:.1f}, {percent(run.prefix_share)} of a dialogue"
        yield f"{layout.decisions} before the first error", prefix
    if report.exact_response:
        yield "right, and the response exactly as recorded", str(report.exact_response)
    if report.ahead:
        shares = ", ".join(f"{percent(share.value)}" for share in report.ahead)
        yield f"right 1 to {len(report.ahead)} actions ahead", shares
    top = " / ".join(f"{percent(share.value)}" for share in report.top.values())
    first = " / ".join(map(str, report.top))
    if report.sets:
        yield f"all true {layout.answer}s among as many, or the first {first}", top
    else:
        yield f"true {layout.answer} among the first {first}", top
    scores = (report.micro_f1, report.macro_f1, report.weighted_f1)
    yield "F1 micro / macro / weighted", " / ".join(f"{score:.3f}" for score in scores)
    if report.sets:
        sets = f"{report.sets.hamming_loss.value:.4f} / {report.sets.jaccard:.3f}"
        yield "Hamming loss / Jaccard index", sets
    yield "right where the history was seen in training", str(report.by_history.seen)
    yield "right where it was not", str(report.by_history.unseen)
    yield from _calibration_figures(report.calibration)
    unknown = f"{report.unknown_actions:,} (counted as wrong)"
    yield f"{layout.decisions} with an unknown {layout.answer}", unknown
    contradicted = f"{report.ceiling.contradicted.part:,} (at most the others can be right)"
    yield f"{layout.decisions} contradicted by the same history", contradicted


def _calibration_figures(calibration: Calibration) -> Iterator[tuple[str, str]]:
    """Yield the title and the text of each figure of a calibration."""
    before = "" if calibration.before is None else f"; {calibration.before.error:.3f} without the temperature"
    yield "expected calibration error", f"{calibration.reliability.error:.3f}{before}"
    yield "area under risk against coverage", f"{calibration.curve.area:.3f}"
    if calibration.abstain_below > 1:
        yield "abstains always", "no threshold has so few errors on its dev part"
    elif calibration.abstain_below:
        answered = f"answers {calibration.answered}, wrong {calibration.wrong}"
        yield f"abstains below {calibration.abstain_below:.3f}", answered
        if calibration.dev is not None:
            yield "the same on its dev part", f"answers {calibration.dev[0]}, wrong {calibration.dev[1]}"


def ranges(turns: int) -> Iterator[tuple[int, int]]:
    """Yield ranges of turn indices, the end excluded: turns 1, 2, 3, 4, then 5 to 8, 9 to 16 and so on."""
    first = 0
    while first < turns:
        end = min(turns, first + 1 if first < _SINGLE_TURNS else 2 * first)
        yield first, end
        first = end


def range_name(first: int, end: int) -> str:
    """Return the name of a range of turn indices, the end excluded.

    >>> range_name(0, 1), range_name(4, 8)
    ('1', '5 to 8')
    """
    return str(end) if end == first + 1 else f"{first + 1} to {end}"


def summed(fractions: Sequence[Fraction]) -> Fraction:
    """Return the sum of the parts, of the sum of the wholes."""
    return Fraction(sum(one.part for one in fractions), sum(one.whole for one in fractions))
