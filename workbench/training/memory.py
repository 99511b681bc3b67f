"""How much memory a piece of work takes, while it is done in this process."""

import ctypes
import gc
import threading
from contextlib import suppress
from typing import Self

import psutil

LOOK = 0.004  # seconds between two looks


class Peak:
    """The most memory that this process holds inside a block, beyond what it held before; looked at from a thread."""

    def __init__(self) -> None:
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._process = psutil.Process()
        self._before = self._most = 0

    @property
    def grown(self) -> int:
        """Bytes."""
        return self._most - self._before

    def __enter__(self) -> Self:
        gc.collect()
        with suppress(OSError, AttributeError):  # what was freed is given back, or else it would be used again unseen
            ctypes.CDLL(None).malloc_trim(0)
        self._before = self._most = self._held()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()
        self._most = max(self._most, self._held())

    def _held(self) -> int:
        return int(self._process.memory_info().rss)

    def _watch(self) -> None:
        while not self._done.wait(LOOK):
            self._most = max(self._most, self._held())
