"""What can be done with the runs of the table: describe them, remove them, and take all that back."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from workbench.app.pages.compare.edit_dialog import RunEditor
from workbench.app.pages.compare.table import RunTable
from workbench.app.runs.run_store import RunInfo
from workbench.app.runs.run_text import short_title
from workbench.app.session.blend import blends_of
from workbench.app.session.session import Session
from workbench.app.widgets.basic import Button, Elided
from workbench.app.widgets.theme import GRID

OFFERED = 15_000  # milliseconds for which "Undo" is in sight
SHORT = 40  # letters of a name in a sentence


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

    def __init__(self, session: Session, table: RunTable, page: QWidget) -> None:
        super().__init__(page)
        self._session, self._table, self._page = session, table, page
        self._past: list[Callable[[], object]] = []
        self.editor: RunEditor | None = None
        self.rename = self._action(self.tr("Rename…"), ["F2"], partial(self.edit, "title"))
        self.tag = self._action(self.tr("Tags…"), ["Shift+F2"], partial(self.edit, "tags"))
        self.note = self._action(self.tr("Note…"), [], partial(self.edit, "note"))
        self.remove = self._action(self.tr("Remove"), ["Del"], self.delete)
        self.undo = QAction(self.tr("Undo"), page)
        self.undo.setShortcuts(QKeySequence.StandardKey.Undo)
        self.undo.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.undo.triggered.connect(self.go_back)
        page.addAction(self.undo)
        copy = table.actions()[0]
        line = QAction(table)
        line.setSeparator(True)
        table.insertActions(copy, [self.rename, self.tag, self.note, self.remove, self.undo, line])
        table.row_opened.connect(self._open)
        session.selection.changed.connect(self.refresh)
        session.runs.run_changed.connect(self.refresh)
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
        self.undo.setEnabled(bool(self._past) or bool(self._session.runs.removed()))

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
        before: list[tuple[str, dict[str, object]]] = []
        for info in filter(None, map(self._session.runs.get, ids)):
            notes = info.notes
            self._session.runs.describe(info.id, **editor.words(info))
            if info.notes != notes:
                before.append((info.id, {"title": notes.title, "tags": notes.tags, "note": notes.note}))
        if before:
            self._past.append(partial(self._describe, before))
            first = self._session.runs.get(before[0][0])
            words = self.tr("Notes of {n} runs saved").format(n=len(before))
            if len(before) == 1 and first is not None:
                words = self.tr("Notes of {run} saved").format(run=short_title(first)[:SHORT])
            self._tell(words)
        self._table.setFocus()

    def _describe(self, before: Sequence[tuple[str, dict[str, object]]]) -> bool:
        for run_id, words in before:
            self._session.runs.describe(run_id, **words)
        return True

    # Removing ------------------------------------------------------------------------------------------------------

    def delete(self) -> None:
        """Remove the selected runs that are over; they come back until the project is closed."""
        chosen = self._table.chosen_runs
        over = [info for info in chosen if not info.state.is_active]
        gone = []
        for info in over:
            self._session.runs.delete(info.id)
            if self._session.runs.get(info.id) is None:
                gone.append(info)
        if not gone:
            return
        self._past.append(partial(self._restore, [info.id for info in gone]))
        words = self.tr("{n} runs removed").format(n=len(gone))
        if len(gone) == 1:
            words = self.tr("{run} removed").format(run=short_title(gone[0])[:SHORT])
        if len(gone) < len(chosen):
            words += " · " + self.tr("running ones were kept")
        blends = [blend for info in gone for blend in blends_of(self._session, info.id)]
        if blends:
            words += " · " + self.tr("{blend} cannot be used without it").format(blend=short_title(blends[0])[:SHORT])
        self._tell(words)
        self._table.setFocus()

    def _restore(self, ids: Sequence[str]) -> bool:
        there = {info.id for info in self._session.runs.removed()}
        for run_id in ids:
            if run_id in there:
                self._session.runs.restore(run_id)
        if there & set(ids):
            self._session.selection.select_runs(list(ids))
        return bool(there & set(ids))

    # Back ----------------------------------------------------------------------------------------------------------

    @Slot()
    def go_back(self) -> None:
        """Take back what was done last; a run that was removed elsewhere comes back as well."""
        while self._past:
            if self._past.pop()():
                self._end_undo()
                return
        removed = self._session.runs.removed()
        if removed:
            self._restore([removed[-1].id])
            self._end_undo()

    def _end_undo(self) -> None:
        self.refresh()
        self._table.setFocus()
        self.undone.emit()

    def _tell(self, words: str) -> None:
        self.refresh()
        self.done.emit(words)
