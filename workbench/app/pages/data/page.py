"""The page Data: a file is offered, looked at, corrected, read, and then seen at a glance."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from workbench.app.jobs.job_process import Task
from workbench.app.page import Page
from workbench.app.pages.data.belonging import ADDITION, NEW, Read, as_addition, why_no_addition
from workbench.app.pages.data.doubt_cards import DoubtCards
from workbench.app.pages.data.doubt_question import DoubtQuestion
from workbench.app.pages.data.dropped_files import Offer, sort_out
from workbench.app.pages.data.feedback_panel import FeedbackPanel
from workbench.app.pages.data.format_options import Choosers
from workbench.app.pages.data.format_panel import HowRead
from workbench.app.pages.data.import_sheet import PreviewSheet
from workbench.app.pages.data.kept_versions import KeptVersions
from workbench.app.pages.data.mapping_header import RoleTable
from workbench.app.pages.data.overview_tabs import Glance, data_tabs
from workbench.app.pages.data.problem_lists import SavedLists
from workbench.app.pages.data.row_tables import Rows
from workbench.app.pages.data.side_files import Further
from workbench.app.pages.data.source_panel import ReadAgain
from workbench.app.pages.data.states import DropTarget, Failure, Reading
from workbench.app.pages.data.summary_cards import Overview
from workbench.app.pages.data.summary_line import data_subtitle, joined_files
from workbench.app.pages.data.vector_maker import VectorMaker
from workbench.app.session.latest import Latest
from workbench.app.session.sample import try_sample
from workbench.app.session.session import Session
from workbench.app.widgets.deferred import Deferred
from workbench.app.widgets.file_dialog import choose_data
from workbench.errors import WorkbenchError


class DataPage(Page):
    """From a file to interactions."""

    name, title, icon, order = "data", "Data", "data", 2

    def build(self) -> Iterator[None]:
        session = self.session
        self._task: Task | None = None
        self._looking: Task | None = None
        self._offer: Offer | None = None
        self._offered: Offer | None = None  # as it was before it became an addition
        self.empty, self.reading, self.failure = DropTarget(), Reading(), Failure()
        self.stack = QStackedWidget()
        for widget in (self.empty, self.reading, self.failure):
            self.stack.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.stack)
        self._counting = Latest(session, "density", self)
        self._sorting = Latest(session, "sort files", self)
        self.again = ReadAgain(session, self)
        self.again.wanted.connect(self._read)
        self.menu = self.again.menu
        self._make_actions()
        if session.data is not None:
            for part in (DataPage._overview, DataPage._rows, DataPage.glance):
                yield
                part.make(self)
        yield
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
        self.more = QAction(self.tr("Add to it…"), self)
        self.more.setToolTip(self.tr("Titles, vectors and pictures of items, attributes of users"))
        self.more.triggered.connect(self.again.ask)
        self.secondary = [self.back, self.other, self.more]

    def _connect(self) -> None:
        session = self.session
        session.files_offered.connect(self._hear_offer)
        session.data_changed.connect(self._show_data)
        session.versions.changed.connect(self._refresh)
        session.jobs.changed.connect(self._look_for_reading)
        for target in (self.empty, self.failure.again):
            target.open.clicked.connect(self._open)
            target.sample.clicked.connect(partial(try_sample, session))
        self.reading.cancel_wanted.connect(self._cancel)
        self.failure.closed.connect(self._go_back)
        self._counting.answered.connect(self._counted)
        self._sorting.answered.connect(self._sorted)
        self._sorting.failed.connect(self._not_sorted)

    @Deferred
    def _overview(self) -> Overview:
        """The pictures on the glance, which take as long to make as all the rest of it."""
        return Overview()

    @Deferred
    def _rows(self) -> Rows:
        return Rows(data_tabs())

    @Deferred
    def glance(self) -> Glance:
        """All of the data that is there."""
        made = Glance(self._overview, self._rows)
        made.density_wanted.connect(self._count_fields)
        made.show_data(None, None, {})
        self._lists = SavedLists(self.session, made.rows, self)
        made.versions_shown.connect(KeptVersions(self.session, made.versions, self).refresh)
        self.stack.addWidget(made)
        return made

    @Deferred
    def _choosers(self) -> Choosers:
        return Choosers()

    @Deferred
    def how(self) -> HowRead:
        """How a file is read, on the sheet."""
        return HowRead(self._choosers)

    @Deferred
    def _further(self) -> Further:
        return Further()

    @Deferred
    def _roles(self) -> RoleTable:
        return RoleTable()

    @Deferred
    def _worth(self) -> FeedbackPanel:
        return FeedbackPanel()

    @Deferred
    def _doubts(self) -> DoubtCards:
        return DoubtCards()

    @Deferred
    def _empty_sheet(self) -> PreviewSheet:
        return PreviewSheet(self.how, self._further, self._roles, self._worth, self._doubts, self.stack)

    @Deferred
    def _half_a_sheet(self) -> PreviewSheet:
        self._empty_sheet.lay_panels()
        return self._empty_sheet

    @Deferred
    def sheet(self) -> PreviewSheet:
        """On which an offered file is looked at."""
        made = self._half_a_sheet
        made.lay_rows()
        made.changed.connect(self._refresh)
        DoubtQuestion(self.session, made)
        self.maker = VectorMaker(self.session, self._further, lambda: made.file)
        made.look_wanted.connect(self._look_again)
        made.again_wanted.connect(self._guess_again)
        made.file_chosen.connect(self._take_other)
        made.recipe_chosen.connect(self._use_recipe)
        made.items_wanted.connect(self.again.add_items)
        made.belongs.chosen.connect(self._belong)
        self.stack.addWidget(made)
        return made

    @classmethod
    def state(cls, session: Session) -> tuple[str, str]:
        """How many interactions there are."""
        return (f"{len(session.data):,}" if session.data is not None else ""), ""

    def shown(self) -> None:
        self._take_offer()
        if self.session.data is not None:
            self.glance.ask_density()

    def find(self) -> None:
        if self._shows(DataPage.glance):
            self.glance.search()

    def remember(self) -> dict[str, Any]:
        return {"tab": self.glance.tabs.current} if self.session.data is not None else {}

    def recall(self, view: dict[str, Any]) -> None:
        if self.session.data is not None:
            self.glance.choose(str(view.get("tab", "")))

    # States --------------------------------------------------------------------------------------------------------

    def _shows(self, part: Deferred[Any] | QWidget) -> bool:
        """Whether this part is shown; to ask does not make it."""
        widget = part.made(self) if isinstance(part, Deferred) else part
        return widget is self.stack.currentWidget()

    def _looked_at(self) -> bool:
        """Whether rows of an offered file are on the sheet."""
        sheet = DataPage.sheet.made(self)
        return sheet is not None and bool(sheet.format)

    def _turn_to(self, widget: QWidget) -> None:
        self.stack.setCurrentWidget(widget)
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        """Title, subtitle and buttons for what is shown."""
        sheet, glance = self._shows(DataPage.sheet), self._shows(DataPage.glance)
        heading, subtitle, button = self._file_name(), "", ""
        if sheet:
            subtitle, button = self.sheet.subtitle, self.tr("Use these columns →")
        elif glance:
            heading, subtitle = self._version_name() or self.tr("Data"), data_subtitle(self.session.about)
            button = self.tr("Choose a split →")
        elif self._shows(self.empty):
            heading, subtitle = self.tr("Data"), self.tr("A file with a user and an item in each row")
        self.set_heading(heading)
        self.set_subtitle(subtitle)
        reason = self.sheet.reason if sheet else ""
        self.primary.setText(button)
        self.primary.setVisible(bool(button))
        self.primary.setEnabled(not reason)
        self.primary.setToolTip(reason)
        self.back.setVisible(sheet or self._shows(self.failure))
        self.other.setVisible(sheet or glance)
        self.more.setVisible(glance)

    def _version_name(self) -> str:
        """What the data is called; the files alone where there is no other version to tell it from."""
        versions, project = self.session.versions.all(), self.session.project.current
        current = [version.name for version in versions if project is not None and version.folder == project.data]
        return current[0] if current and len(versions) > 1 else self.again.name()

    def _file_name(self) -> str:
        sheet = DataPage.sheet.made(self)
        if sheet is None or sheet.file is None:
            return self.tr("Data")
        added = [self._offered.main.name] if sheet.belongs.value == ADDITION and self._offered is not None else []
        return " + ".join([sheet.file.name, *added])

    @Slot()
    def _show_data(self) -> None:
        session = self.session
        self._counting.forget()
        if session.data is not None or DataPage.glance.made(self) is not None:
            self.glance.show_data(session.data, session.items, session.about)
            doubts = self.again.doubts()
            self.glance.notes.show_notes(doubts)
            self.glance.notes.setVisible(bool(doubts))
        if session.data is not None and self.isVisible():
            self.glance.ask_density()
        if self._task is None and (self._shows(self.empty) or self._shows(DataPage.glance)):
            self._turn_to(self._rest())
        self._refresh()

    @Slot()
    def _go_on(self) -> None:
        if self._shows(DataPage.sheet) and not self.sheet.reason:
            self._read(self.sheet.asked() | {"new": self.sheet.belongs.value == NEW})
        elif self._shows(DataPage.glance):
            self.session.request_page("split")

    @Slot()
    def _go_back(self) -> None:
        """From a failure to the sheet it came from; from there to the data that is there, or to the start."""
        if self._shows(self.failure) and self._looked_at():
            self._turn_to(self.sheet)
            return
        self._forget_look()
        self._forget_sheet()
        self._turn_to(self._rest())

    # Offering and looking ------------------------------------------------------------------------------------------

    @Slot()
    def _open(self) -> None:
        paths = choose_data(self.window(), self.tr("Open a ratings file"))
        if paths:
            self.session.offer_files(paths)

    @Slot()
    def _hear_offer(self) -> None:
        if (
            self.isVisible()
        ):  # else the page takes them when it comes to the front; one of a project before takes nothing
            self._take_offer()

    def _take_offer(self) -> None:
        paths = self.session.take_files()
        if not paths:
            return
        if self._task is not None:
            words = self.tr("Another file is being read. Cancel that first, or wait until it is done.")
            self.session.notice.emit("warn", words)
            return
        try:
            offer = sort_out(paths)
        except WorkbenchError as error:
            self._fail(self.tr("Nothing to read here"), str(error), "")
            return
        self._ask_what_it_is(offer)
        self._show_offer(offer)

    def _ask_what_it_is(self, offer: Offer) -> None:
        """Let the sheet ask what a file is to the project that is open, where that has data."""
        session = self.session
        project = session.project.current
        there = project is not None and session.data is not None
        self.sheet.belongs.begin(
            project.name if there else "",
            runs=len(session.versions.runs_of(project.data)) if there else 0,
            why_no_addition=why_no_addition(self._read_before(), offer) if there else "",
        )

    def _read_before(self) -> Read:
        return Read.of(self.session.about, joined_files(self.session.about))

    @Slot(str)
    def _belong(self, way: str) -> None:
        """Look at all files together where rows are added, and at the offered one alone where they are not."""
        if way == ADDITION and self._offered is None and self._offer is not None:
            self._sorting.forget()
            self._show_offer(as_addition(self._read_before(), self._offer), self._offer)
        elif way != ADDITION and self._offered is not None:
            self._show_offer(self._offered)
        self._refresh()

    def _show_offer(self, offer: Offer, before: Offer | None = None) -> None:
        """Show an offer; `before` is what it was before it became an addition."""
        self._offer, self._offered = offer, before
        self.sheet.show_offer(offer)
        self._turn_to(self.sheet)
        if offer.is_unclear:
            self._forget_look()
            self._sorting.ask({"paths": [str(path) for path in offer.tables()]})
        else:
            self._look()

    @Slot(object, object)
    def _sorted(self, _asked: dict[str, Any], answer: dict[str, Any]) -> None:
        """The columns of the files have told what each is for."""
        if self._offer is not None and self._shows(DataPage.sheet):
            self._show_offer(self._offer.told(answer))

    @Slot(object, str, str)
    def _not_sorted(self, _asked: dict[str, Any], sentence: str, _details: str) -> None:
        self._sorted({}, {"why": sentence})

    @Slot(Path)
    def _take_other(self, file: Path) -> None:
        """Look at another of the files that were offered; what has another place already is not taken from it."""
        if self._offer is not None:
            places = ("items", "users", "vectors", "test", "validation")
            kept = {name: one for name in places if (one := getattr(self._offer, name)) != file}
            kept |= {"parts": (), "joined": None, "is_told": True}
            empty = dict.fromkeys(places)
            unused = (*(path for path in self._offer.unused if path != file), self._offer.main)
            self._show_offer(replace(self._offer, **{**empty, **kept}, main=file, unused=unused))

    @Slot()
    def _look_again(self) -> None:
        self._look()

    @Slot()
    def _guess_again(self) -> None:
        self._look(again=True)

    @Slot(Path)
    def _use_recipe(self, file: Path) -> None:
        self._look(recipe=file)

    def _look(self, *, again: bool = False, recipe: Path | None = None) -> None:
        """Have the first rows read: in the layout of which the person said something, the rest guessed."""
        self._forget_look()
        args = {"path": str(self.sheet.file), "known": self.sheet.how.said, "again": again}
        args |= {"recipe": str(recipe)} if recipe else {}
        taken = self.sheet.taken
        args |= {"joined": str(taken.joined), "key": taken.key} if taken.joined else {}
        if self._offered is not None and self.session.project.current is not None:
            files = [str(file) for file in (self._offered.main, *self._offered.parts)]
            args["added"] = {"to": str(self.session.project.current.data_folder), "files": files}
        title = self.tr("Looking at {file}").format(file=self._file_name())
        self._looking = self.session.jobs.submit(
            "preview", args, title=title, done=self._looked, failed=self._look_failed
        )

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
        # A layout that the person chose does not fit, or these are no parts of one table: they may choose another way.
        if self._looked_at() or self._offered is not None:
            self.sheet.show_trouble(sentence)
        else:
            self._fail(self.tr("This file cannot be read"), sentence, details)

    def _fail(self, title: str, sentence: str, details: str) -> None:
        self.failure.show_failure(title, sentence, details)
        self._turn_to(self.failure)

    # Reading -------------------------------------------------------------------------------------------------------

    @Slot(dict)
    def _read(self, asked: dict[str, Any]) -> None:
        task = self.session.import_file(asked.pop("paths"), failed=self._read_failed, **asked)
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
            task = next((one for one in self.session.jobs.tasks if one.job == "import"), None)
            if task is not None:
                self._follow(task)

    @Slot()
    def _cancel(self) -> None:
        if self._task is not None:
            self.session.jobs.cancel(self._task)

    @Slot()
    def _read_cancelled(self) -> None:
        self._turn_to(self.sheet if self._looked_at() else self._rest())

    @Slot(str, str)
    def _read_failed(self, sentence: str, details: str) -> None:
        self._fail(self.tr("The file was not read"), sentence, details)

    @Slot()
    def _read_finished(self) -> None:
        """The end, whichever it was; a failure and a cancel have turned the page already."""
        task, self._task = self._task, None
        if self.stack.currentWidget() is self.reading:
            if task is not None and task.state == "done":
                self._forget_sheet()
            self._turn_to(self._rest())

    def _forget_sheet(self) -> None:
        sheet = DataPage.sheet.made(self)
        if sheet is not None:
            sheet.forget()

    def _rest(self) -> QWidget:
        return self.glance if self.session.data is not None else self.empty

    # The matrix ----------------------------------------------------------------------------------------------------

    @Slot(object, object)
    def _count_fields(self, users: list[int] | None, items: list[int] | None) -> None:
        """Have the fields of a part of the matrix counted, or of all of it."""
        project = self.session.project.current
        if project is not None and project.data_folder is not None:
            self._counting.ask({"data": str(project.data_folder), "users": users, "items": items})

    @Slot(object, object)
    def _counted(self, asked: dict[str, Any], answer: dict[str, Any]) -> None:
        self.glance.show_density(answer, part=asked["users"] is not None)
