"""Write lists of recommendations to a file, and what else can be kept of a session."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from workbench.app.jobs.job_process import Task
from workbench.app.page import Page
from workbench.app.pages.export.content import Content
from workbench.app.pages.export.elsewhere import Elsewhere
from workbench.app.pages.export.options import MOST_K, Choices
from workbench.app.pages.export.preview import MOST_PEOPLE, asked_for, rows_of
from workbench.app.pages.export.progress import Outcome, command_line, list_words
from workbench.app.pages.export.session_files import SessionFiles
from workbench.app.pages.export.users import LIST, ONE, SOME, pasted
from workbench.app.runs.run_store import RunInfo
from workbench.app.runs.run_text import short_title
from workbench.app.session.file_writer import Writing
from workbench.app.session.latest import Latest
from workbench.app.session.now import now_of
from workbench.app.session.run_combo import RunData, doubt_models, run_to_show, select_run, usable_runs
from workbench.app.session.session import Session
from workbench.app.session.shown_list import list_heading, noted_list, run_of
from workbench.app.widgets.basic import EmptyState, ErrorCard
from workbench.app.widgets.file_dialog import keep_folder
from workbench.app.widgets.theme import GRID
from workbench.app.widgets.translate import translate
from workbench.insight.asked_list import AskedList
from workbench.project import files_folder, settings

PAUSE_MS = 150  # milliseconds of rest before the preview is made anew
MOST_TOLD = 200  # users that the command line names
Json = dict[str, Any]


class ExportPage(Page):
    """Choices at the left; at the right what will be written, what else there is, and how the writing goes."""

    name: ClassVar[str] = "export"
    title: ClassVar[str] = translate("ExportPage", "Export")
    icon: ClassVar[str] = "export"
    order: ClassVar[int] = 7

    def build(self) -> Iterator[None]:
        session = self.session
        self._at_front = False
        self._run: str | None = None
        self._answer: Json = {}
        self._asked: Json | None = None
        self._card: ErrorCard | None = None
        self._data = RunData(session)
        self._lines = Latest(session, "first_lines", self)
        self._lines.answered.connect(self._take_lines)
        self._lines.failed.connect(self._fail_lines)
        self._rest = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._rest.timeout.connect(self._ask_lines)
        self.primary = QAction(self.tr("Export"), self)
        self.primary.triggered.connect(self._export)
        yield from self._build()
        session.selection.changed.connect(self.refresh)
        session.data_changed.connect(self.refresh)
        session.project.split_changed.connect(self.refresh)
        session.runs.changed.connect(self.refresh)
        session.runs.run_changed.connect(self._refresh_run)

    @classmethod
    def state(cls, session: Session) -> tuple[str, str]:
        if session.data is None and not session.runs.all():
            return "", translate("ExportPage", "Open a ratings file first")
        if not usable_runs(session):
            return "", translate("ExportPage", "Train an algorithm first")
        return "", ""

    def _build(self) -> Iterator[None]:
        self._stack = QStackedLayout(self)
        self.empty = EmptyState("export", "", self.tr("Go to Train"))
        self.empty.button.clicked.connect(self._go_to_next_step)
        self._stack.addWidget(self.empty)
        self.choices = Choices()
        yield
        self.content, self.outcome = Content(), Outcome()
        self.more, self.elsewhere = SessionFiles(self.session), Elsewhere(self.session)
        yield
        self.runs, self.users, self.k = self.choices.runs, self.choices.users, self.choices.k
        self.seen, self.columns, self.place = self.choices.seen, self.choices.columns, self.choices.place
        self.preview, self.figures = self.content.preview, self.content.figures
        self.writing = Writing(self.session, self.outcome, self)
        self.runs.chosen.connect(self._choose_run)
        self.choices.changed.connect(self.refresh)
        self.more.wanted.connect(self._save)
        self.elsewhere.wanted.connect(self._save)
        self.elsewhere.failed.connect(self._server_failed)
        self.writing.changed.connect(self.refresh)
        self.writing.done.connect(self._told)
        self.writing.failed.connect(self._failed)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        self._cards = QVBoxLayout()
        column.addLayout(self._cards)
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        row.addWidget(self.choices)
        right = QVBoxLayout()
        right.setSpacing(2 * GRID)
        right.addWidget(self.content, 1)
        right.addWidget(self.more)
        right.addWidget(self.elsewhere)
        right.addWidget(self.outcome)
        row.addLayout(right, 1)
        column.addLayout(row, 1)
        self._stack.addWidget(whole)

    # The page ------------------------------------------------------------------------------------------------------

    def shown(self) -> None:
        self._at_front = True
        asked = self.session.project.view("export")
        if asked:
            self.users.choose(str(asked.get("whom")))
            self.session.project.set_view("export", {})
        self._asked = None
        self.refresh()

    def hidden(self) -> None:
        self._at_front = False

    def remember(self) -> dict[str, Any]:
        return self.choices.remember()

    def recall(self, view: dict[str, Any]) -> None:
        there = {ONE: self.session.selection.user, LIST: noted_list(self.session)}
        self.choices.recall(view, [whom for whom, what in there.items() if what is not None])

    @property
    def info(self) -> RunInfo | None:
        """The run that recommends."""
        listed = self.listed
        return run_to_show(self.session, self._run) if listed is None else run_of(self.session, listed)

    @property
    def listed(self) -> AskedList | None:
        """The list in Inspect, where that is to be written."""
        return noted_list(self.session) if self.users.whom == LIST else None

    @property
    def _task(self) -> Task | None:
        return self.writing.task

    @Slot()
    def refresh(self, *_: object) -> None:
        """Catch up with the session and the choices."""
        if not self._at_front:
            return
        info = self.info
        if info is None:
            self._show_empty()
            return
        listed, noted = self.listed, noted_list(self.session)
        self._run = self._run if listed is not None else info.id
        self._stack.setCurrentIndex(1)
        self.choices.blockSignals(True)
        self.runs.show_runs(usable_runs(self.session), info.id, now_of(self.session))
        heading = list_heading(self.session, noted) if noted is not None else None
        self.users.set_people(self._data.of(info), self._one(info), heading)
        self.choices.follow(listed)
        self.columns.set_titled(self._titled(info))
        project = self.session.project.current
        folder = files_folder(project.folder if project is not None else None)
        self.choices.suggest(folder, "recommendations", short_title(info), self._whose(listed))
        self.choices.blockSignals(False)
        self.more.show_runs(busy=self._task is not None)
        self.elsewhere.show_run(info, busy=self._task is not None)
        self._tell(info)
        self._rest.start()

    @Slot(str)
    def _refresh_run(self, run_id: str) -> None:
        if self._run is None or run_id == self._run:
            self.refresh()

    def _whose(self, listed: AskedList | None) -> str:
        """Words of a file's name."""
        if listed is None:
            return f"user {self.session.selection.user}" if self.users.whom == ONE else ""
        whose = "new user" if listed.user is None else f"user {listed.user}"
        changed = " changed" if listed.user is not None and listed.changes else ""
        return whose + changed + (" reordered" if listed.order else "")

    def _one(self, info: RunInfo) -> str | None:
        """The user of the page Inspect, where the data of the run has them."""
        data, user = self._data.of(info), self.session.selection.user
        return user if user is not None and data is not None and user in pasted(user, data.user_ids)[0] else None

    def _tell(self, info: RunInfo) -> None:
        """Write down what the choices come to."""
        n, data = self.users.count, self._data.of(info)
        rows = n * min(self.choices.length or 0, data.n_items if data is not None else MOST_K)
        trouble = self.choices.tell(self.content.tell(n, rows, self.columns.names))
        self.primary.setText(self.tr("Export 1 list") if n == 1 else self.tr("Export {n:,} lists").format(n=n))
        self.primary.setEnabled(not trouble and self._task is None)
        self.primary.setToolTip(trouble)
        self.set_heading(self.title)
        listed = self.listed
        self.set_subtitle(
            self.tr("Export lists of {run}, for all users or some").format(run=short_title(info))
            if listed is None
            else self.tr("Export this list: {list}").format(list=list_heading(self.session, listed))
        )
        chosen = self.users.users()
        told = chosen if chosen is None else chosen[:MOST_TOLD]
        path = self.place.path or Path(f"recommendations{self.place.ending}")
        args = self.choices.args()
        how = {"seen": args["include_seen"], "columns": args["columns"], "exact": "exact" in args}
        line = command_line(info.folder, path, told, args["k"], listed=listed, engine=self._engine(), **how)
        self.outcome.set_command(line)

    def _engine(self) -> str:
        """Who makes the lists, where they are those of everybody; "" for one process."""
        return settings().engine if self.listed is None and self.users.users() is None else ""

    def _titled(self, info: RunInfo) -> bool:
        return (self._data.folder(info) / "items.arrow").exists()

    def _show_empty(self) -> None:
        self.primary.setText(self.tr("Export"))
        self.primary.setEnabled(False)
        self.set_subtitle("")
        more = self.tr("Export recommendation lists to a file, for all users or for some.")
        active = self.session.runs.active()
        if self.session.data is None:
            self.empty.set_text(self.tr("There is nothing to export yet"), self.tr("Open a ratings file"), more)
        elif active is not None:
            words = self.tr("{run} is being trained").format(run=short_title(active))
            self.empty.set_text(words, self.tr("Watch it"), self.tr("Lists can be exported as soon as it is done."))
        else:
            self.empty.set_text(self.tr("No run is trained yet"), self.tr("Go to Train"), more)
        self._stack.setCurrentIndex(0)

    # Preview -------------------------------------------------------------------------------------------------------

    @Slot()
    def _ask_lines(self) -> None:
        info = self.info
        if info is None or not self._at_front:
            return
        people, k, columns = self.users.first(MOST_PEOPLE), self.choices.length, self.columns.names
        listed = self.listed
        if (people or listed) and k and columns:
            args = self.choices.args() | asked_for(people, k, columns) | {"run": str(info.folder), "columns": columns}
            args.pop("exact", None)  # the lines are written as the format is
            args |= {"listed": listed.to_json()} if listed is not None else {}
            if args != self._asked:
                self._asked = args
                self._lines.ask(args)
        elif self.users.whom == SOME or not columns:
            self._answer = {"columns": columns, "values": [[] for _ in columns]}
        self._show_lines(info)

    @Slot(object, object)
    def _take_lines(self, _asked: Json, answer: Json) -> None:
        self._answer = answer
        info = self.info
        if info is not None:
            self._show_lines(info)

    def _show_lines(self, info: RunInfo) -> None:
        if self._answer:
            self.content.show_rows(rows_of(self._answer), self.place.kind)
        self._tell(info)

    @Slot(object, str, str)
    def _fail_lines(self, _asked: Json, sentence: str, details: str) -> None:
        self._asked = None
        self._show_failure(self.tr("There is no preview of this run"), sentence, details)

    # Writing -------------------------------------------------------------------------------------------------------

    @Slot()
    def _export(self) -> None:
        # The run that is shown, even where its folder has vanished since: the answer says so.
        listed, path = self.listed, self.place.path
        info = self.session.runs.get(self._run or "") if listed is None else run_of(self.session, listed)
        if info is None or path is None or self.choices.length is None:
            return
        args = {"run": str(info.folder), "users": self.users.users(), **self.choices.args()}
        if listed is not None:
            args["listed"] = listed.to_json()
        if engine := self._engine():
            args["engine"] = engine
        self._clear_failure()
        if self.place.own:
            keep_folder("files_in", path.parent)
        self.writing.start("export", args, path, list_words)

    @Slot(str, object, object, object)
    def _save(self, job: str, args: Json, path: Path, telling: Any) -> None:
        self._clear_failure()
        self.writing.start(job, args, path, telling)

    @Slot(str)
    def _told(self, words: str) -> None:
        if not self._at_front:
            self.session.notice.emit("ok", self.tr("Written: {words}").format(words=words))

    @Slot(str, str)
    def _failed(self, sentence: str, details: str) -> None:
        doubt_models(self.session)
        title = self.tr("The file was not written")
        if self.info is None:  # no run is left, and nothing of this page either
            self.session.failure.emit(title, sentence, details)
        else:
            self._show_failure(title, sentence, details)

    @Slot(str)
    def _server_failed(self, sentence: str) -> None:
        self._show_failure(self.tr("The run is not served"), sentence, "")

    def _show_failure(self, title: str, sentence: str, details: str) -> None:
        self._clear_failure()
        self._card = ErrorCard(title, sentence, details)
        self._card.closed.connect(self._clear_failure)
        self._cards.addWidget(self._card)

    @Slot()
    def _clear_failure(self) -> None:
        if self._card is not None:
            self._cards.removeWidget(self._card)
            self._card.hide()
            self._card.deleteLater()
            self._card = None

    # Orders --------------------------------------------------------------------------------------------------------

    @Slot(str)
    def _choose_run(self, run_id: str) -> None:
        self._run = run_id
        select_run(self.session, run_id)
        self.refresh()

    @Slot()
    def _go_to_next_step(self) -> None:
        self.session.request_page("data" if self.session.data is None else "train")
