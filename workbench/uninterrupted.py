"""Libraries that cannot be interrupted: signals that end the work wait until such a library has done its own.

An exception out of a signal's handler may come between any two steps. In the middle of an import it leaves half a module,
and whoever goes on in the same process, as in a notebook, can never import it again; in the middle of a compilation it is
swallowed or turned into another error.
"""

import importlib
import signal
import threading
from functools import cache
from types import FrameType, ModuleType
from typing import Any


class Guard:
    """Lets SIGINT and SIGTERM wait between `begin` and `end`, which may be nested; in the main thread, which has them."""

    def __init__(self) -> None:
        self._depth = 0
        self._waiting: list[int] = []
        self._handlers: dict[int, Any] = {}

    def begin(self) -> None:
        """From here on signals wait."""
        if threading.current_thread() is not threading.main_thread():
            return
        self._depth += 1
        if self._depth == 1:
            given = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
            # Those that are ignored or end the process at once raise no exception.
            self._handlers = {number: handler for number, handler in given.items() if callable(handler)}
            for number in self._handlers:
                signal.signal(number, self._wait)

    def end(self) -> None:
        """What has come meanwhile comes now."""
        if threading.current_thread() is not threading.main_thread() or not self._depth:
            return
        self._depth -= 1
        if self._depth:
            return
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        waiting, self._waiting = self._waiting, []
        for number in waiting[:1]:
            signal.raise_signal(number)

    def _wait(self, number: int, frame: FrameType | None) -> None:
        self._waiting.append(number)


def load_whole(name: str) -> ModuleType:
    """Import a large library, while signals wait; numba's compilations are then not interrupted either."""
    guard = Guard()
    guard.begin()
    try:
        module = importlib.import_module(name)
    finally:
        guard.end()
    if name == "numba":
        _guard_compilations()
    return module


@cache
def _guard_compilations() -> None:
    from numba.core import event

    guard = Guard()

    class Compilations(event.Listener):
        def on_start(self, event: Any) -> None:
            guard.begin()

        def on_end(self, event: Any) -> None:
            guard.end()

    event.register("numba:compiler_lock", Compilations())  # type: ignore[no-untyped-call]
