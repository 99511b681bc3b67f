"""Many small things done one after another in the UI thread, with the event loop coming round in between."""

from collections.abc import Callable, Iterable, Iterator
from time import perf_counter, thread_time
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

# Seconds at a stretch: nobody feels it. On a busy machine or disk little is done in that time, so somewhat more may pass.
SLICE, AT_MOST = 0.015, 0.04


class Slices(QObject):
    """Calls a function for each of many things; the first slice at once, the others as the event loop comes round."""

    paused = Signal()
    """A slice is over, and there are more."""
    ended = Signal()
    """All are done."""

    def __init__(self, each: Callable[[Any], None], parent: QObject, seconds: float = SLICE) -> None:
        super().__init__(parent)
        self._each, self._seconds = each, seconds
        self._left: Iterator[Any] | None = None
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._next)

    @property
    def over(self) -> bool:
        """Whether nothing is left to do."""
        return self._left is None

    def begin(self, things: Iterable[Any]) -> None:
        """Do this instead of what is left."""
        self._left = iter(things)
        self._go_on(self._seconds)

    def finish(self) -> None:
        """Do now all that is left."""
        self._go_on(float("inf"))

    def stop(self) -> None:
        """Leave what is left."""
        self._left = None
        self._soon.stop()

    @Slot()
    def _next(self) -> None:
        self._go_on(self._seconds)

    def _go_on(self, seconds: float) -> None:
        began, used = perf_counter(), thread_time()
        while self._left is not None and (thing := next(self._left, None)) is not None:
            self._each(thing)
            if thread_time() - used > seconds or perf_counter() - began > max(seconds, AT_MOST):
                self._soon.start()
                self.paused.emit()
                return
        if self._left is not None:
            self.stop()
            self.ended.emit()
