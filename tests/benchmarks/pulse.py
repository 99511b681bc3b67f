"""A heartbeat that tells why a tick was late: by the window's own work, or by a machine that had no time for it."""

import os
import sys
import threading
import time
import traceback
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Slot

from workbench.app.heartbeat import Heartbeat

LATE_MS = 40  # of work without a tick that is told with its stacks, where that is asked for
STACKS_FROM_MS, STACKS_EVERY_MS = 5, 5  # of work without a tick, from which on and how often the stack is noted


class Pulse(Heartbeat):
    """Beside the time between two ticks: how much of it the UI thread computed, and how much it had to queue.

    Attributes
    ----------
    work : list of float
        Milliseconds of processor time that the window's own thread took between two ticks.
    queued : list of float
        Milliseconds in which that thread was ready to go on and the machine gave it no processor; 0 where the system
        does not tell (only Linux does).
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.work: list[float] = []
        self.queued: list[float] = []
        self._used = self._waited = 0.0
        self._watch = _Watch() if os.environ.get("PULSE_STACKS") else None

    def start(self) -> None:
        self.work.clear()
        self.queued.clear()
        self._used, self._waited = time.thread_time(), _queued()
        super().start()
        if self._watch is not None:
            self._watch.start()

    @Slot()
    def _tick(self) -> None:
        super()._tick()
        used, waited = time.thread_time(), _queued()
        self.work.append((used - self._used) * 1000)
        self.queued.append((waited - self._waited) * 1000)
        self._used, self._waited = used, waited
        if self._watch is not None:
            self._watch.tick(self.work[-1])

    def figures(self) -> dict[str, float]:
        """What matters, in milliseconds.

        ``own`` is the longest time between two ticks without that in which the machine gave no processor: what the
        window would have shown on a machine that is free. ``work`` is only what it computed; waiting for a disk or
        for another thread of the window is in ``own`` and not in ``work``.
        """
        gaps, queued = np.array(self.gaps or [0.0]), np.array(self.queued or [0.0])
        return {
            "latest": float(gaps.max()),
            "p99": float(np.percentile(gaps, 99)),
            "own": float((gaps - queued).max()),
            "work": max(self.work, default=0.0),
            "ticks": len(self.gaps),
            "seconds": float(gaps.sum() / 1000),
        }


def _queued() -> float:
    """Seconds in which this thread was ready and did not run, so far."""
    try:
        return int(Path("/proc/thread-self/schedstat").read_bytes().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0


class _Watch:
    """Tells on the error channel what the UI thread computed where a tick was late by its own work (``PULSE_STACKS=1``).

    Late is measured by the processor time of that thread, so that other work on the machine does not matter. It takes time
    itself: for looking for a cause, not for figures.
    """

    def __init__(self) -> None:
        self._thread, self._clock = threading.get_ident(), time.pthread_getcpuclockid(threading.get_ident())
        self._last, self._stacks = 0.0, []

    def start(self) -> None:
        self._last = time.thread_time()
        threading.Thread(target=self._look, daemon=True).start()

    def tick(self, work: float) -> None:
        self._last, stacks = time.thread_time(), self._stacks
        self._stacks = []
        if work > LATE_MS and stacks:
            told = "".join(
                f"-- after {at:.0f} ms\n{''.join(traceback.format_list(stack[-9:]))}" for at, stack in stacks
            )
            sys.stderr.write(f"\n{work:.0f} ms of work\n{told}")

    def _look(self) -> None:
        while True:
            time.sleep(0.002)
            work, stacks = (time.clock_gettime(self._clock) - self._last) * 1000, self._stacks
            if work > (stacks[-1][0] + STACKS_EVERY_MS if stacks else STACKS_FROM_MS):
                stacks.append((work, _calls(self._thread)))


def _calls(thread: int) -> traceback.StackSummary:
    """What a thread is doing, without a frame that is held: its painter would outlive its picture, and Qt crashes."""
    frame, found = sys._current_frames().get(thread), []
    while frame is not None:
        found.append(
            traceback.FrameSummary(frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name, lookup_line=False)
        )
        frame = frame.f_back
    return traceback.StackSummary.from_list(found[::-1])
