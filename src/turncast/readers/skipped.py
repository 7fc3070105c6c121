"""What a reader leaves out, counted by reason: nothing disappears silently."""

from __future__ import annotations

from collections import Counter


class Skipped:
    """Counts of what one pass of a reader left out.

    >>> skipped = Skipped()
    >>> skipped.add("line without a tab")
    >>> skipped.add("line without a tab", 2)
    >>> skipped.counts
    {'line without a tab': 3}
    """

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, reason: str, count: int = 1) -> None:
        """Count something that is left out."""
        self._counts[reason] += count

    @property
    def counts(self) -> dict[str, int]:
        """Reason -> count, the largest first."""
        return dict(self._counts.most_common())
