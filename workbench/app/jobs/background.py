"""Counting, sorting and searching in big tables, off the UI thread."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QThreadPool, Signal, Slot


class _Bridge(QObject):
    """Carries an answer from the working thread to the window's; without a parent, so that it outlives the asker."""

    answered = Signal(int, object)


class Background(QObject):
    """Asks one question after another; only the answer to the last one is handed on.

    For array work alone, which lets go of the interpreter while it counts: anything longer is a job of the session.
    """

    answered = Signal(object)
    refused = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = _Bridge()
        self._bridge.answered.connect(self._take)
        self._number = 0
        self.busy = False

    def ask(self, question: Callable[[], Any]) -> None:
        """Work out `question()`; `answered` follows with what it gives, unless another question comes first."""
        self._number += 1
        self.busy = True
        QThreadPool.globalInstance().start(partial(_work, self._bridge, self._number, question))

    def forget(self) -> None:
        """Let no answer arrive any more."""
        self._number += 1
        self.busy = False

    @Slot(int, object)
    def _take(self, number: int, answer: Any) -> None:
        if number != self._number:
            return
        self.busy = False
        if isinstance(answer, MemoryError):
            self.refused.emit(self.tr("There is not enough memory for this. Close other programs and try again."))
        else:
            self.answered.emit(answer)


def _work(bridge: _Bridge, number: int, question: Callable[[], Any]) -> None:
    try:
        answer = question()
    except MemoryError as error:
        answer = error
    bridge.answered.emit(number, answer)
