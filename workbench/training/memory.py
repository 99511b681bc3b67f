"""How much memory a piece of work in this process takes at most."""

import ctypes
import gc
import threading
from contextlib import suppress
from typing import Self

import psutil

POLL_SECONDS = 0.004


class PeakMemory:
    """Measures, from a thread, how much more memory this process holds at most inside a block than before it."""

    def __init__(self) -> None:
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._process = psutil.Process()
        self._before = self._peak = 0

    @property
    def grown(self) -> int:
        """Bytes."""
        return self._peak - self._before

    def __enter__(self) -> Self:
        gc.collect()
        with suppress(OSError, AttributeError):  # freed memory is given back, or its reuse would go unnoticed
            ctypes.CDLL(None).malloc_trim(0)
        self._before = self._peak = self._held()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()
        self._peak = max(self._peak, self._held())

    def _held(self) -> int:
        return int(self._process.memory_info().rss)

    def _watch(self) -> None:
        while not self._done.wait(POLL_SECONDS):
            self._peak = max(self._peak, self._held())
