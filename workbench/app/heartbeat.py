"""A pulse in the UI thread: how long the window was ever deaf to its person."""

from time import perf_counter

from PySide6.QtCore import QObject, Qt, QTimer, Slot


class Heartbeat(QObject):
    """Ticks every 5 ms while the event loop turns, and remembers the longest time between two ticks.

    An event loop that is free ticks every 5 ms; one that was held for 40 ms has a worst of 40 to 45 ms.
    """

    INTERVAL_MS = 5

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.gaps: list[float] = []  # ms between ticks, in their order
        self._last = 0.0
        self._timer = QTimer(self, interval=self.INTERVAL_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    @property
    def worst(self) -> float:
        """The longest time between two ticks so far, in ms; 0 before the first."""
        return max(self.gaps, default=0.0)

    def start(self) -> None:
        """Forget what was, and begin."""
        self.gaps.clear()
        self._last = perf_counter()
        self._timer.start()

    def stop(self) -> None:
        """End; the time since the last tick counts, so that a block at the very end shows."""
        if self._timer.isActive():
            self._timer.stop()
            self._tick()

    @Slot()
    def _tick(self) -> None:
        now = perf_counter()
        self.gaps.append((now - self._last) * 1000)
        self._last = now
