"""Ctrl-C as a wish that is granted between two batches, so that nothing is lost."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType


class Interruption:
    """While it is entered, the first Ctrl-C only sets `wished`; the second interrupts at once.

    One that is entered around another is told of the wish as well.

    >>> with Interruption() as interruption:
    ...     signal.raise_signal(signal.SIGINT)
    ...     interruption.wished
    True
    """

    def __init__(self) -> None:
        self.wished = False
        self._before: object = None

    def __enter__(self) -> Interruption:
        # Only the main thread may handle signals; elsewhere a wish cannot come.
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def _note(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        if self.wished:
            raise KeyboardInterrupt
        self.wished = True
        around = getattr(self._before, "__self__", None)
        if isinstance(around, Interruption):
            around.wished = True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if callable(self._before) or isinstance(self._before, int):
            signal.signal(signal.SIGINT, self._before)
