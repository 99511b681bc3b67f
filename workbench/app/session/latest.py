"""Questions to the worker of which only the last one matters."""

from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from workbench.app.session.session import Session

Json = dict[str, Any]


class Latest(QObject):
    """Asks one question at a time; what is asked meanwhile waits, and only the newest of it is asked next.

    An answer that arrives for a question nobody waits for any more is dropped, so late answers cannot replace newer ones.
    No question is cancelled: that would end the worker's process, and starting another takes longer than any answer.
    """

    answered = Signal(object, object)
    """The question's arguments, the answer."""
    failed = Signal(object, str, str)
    """The question's arguments, a sentence, details."""

    def __init__(self, session: Session, job: str, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._job = session, job
        self._asked: Json | None = None
        self._wanted: Json | None = None

    @property
    def pending(self) -> Json | None:
        """Arguments of the question whose answer is awaited; None where there is none."""
        return self._wanted

    def ask(self, args: Json) -> None:
        """Ask; `answered` or `failed` follows unless another question comes first."""
        self._wanted = dict(args)
        if self._asked is None:
            self._send()

    def forget(self) -> None:
        """Let no answer arrive any more."""
        self._wanted = None

    def _send(self) -> None:
        self._asked = self._wanted
        task = self._session.jobs.submit(self._job, self._asked, done=self._done, failed=self._fail)
        task.cancelled.connect(self._end)

    def _over(self) -> Json | None:
        """The question that has just been answered, where it is still the one that matters; else the next is asked."""
        asked, self._asked = self._asked, None
        if self._wanted is None:
            return None
        if self._wanted != asked:
            self._send()
            return None
        self._wanted = None
        return asked

    @Slot(object)
    def _done(self, answer: Any) -> None:
        asked = self._over()
        if asked is not None:
            self.answered.emit(asked, answer)

    @Slot(str, str)
    def _fail(self, sentence: str, details: str) -> None:
        asked = self._over()
        if asked is not None:
            self.failed.emit(asked, sentence, details)

    @Slot()
    def _end(self) -> None:
        """It was cancelled, because the project closes."""
        self._asked = self._wanted = None
