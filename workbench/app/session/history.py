"""What was changed in the open project, step by step: each can be taken back and done again."""

import time
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QUndoCommand, QUndoStack

Do = Callable[[], object]
SOON = 0.8  # seconds in which changes of the same kind are one step: who types 25 takes one step, not two
ALONE, MERGES = -1, 1  # what Qt asks before it lets a step take up the one after it


class Step(QUndoCommand):
    """A change that is done: what it was in a sentence, and the functions that take it back and do it again.

    A function that answers False could not do it, and will not be able to later: the step leaves the history.
    """

    def __init__(self, sentence: str, back: Do, again: Do, kind: str) -> None:
        super().__init__(sentence)
        self._back, self.again, self.kind = back, again, kind
        self.when, self._is_done = time.monotonic(), True

    def id(self) -> int:
        return MERGES if self.kind else ALONE

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, Step) or other.kind != self.kind or other.when - self.when > SOON:
            return False
        self.again, self.when = other.again, other.when
        self.setText(other.text())
        return True

    def undo(self) -> None:
        self.setObsolete(self._back() is False)

    def redo(self) -> None:
        if self._is_done:  # Qt does a step when it is added, and this one is
            self._is_done = False
            return
        self.setObsolete(self.again() is False)


class History(QObject):
    """The steps of the open project, and where in them it stands: ``session.history``.

    Attributes
    ----------
    stack : QUndoStack
        The steps, for a list of them.
    """

    changed = Signal()
    """There are other steps, or another one is the next to be taken back."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.stack = QUndoStack(self)
        self._moving = False
        self._draft: Do | None = None
        self.stack.indexChanged.connect(self._tell)

    def add(self, sentence: str, back: Do, again: Do, kind: str = "") -> None:
        """Remember a change that was made just now; those that were taken back before it are forgotten.

        Parameters
        ----------
        back, again
            Take it back, and do it again; they answer False where that is not possible any more.
        kind
            Changes of one kind in quick succession are one step.
        """
        if not self._moving:
            self._draft = None
            self.stack.push(Step(sentence, partial(self._move, back), partial(self._move, again), kind))

    def hold(self, give_up: Do | None) -> None:
        """Let the next undo do this, for something is being changed and not in force yet; None when it is over."""
        if self._draft != give_up:
            self._draft = give_up
            self.changed.emit()

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return self._draft is not None or self.stack.canUndo()

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to do again."""
        return self._draft is None and self.stack.canRedo()

    def undo(self) -> str:
        """Take the last step back; returns its sentence, "" where there was none."""
        if self._draft is not None:
            give_up, self._draft = self._draft, None
            give_up()
            self.changed.emit()
            return ""
        words = self.stack.undoText()
        if words:
            self.stack.undo()
        return words

    def redo(self) -> str:
        """Do the last step again that was taken back; returns its sentence, "" where there was none."""
        words = self.stack.redoText() if self.can_redo else ""
        if words:
            self.stack.redo()
        return words

    def _move(self, do: Do) -> object:
        """Take a step: what it changes is not another one."""
        self._moving = True
        try:
            return do()
        finally:
            self._moving = False

    def clear(self) -> None:
        """Forget everything: another project is open, or none."""
        self._draft = None
        self.stack.clear()
        self._tell()

    @Slot()
    def _tell(self, *_: object) -> None:
        self.changed.emit()
