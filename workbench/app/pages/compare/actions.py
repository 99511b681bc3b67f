"""What can be done with the runs of the table: describe them, remove them, and take all that back."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from workbench.app.pages.compare.edit_dialog import RunEditor
from workbench.app.pages.compare.table import RunTable
from workbench.app.runs.run_store import RunInfo
from workbench.app.session.run_changes import describe_runs, remove_runs
from workbench.app.session.session import Session
from workbench.app.widgets.basic import Button, Elided
from workbench.app.widgets.theme import GRID

OFFERED = 15_000  # milliseconds for which "Undo" is in sight


class UndoBar(QFrame):
    """Says over the foot of the table what was done, and takes it back; goes away by itself, and moves nothing."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self.setProperty("card", "true")
        self.setAccessibleName(self.tr("Last change"))
        self.words = Elided("")
        self.button = Button(self.tr("Undo"), icon="undo", tip=self.tr("Undo (Ctrl+Z)"))
        self.close_button = Button("", "quiet", icon="close", tip=self.tr("Close"))
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, GRID, GRID, GRID)
        row.addWidget(self.words, 1)
        row.addWidget(self.button)
        row.addWidget(self.close_button)
        self._timer = QTimer(self, singleShot=True, interval=OFFERED)
        self._timer.timeout.connect(self._leave)
        self.close_button.clicked.connect(self._dismiss)
        over.installEventFilter(self)
        self.hide()

    def say(self, words: str) -> None:
        """Say what was done."""
        self.words.set_text(words)
        self._place()
        self.raise_()
        self.show()
        self._timer.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    @Slot()
    def _leave(self) -> None:
        """Not while somebody is about to press it."""
        if self.underMouse() or self.button.hasFocus() or self.close_button.hasFocus():
            self._timer.start()
        else:
            self.hide()

    @Slot()
    def _dismiss(self) -> None:
        self.hide()

    def _place(self) -> None:
        area = self.parentWidget().rect()
        width = min(52 * GRID, area.width() - 4 * GRID)
        self.resize(width, self.sizeHint().height())
        self.move((area.width() - width) // 2, area.height() - self.height() - 2 * GRID)


class RunDeeds(QObject):
    """The orders that the table takes: from its menu, by keys, and by a double click."""

    done = Signal(str)
    """What was done, in a sentence; it can be taken back."""
    undone = Signal()
    """Another step is the last one."""

    def __init__(self, session: Session, table: RunTable, page: QWidget) -> None:
        super().__init__(page)
        self._session, self._table, self._page = session, table, page
        self.editor: RunEditor | None = None
        self.rename = self._action(self.tr("Rename…"), ["F2"], partial(self.edit, "title"))
        self.tag = self._action(self.tr("Tags…"), ["Shift+F2"], partial(self.edit, "tags"))
        self.note = self._action(self.tr("Note…"), [], partial(self.edit, "note"))
        self.remove = self._action(self.tr("Remove"), ["Del"], self.delete)
        self.undo = QAction(self.tr("Undo"), page)  # its keys are the window's
        self.undo.triggered.connect(self.go_back)
        copy = table.actions()[0]
        line = QAction(table)
        line.setSeparator(True)
        table.insertActions(copy, [self.rename, self.tag, self.note, self.remove, self.undo, line])
        table.row_opened.connect(self._open)
        session.selection.changed.connect(self.refresh)
        session.runs.run_changed.connect(self.refresh)
        session.history.changed.connect(self._hear_history)
        self.refresh()

    def _action(self, text: str, keys: list[str], do: Callable[[], object]) -> QAction:
        action = QAction(text, self._table)
        action.setShortcuts([QKeySequence(key) for key in keys])
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(do)
        return action

    @Slot()
    def refresh(self) -> None:
        """Offer what can be done with the selected runs."""
        chosen = [
            info for run_id in self._session.selection.runs if (info := self._session.runs.get(run_id)) is not None
        ]
        self.rename.setEnabled(len(chosen) == 1)
        self.note.setEnabled(len(chosen) == 1)
        self.tag.setEnabled(bool(chosen))
        self.remove.setEnabled(any(not info.state.is_active for info in chosen))
        self.undo.setEnabled(self._session.history.can_undo)

    # Words ---------------------------------------------------------------------------------------------------------

    @Slot(int)
    def _open(self, source: int) -> None:
        info = self._table.runs().run_at(source)
        if info is not None:
            self._edit([info], "title")

    def edit(self, at: str = "title") -> None:
        """Ask for the words of the selected runs, with the keyboard in one of the fields."""
        chosen = self._table.chosen_runs
        if chosen:
            self._edit(chosen, at)

    def _edit(self, runs: list[RunInfo], at: str) -> None:
        self.editor = RunEditor(self._session, runs, self._page.window(), at=at)
        self.editor.accepted.connect(partial(self._keep, self.editor, [info.id for info in runs]))
        self.editor.open()

    def _keep(self, editor: RunEditor, ids: Sequence[str]) -> None:
        infos = filter(None, map(self._session.runs.get, ids))
        self._tell(describe_runs(self._session, {info.id: editor.words(info) for info in infos}))

    # Removing ------------------------------------------------------------------------------------------------------

    def delete(self) -> None:
        """Remove the selected runs that are over; they come back until the project is closed."""
        self._tell(remove_runs(self._session, [info.id for info in self._table.chosen_runs]))

    # Back ----------------------------------------------------------------------------------------------------------

    @Slot()
    def go_back(self) -> None:
        """Take back what was done last in the project."""
        self._session.history.undo()
        self._table.setFocus()

    @Slot()
    def _hear_history(self) -> None:
        """What was said was about the step before."""
        self.refresh()
        self.undone.emit()

    def _tell(self, words: str) -> None:
        self._table.setFocus()
        if words:
            self.done.emit(words)
