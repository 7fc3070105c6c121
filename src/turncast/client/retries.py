"""When a client retries a request."""

from __future__ import annotations

from dataclasses import dataclass

from turncast.client.errors import Refused, Unreachable


@dataclass(frozen=True, slots=True)
class Retries:
    """How often a client retries a request, and the pauses between its tries.

    A request is retried where the server says when (`Retry-After`), and where no answer came. That is safe:
    each request that changes a conversation has a `turn_id`, with which the server runs it only once.

    Attributes:
        times: the largest number of retries; 0 for none.
        first: the pause before the first retry, in seconds; each later pause is twice as long.
        longest: the longest pause, in seconds.
    """

    times: int = 5
    first: float = 0.1
    longest: float = 10.0

    def pause(self, error: Exception, tries: int, chance: float) -> float | None:
        """Return the seconds to wait before the next try; None for no further try.

        Args:
            error: the error of the last try.
            tries: the number of tries so far.
            chance: a random number from 0 to 1. It makes the pause up to twice as long, so that clients whose
                requests failed together do not retry together.

        >>> [Retries(times=2).pause(Unreachable("no answer"), tries, chance=0.5) for tries in (1, 2, 3)]
        [0.15..., 0.3..., None]
        """
        if isinstance(error, Refused):
            shortest = error.retry_after
        else:
            shortest = 0.0 if isinstance(error, Unreachable) else None
        if shortest is None or tries > self.times:
            return None
        return max(shortest, min(self.longest, self.first * 2.0 ** (tries - 1))) * (1 + chance)
