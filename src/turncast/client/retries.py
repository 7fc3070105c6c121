"""When to ask again."""

from __future__ import annotations

from dataclasses import dataclass

from turncast.client.errors import Refused, Unreachable


@dataclass(frozen=True, slots=True)
class Retries:
    """How patient a client is.

    A request is made again where the server says when (`Retry-After`), and where no answer came. That is
    safe: each request that changes a conversation has a `turn_id`, with which the server does it once.

    Attributes:
        times: how often a request is made again; 0 for never.
        first: the seconds before the second try; each later pause is twice as long.
        longest: the seconds of the longest pause.
    """

    times: int = 5
    first: float = 0.1
    longest: float = 10.0

    def pause(self, error: Exception, tried: int, chance: float) -> float | None:
        """Return the seconds to wait before the next try; None where there is to be none.

        Args:
            error: what came of the last try.
            tried: how often was tried.
            chance: from 0 to 1; the pause is up to twice as long, so that clients who failed together do not
                come back together.

        >>> [Retries(times=2).pause(Unreachable("no answer"), tried, chance=0.5) for tried in (1, 2, 3)]
        [0.15..., 0.3..., None]
        """
        if isinstance(error, Refused):
            hint = error.retry_after
        else:
            hint = 0.0 if isinstance(error, Unreachable) else None
        if hint is None or tried > self.times:
            return None
        return max(hint, min(self.longest, self.first * 2.0 ** (tried - 1))) * (1 + chance)
