"""The page Data: a file is offered, looked at, corrected, read, and then seen at a glance."""

import shutil
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QRectF, Qt, Signal, Slot
from PySide6.QtGui import QAction, QPainter, QPaintEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QProgressBar, QStackedWidget, QVBoxLayout, QWidget

from workbench.app.pages import Page, preview
from workbench.app.pages._background import Background
from workbench.app.pages._glance import Glance, refused_file
from workbench.app.pages._latest import Latest
from workbench.app.pages._offered import sort_out
from workbench.app.pages._preview import PreviewSheet
from workbench.app.session import Session
from workbench.app.task_worker import Task
from workbench.app.theme import GRID, HEADING, SMALL, TITLE, theme
from workbench.app.widgets import Button, Card, ErrorCard, Picture, Text, clear
from workbench.errors import WorkbenchError

CODES = {"utf-8": "UTF-8", "latin-1": "Latin-1", "cp1252": "Windows-1252", "utf-16": "UTF-16", "gb18030": "GB 18030"}


class DropTarget(QWidget):
    """Says what can be dropped here, and offers the same by button; the sample stands below."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(4 * GRID, 4 * GRID, 4 * GRID, 4 * GRID)
        column.setSpacing(12)
        middle = Qt.AlignmentFlag.AlignHCenter
        title = Text(self.tr("Drop a ratings file here"), TITLE, bold=True)
        sentence = self.tr(
            "CSV, TSV, “::” or .inter, also as .gz or .zip: a user and an item in each row, perhaps a rating and a time. "
            "A file of titles or your own test file may come along."
        )
        words = Text(sentence, ink="muted", wrap=True)
        words.setAlignment(middle)
        words.setFixedWidth(60 * GRID)
        words.setMinimumHeight(words.heightForWidth(60 * GRID))
        self.open = Button(self.tr("Open a file…"), "primary", icon="file")
        self.sample = Button(self.tr("Try the sample"), "secondary", icon="sample")
        self.sample.setToolTip(self.tr("100,004 ratings of films, from MovieLens"))
        about = self.tr(
            "The sample: MovieLens small, 100,004 ratings of 9,066 films by 671 people. GroupLens, for research."
        )
        buttons = QHBoxLayout()
        buttons.setSpacing(12)
        for one in (self.open, self.sample):
            buttons.addWidget(one)
        column.addStretch(2)
        column.addWidget(Picture("data", 44, "accent"), 0, middle)
        column.addWidget(title, 0, middle)
        column.addWidget(words, 0, middle)
        column.addSpacing(GRID)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addLayout(buttons)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(Text(about, SMALL, "faint"), 0, middle)
        column.addStretch(3)
        theme().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme().tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = painter.pen()
        pen.setColor(tokens.color("strong_line"))
        pen.setWidthF(1.5)
        pen.setDashPattern([4, 4])
        painter.setPen(pen)
        painter.setBrush(tokens.color("surface"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 12, 12)


class Reading(QWidget):
    """A file is being read: how far, and a way out."""

    cancel_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        card = Card()
        card.setFixedWidth(62 * GRID)
        card.body.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        card.body.setSpacing(12)
        self.title = Text("", HEADING, bold=True, wrap=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Progress of reading"))
        self.words = Text(" ", ink="muted")
        self.cancel = Button(self.tr("Cancel"))
        foot = QHBoxLayout()
        foot.addWidget(self.words, 1)
        foot.addWidget(self.cancel)
        card.add(self.title)
        card.add(self.bar)
        card.body.addLayout(foot)
        note = Text(self.tr("Nothing changes in the project until all of it is read."), SMALL, "faint")
        card.add(note)
        column = QVBoxLayout(self)
        column.addStretch(2)
        column.addWidget(card, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        self.cancel.clicked.connect(self._cancel)

    def begin(self, title: str) -> None:
        """Show that a file is begun."""
        self.title.setText(title)
        self.bar.setRange(0, 0)
        self.words.setText(self.tr("Starting…"))
        self.cancel.setEnabled(True)

    @Slot(float, str)
    def show_progress(self, fraction: float, words: str) -> None:
        """Show how far it is; negative while nothing is known."""
        if not self.cancel.isEnabled():
            return
        self.bar.setRange(0, 1000 if fraction >= 0 else 0)
        self.bar.setValue(round(1000 * max(0.0, fraction)))
        share = self.tr("{share:.0%} · ").format(share=fraction).replace("%", " %") if fraction >= 0 else ""
        self.words.setText(share + words)

    def _cancel(self) -> None:
        self.cancel.setEnabled(False)
        self.words.setText(self.tr("Cancelling…"))
        self.cancel_wanted.emit()


class Failure(QWidget):
    """Says what went wrong, in the place where the result would be."""

    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("What went wrong"))
        self.card: ErrorCard | None = None
        self.again = DropTarget()
        self._place = QVBoxLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        column.addLayout(self._place)
        column.addWidget(self.again, 1)

    def show_failure(self, title: str, sentence: str, details: str) -> None:
        """Show a failure instead of the one before."""
        clear(self._place)
        self.card = ErrorCard(title, sentence, details)
        self.card.closed.connect(self.closed)
        self._place.addWidget(self.card)


class DataPage(Page):
    """From a file to interactions."""

    name, title, icon, order = "data", "Data", "data", 2

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._task: Task | None = None
        self._looking: Task | None = None
        self._tab = ""
        self.empty, self.sheet, self.reading = DropTarget(), PreviewSheet(), Reading()
        self.failure, self.glance = Failure(), Glance()
        self.stack = QStackedWidget()
        for one in (self.empty, self.sheet, self.reading, self.failure, self.glance):
            self.stack.addWidget(one)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.stack)
        self._copying = Background(self)
        self._counting = Latest(session, "density", self)
        self._make_actions()
        self._connect()
        self._show_data()
        self._look_for_reading()

    def _make_actions(self) -> None:
        self.primary = QAction(self)
        self.primary.triggered.connect(self._go_on)
        self.back = QAction(self.tr("Back"), self)
        self.back.triggered.connect(self._go_back)
        self.other = QAction(self.tr("Another file…"), self)
        self.other.triggered.connect(self._open)
        self.titles = QAction(self.tr("Add titles…"), self)
        self.titles.triggered.connect(self._add_titles)
        self.secondary = [self.back, self.other, self.titles]

    def _connect(self) -> None:
        session = self.session
        session.files_offered.connect(self._take_offer)
        session.data_changed.connect(self._show_data)
        session.task_changed.connect(self._look_for_reading)
        for target in (self.empty, self.failure.again):
            target.open.clicked.connect(self._open)
            target.sample.clicked.connect(session.try_sample)
        self.sheet.changed.connect(self._refresh)
        self.sheet.format_changed.connect(self._look_again)
        self.reading.cancel_wanted.connect(self._cancel)
        self.failure.closed.connect(self._go_back)
        self.glance.rows.save_refused.connect(self._save_refused)
        self._copying.answered.connect(self._saved)
        self.glance.density_wanted.connect(self._count_fields)
        self._counting.answered.connect(self._counted)

    @classmethod
    def state(cls, session: Session) -> tuple[str, str]:
        """How many interactions there are."""
        return (f"{len(session.data):,}" if session.data is not None else ""), ""

    def shown(self) -> None:
        self._take_offer()
        if self.session.data is not None:
            self.glance.ask_density()

    def find(self) -> None:
        if self.stack.currentWidget() is self.glance:
            self.glance.search()

    def remember(self) -> dict[str, Any]:
        return {"tab": self.glance.tabs.current}

    def recall(self, view: dict[str, Any]) -> None:
        self.glance.choose(str(view.get("tab", "")))

    # States --------------------------------------------------------------------------------------------------------

    def _turn_to(self, widget: QWidget) -> None:
        self.stack.setCurrentWidget(widget)
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        """Title, facts and buttons for what is shown."""
        shown = self.stack.currentWidget()
        heads = {
            self.empty: (self.tr("Data"), self.tr("A file with a user and an item in each row"), ""),
            self.sheet: (self._file_name(), self.sheet.facts, self.tr("Use these columns →")),
            self.reading: (self._file_name(), "", ""),
            self.failure: (self._file_name(), "", ""),
            self.glance: (self._data_name(), self._data_facts(), self.tr("Choose a split →")),
        }
        heading, facts, button = heads[shown]
        self.set_heading(heading)
        self.set_facts(facts)
        reason = self.sheet.reason if shown is self.sheet else ""
        self.primary.setText(button)
        self.primary.setVisible(bool(button))
        self.primary.setEnabled(not reason)
        self.primary.setToolTip(reason)
        self.back.setVisible(shown in (self.sheet, self.failure))
        self.other.setVisible(shown in (self.sheet, self.glance))
        self.titles.setVisible(shown is self.glance)

    def _file_name(self) -> str:
        return self.sheet.file.name if self.sheet.file is not None else self.tr("Data")

    def _sources(self) -> dict[str, Path]:
        source = self.session.about.get("source") or {}
        return {name: Path(one["path"]) for name, one in source.items() if isinstance(one, dict) and "path" in one}

    def _data_name(self) -> str:
        return " + ".join(file.name for file in self._sources().values()) or self.tr("Data")

    def _data_facts(self) -> str:
        about = self.session.about
        layout, report = (about.get("recipe") or {}).get("format") or {}, about.get("report") or {}
        names = {",": self.tr("comma"), "\t": self.tr("tab"), ";": self.tr("semicolon"), " ": self.tr("blank")}
        delimiter = layout.get("delimiter")
        parts = [names.get(delimiter, delimiter), CODES.get(layout.get("encoding"), layout.get("encoding"))]
        parts.append(self.tr("header") if layout.get("header") else self.tr("no header"))
        rows, kept = report.get("rows", 0), report.get("kept", 0)
        told = self.tr("{n:,} rows, all kept") if rows == kept else self.tr("{n:,} rows, {kept:,} kept")
        facts = [", ".join(filter(None, parts)), told.format(n=rows, kept=kept)]
        items = about.get("items")
        if items:
            n = items["matched"] + items["without"]
            facts.append(self.tr("titles of {k:,} of {n:,} items").format(k=items["matched"], n=n))
        return " · ".join(facts)

    @Slot()
    def _show_data(self) -> None:
        session = self.session
        self._counting.forget()
        self.glance.show_data(session.data, session.items, session.about)
        if session.data is not None and self.isVisible():
            self.glance.ask_density()
        self.titles.setText(self.tr("Add titles…") if session.items is None else self.tr("Other titles…"))
        shown = self.stack.currentWidget()
        if self._task is None and shown in (self.empty, self.glance):
            self._turn_to(self.glance if session.data is not None else self.empty)
        self._refresh()

    @Slot()
    def _go_on(self) -> None:
        shown = self.stack.currentWidget()
        if shown is self.sheet and not self.sheet.reason:
            self._read(self.sheet.paths(), self.sheet.recipe(), self.sheet.items.file)
        elif shown is self.glance:
            self.session.request_page("split")

    @Slot()
    def _go_back(self) -> None:
        """From a failure to the sheet it came from; from there to the data that is there, or to the start."""
        if self.stack.currentWidget() is self.failure and self.sheet.format:
            self._turn_to(self.sheet)
            return
        self._forget_look()
        self.sheet.format = {}
        self._turn_to(self.glance if self.session.data is not None else self.empty)

    # Offering and looking ------------------------------------------------------------------------------------------

    @Slot()
    def _open(self) -> None:
        paths, _ = QFileDialog.getOpenFileNames(self.window(), self.tr("Open a ratings file"))
        if paths:
            self.session.offer_files([Path(one) for one in paths])

    @Slot()
    def _take_offer(self) -> None:
        paths = self.session.take_files()
        if not paths:
            return
        if self._task is not None:
            words = self.tr("Another file is being read. Cancel that first, or wait for its end.")
            self.session.notice.emit("warn", words)
            return
        try:
            offer = sort_out(paths)
        except WorkbenchError as error:
            self._fail(self.tr("Nothing to read here"), str(error), "")
            return
        self.sheet.show_offer(offer)
        self._turn_to(self.sheet)
        self._look(None)

    @Slot(dict)
    def _look_again(self, layout: dict[str, Any]) -> None:
        self._look(layout)

    def _look(self, layout: dict[str, Any] | None) -> None:
        """Have the first rows read, in this layout or in a guessed one."""
        self._forget_look()
        args = {"path": str(self.sheet.file), "format": layout}
        title = self.tr("Looking at {file}").format(file=self._file_name())
        self._looking = self.session.submit("preview", args, title=title, done=self._looked, failed=self._look_failed)

    def _forget_look(self) -> None:
        if self._looking is not None:
            self._looking.done.disconnect(self._looked)
            self._looking.failed.disconnect(self._look_failed)
            self._looking = None

    @Slot(object)
    def _looked(self, seen: dict[str, Any]) -> None:
        self._looking = None
        self.sheet.show_preview(seen)

    @Slot(str, str)
    def _look_failed(self, sentence: str, details: str) -> None:
        self._looking = None
        if self.sheet.format:  # a layout that the person chose does not fit; they may choose another
            self.sheet.show_trouble(sentence)
        else:
            self._fail(self.tr("This file cannot be read"), sentence, details)

    def _fail(self, title: str, sentence: str, details: str) -> None:
        self.failure.show_failure(title, sentence, details)
        self._turn_to(self.failure)

    # Reading -------------------------------------------------------------------------------------------------------

    def _read(self, paths: Path | dict[str, Path], recipe: dict[str, Any] | None, items: Path | None) -> None:
        task = self.session.import_file(paths, recipe, items, failed=self._read_failed)
        if task is not None:
            self._follow(task)

    def _follow(self, task: Task) -> None:
        if self._task is task:
            return
        self._task = task
        task.progressed.connect(self.reading.show_progress)
        task.cancelled.connect(self._read_cancelled)
        task.finished.connect(self._read_finished)
        self.reading.begin(task.title)
        if task.fraction >= 0:
            self.reading.show_progress(task.fraction, task.text)
        self._turn_to(self.reading)

    @Slot()
    def _look_for_reading(self) -> None:
        """Follow a file that is being read, whoever asked for it (the sample, for one)."""
        if self._task is None:
            task = next((one for one in self.session.tasks if one.job == "import"), None)
            if task is not None:
                self._follow(task)

    @Slot()
    def _cancel(self) -> None:
        if self._task is not None:
            self.session.cancel(self._task)

    @Slot()
    def _read_cancelled(self) -> None:
        self._turn_to(self.sheet if self.sheet.format else self._rest())

    @Slot(str, str)
    def _read_failed(self, sentence: str, details: str) -> None:
        self._fail(self.tr("The file was not read"), sentence, details)

    @Slot()
    def _read_finished(self) -> None:
        """The end, whichever it was; a failure and a cancel have turned the page already."""
        task, self._task = self._task, None
        if self.stack.currentWidget() is self.reading:
            if task is not None and task.state == "done":
                self.sheet.format = {}
            self._turn_to(self._rest())

    def _rest(self) -> QWidget:
        return self.glance if self.session.data is not None else self.empty

    @Slot()
    def _add_titles(self) -> None:
        """Read the same file again, with titles."""
        name, _ = QFileDialog.getOpenFileName(self.window(), self.titles.text())
        sources = self._sources()
        if name and sources:
            paths = sources.get("all", sources)
            self._read(paths, self.session.about.get("recipe"), Path(name))

    # The matrix ----------------------------------------------------------------------------------------------------

    @Slot(object, object)
    def _count_fields(self, users: list[int] | None, items: list[int] | None) -> None:
        """Have the fields of a part of the matrix counted, or of all of it."""
        project = self.session.project
        if project is not None and project.data_folder is not None:
            self._counting.ask({"data": str(project.data_folder), "users": users, "items": items})

    @Slot(object, object)
    def _counted(self, asked: dict[str, Any], answer: dict[str, Any]) -> None:
        self.glance.show_density(answer, part=asked["users"] is not None)

    # Refused rows --------------------------------------------------------------------------------------------------

    @Slot()
    def _save_refused(self) -> None:
        project = self.session.project
        source = refused_file(project.data_folder if project is not None else None)
        if source is None:
            return
        name, _ = QFileDialog.getSaveFileName(self.window(), self.tr("Save refused rows"), "refused.csv", "CSV (*.csv)")
        if name:
            self._copying.ask(partial(_copy, source, Path(name)))

    @Slot(object)
    def _saved(self, outcome: tuple[str, str]) -> None:
        name, trouble = outcome
        if trouble:
            words = self.tr("{file}: {why}. Choose another place.").format(file=name, why=trouble)
            self.session.failure.emit(self.tr("The refused rows were not saved"), words, "")
        else:
            self.session.notice.emit("ok", self.tr("Saved as {file}").format(file=name))


def _copy(source: Path, target: Path) -> tuple[str, str]:
    try:
        shutil.copyfile(source, target)
    except (OSError, shutil.SameFileError) as error:
        return target.name, getattr(error, "strerror", None) or str(error)
    return target.name, ""


if __name__ == "__main__":
    preview(DataPage)
