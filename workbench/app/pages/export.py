"""Write lists of recommendations to a file."""

from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtCore import QCoreApplication, QTimer, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from workbench.app.field import NumberInput, parsed
from workbench.app.job_strip import size
from workbench.app.pages import Page, preview
from workbench.app.pages._export_outcome import Outcome, command_line
from workbench.app.pages._export_place import PlaceChoice
from workbench.app.pages._export_preview import MOST_PEOPLE, Lists, Preview, rows_of
from workbench.app.pages._export_users import ONE, SOME, UsersChoice
from workbench.app.pages._lists import line
from workbench.app.pages._run_combo import RunCombo, RunData, run_to_show, select_run, usable_runs
from workbench.app.pages._run_words import short_title
from workbench.app.runs import RunInfo
from workbench.app.session import Session
from workbench.app.task_worker import Task
from workbench.app.theme import GRID
from workbench.app.widgets import Card, EmptyState, ErrorCard, Figure, Text

K, MOST_K = 10, 1000
PAUSE = 150  # milliseconds of rest before the preview is made anew
LEFT = 52 * GRID
MOST_KEPT = 20_000  # letters of pasted ids that are kept with the project
MOST_TOLD = 200  # users that the command line names
Json = dict[str, Any]


class ExportPage(Page):
    """Choices at the left; at the right what will be written, and how the writing goes."""

    name: ClassVar[str] = "export"
    title: ClassVar[str] = QCoreApplication.translate("ExportPage", "Export")
    icon: ClassVar[str] = "export"
    order: ClassVar[int] = 7

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._at_front = False
        self._run: str | None = None
        self._task: Task | None = None
        self._answers: list[Json] = []
        self._row_bytes: float | None = None
        self._card: ErrorCard | None = None
        self._data = RunData(session)
        self._lists = Lists(session, self)
        self._lists.ready.connect(self._take_lists)
        self._lists.failed.connect(self._fail_preview)
        self._rest = QTimer(self, singleShot=True, interval=PAUSE)
        self._rest.timeout.connect(self._ask_preview)
        self.primary = QAction(self.tr("Export"), self)
        self.primary.triggered.connect(self._export)
        self._build()
        session.selection_changed.connect(self.refresh)
        session.data_changed.connect(self.refresh)
        session.runs_changed.connect(self.refresh)
        session.run_changed.connect(self._refresh_run)

    @classmethod
    def state(cls, session: Session) -> tuple[str, str]:
        if session.data is None and not session.all_runs():
            return "", QCoreApplication.translate("ExportPage", "Open a ratings file first")
        if not usable_runs(session):
            return "", QCoreApplication.translate("ExportPage", "Train an algorithm first")
        return "", ""

    # Widgets -------------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self._stack = QStackedLayout(self)
        self.empty = EmptyState("export", "", self.tr("Go to Train"))
        self.empty.button.clicked.connect(self._go_to_next_step)
        self._stack.addWidget(self.empty)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        self._cards = QVBoxLayout()
        column.addLayout(self._cards)
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        row.addWidget(self._build_choices())
        right = QVBoxLayout()
        right.setSpacing(2 * GRID)
        right.addWidget(self._build_content(), 1)
        self.outcome = Outcome()
        self.outcome.cancel_wanted.connect(self._cancel)
        right.addWidget(self.outcome)
        row.addLayout(right, 1)
        column.addLayout(row, 1)
        self._stack.addWidget(whole)

    def _build_choices(self) -> Card:
        card = Card(self.tr("What to write"))
        card.setFixedWidth(LEFT)
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(12)
        grid.setColumnStretch(1, 1)
        self.runs = RunCombo(self.tr("Run that recommends"))
        self.runs.chosen.connect(self._choose_run)
        self.users = UsersChoice()
        self.users.changed.connect(self.refresh)
        self.k = NumberInput({"minimum": 1, "maximum": MOST_K}, "integer")
        self.k.setFixedWidth(8 * GRID)
        self.k.setText(str(K))
        self.k.setAccessibleName(self.tr("Items in each list"))
        self.k.setToolTip(self.tr("1 to {most:,}; the arrow keys change it").format(most=MOST_K))
        self.k.textChanged.connect(self.refresh)
        self.seen = QCheckBox(self.tr("Seen items too"))
        self.seen.setToolTip(self.tr("Also list what the user already has"))
        self.seen.toggled.connect(self.refresh)
        self.place = PlaceChoice()
        self.place.changed.connect(self.refresh)
        rows = (
            (self.tr("Run"), self.runs), (self.tr("For"), self.users), (self.tr("Items in a list"), self._length()),
            (self.tr("Format"), self.place.format), (self.tr("File"), self.place),
        )  # fmt: skip
        for at, (words, widget) in enumerate(rows):
            label = Text(words, ink="muted")
            label.setFixedHeight(self.runs.sizeHint().height() if widget is not self.users else 20)
            grid.addWidget(label, at, 0, label_place())
            grid.addWidget(widget, at, 1)
        card.body.addSpacing(4)
        card.body.addLayout(grid)
        card.body.addStretch(1)
        return card

    def _length(self) -> QWidget:
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * GRID)
        row.addWidget(self.k)
        row.addWidget(self.seen, 1)
        return both

    def _build_content(self) -> Card:
        card = Card(self.tr("What will be in the file"))
        figures = QHBoxLayout()
        figures.setSpacing(2 * GRID)
        self.figures = {name: Figure("–", what, small=True) for name, what in self._figures()}
        for name, one in self.figures.items():
            figures.addWidget(one, 3 if name == "columns" else 2)
        card.body.addLayout(figures)
        card.body.addSpacing(4)
        self.preview = Preview()
        card.add(Text(self.tr("The first lines"), ink="muted"))
        card.add(self.preview, 1)
        return card

    def _figures(self) -> list[tuple[str, str]]:
        return [
            ("lists", self.tr("lists")), ("rows", self.tr("rows at most")),
            ("columns", self.tr("columns")), ("size", self.tr("size, about")),
        ]  # fmt: skip

    # The page ------------------------------------------------------------------------------------------------------

    def shown(self) -> None:
        self._at_front = True
        asked = self.session.view("export")
        if asked:
            self.users.choose(str(asked.get("whom")))
            self.session.set_view("export", {})
        self._lists.forget()
        self.refresh()

    def hidden(self) -> None:
        self._at_front = False

    def remember(self) -> dict[str, Any]:
        ids = self.users.ids.toPlainText()
        return {
            "whom": self.users.whom,
            "ids": ids if len(ids) <= MOST_KEPT else "",
            "k": self.length or K,
            "seen": self.seen.isChecked(),
            "format": self.place.ending,
            "path": self.place.field.text() if self.place.own else "",
        }

    def recall(self, view: dict[str, Any]) -> None:
        self.users.ids.setPlainText(str(view.get("ids") or ""))
        self.users.choose(ONE if view.get("whom") == ONE and self.session.user else str(view.get("whom")))
        if isinstance(view.get("k"), int):
            self.k.setText(str(view["k"]))
        self.seen.setChecked(view.get("seen") is True)
        self.place.format.setCurrentIndex(max(0, self.place.format.findData(view.get("format"))))
        if view.get("path"):
            self.place.take(str(view["path"]))

    @property
    def info(self) -> RunInfo | None:
        """The run that recommends."""
        return run_to_show(self.session, self._run)

    @property
    def length(self) -> int | None:
        """Items in a list; None where the field holds no such number."""
        k = parsed(self.k.text(), "integer", optional=True)
        return k if isinstance(k, int) and 1 <= k <= MOST_K else None

    @Slot()
    def refresh(self, *_: object) -> None:
        """Catch up with the session and the choices."""
        if not self._at_front:
            return
        info = self.info
        if info is None:
            self._show_empty()
            return
        self._run = info.id
        self._stack.setCurrentIndex(1)
        self.runs.show_runs(usable_runs(self.session), info.id)
        self.users.blockSignals(True)
        self.users.set_people(self._data.of(info), self._one(info))
        self.users.blockSignals(False)
        one = self.session.user if self.users.whom == ONE else None
        folder = self.session.project.folder if self.session.project is not None else Path.home()
        self.place.blockSignals(True)
        self.place.suggest(folder, "recommendations", short_title(info), f"user {one}" if one else "")
        self.place.blockSignals(False)
        self._tell(info)
        self._rest.start()

    def _refresh_run(self, run_id: str) -> None:
        if self._run is None or run_id == self._run:
            self.refresh()

    def _one(self, info: RunInfo) -> str | None:
        """The user of the page Inspect, where the data of the run has them."""
        data, user = self._data.of(info), self.session.user
        return user if user is not None and data is not None and user in self._known(data, user) else None

    @staticmethod
    def _known(data: Any, user: str) -> list[str]:
        from workbench.app.pages._export_users import pasted

        return pasted(user, data.user_ids)[0]

    def _tell(self, info: RunInfo) -> None:
        """Write down what the choices come to."""
        n = self.users.count
        data = self._data.of(info)
        k = self.length
        rows = n * min(k or 0, data.n_items if data is not None else MOST_K)
        titles = self._titled(info)
        columns = ["user", "rank", "item", "score", *(["title"] if titles else [])]
        total = rows * self._row_bytes if self._row_bytes is not None else None
        self.figures["lists"].set(f"{n:,}")
        self.figures["rows"].set(f"{rows:,}")
        self.figures["columns"].set(str(len(columns)), ", ".join(columns))
        self.figures["size"].set("–" if total is None else _bytes(total))
        self._mark_length()
        wrong = "" if k else self.tr("A list has 1 to {most:,} items.").format(most=MOST_K)
        trouble = self.place.tell(total) or self.users.problem or wrong
        self.primary.setText(self.tr("Export 1 list") if n == 1 else self.tr("Export {n:,} lists").format(n=n))
        self.primary.setEnabled(not trouble and self._task is None)
        self.primary.setToolTip(trouble)
        self.set_heading(self.title)
        self.set_facts(self.tr("Lists of {run} for everybody or for some, as a file").format(run=short_title(info)))
        chosen = self.users.users()
        told = chosen if chosen is None else chosen[:MOST_TOLD]
        path = self.place.path or Path(f"recommendations{self.place.ending}")
        self.outcome.set_command(command_line(info.folder, path, told, k or K, seen=self.seen.isChecked()))

    def _mark_length(self) -> None:
        wrong = "false" if self.length else "true"
        if self.k.property("wrong") != wrong:
            self.k.setProperty("wrong", wrong)
            self.k.style().unpolish(self.k)
            self.k.style().polish(self.k)

    def _titled(self, info: RunInfo) -> bool:
        return (self._data.folder(info) / "items.arrow").exists()

    def _show_empty(self) -> None:
        self.primary.setText(self.tr("Export"))
        self.primary.setEnabled(False)
        self.set_facts("")
        more = self.tr("Here lists of recommendations become a file, for all users or for some.")
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
    def _ask_preview(self) -> None:
        info = self.info
        if info is None or not self._at_front:
            return
        people, k = self.users.first(MOST_PEOPLE), self.length
        if people and k:
            self._lists.want(str(info.folder), people, k, self.seen.isChecked())
        elif self.users.whom == SOME:
            self._answers = []
        if self._answers or not people:
            self._show_preview(info)

    @Slot(list)
    def _take_lists(self, answers: list[Json]) -> None:
        self._answers = answers
        info = self.info
        if info is not None:
            self._show_preview(info)

    def _show_preview(self, info: RunInfo) -> None:
        rows = rows_of(self._answers, titles=self._titled(info))
        self._row_bytes = self.preview.show_rows(rows, self.place.ending)
        if not len(rows):
            self._row_bytes = None
        self._tell(info)

    @Slot(str, str)
    def _fail_preview(self, sentence: str, details: str) -> None:
        self._show_failure(self.tr("There is nothing to show of this run"), sentence, details)

    # Writing -------------------------------------------------------------------------------------------------------

    @Slot()
    def _export(self) -> None:
        # The run that is shown, even where its folder has vanished since: the answer says so.
        info, path = self.session.run(self._run or ""), self.place.path
        k = self.length
        if info is None or path is None or k is None or self._task is not None:
            return
        self._clear_failure()
        self.outcome.show_progress(line(path.name))
        self._task = self.session.export(
            info.id,
            path,
            users=self.users.users(),
            k=k,
            include_seen=self.seen.isChecked(),
            done=self._done,
            failed=self._failed,
            progress=self.outcome.set_progress,
        )
        if self._task is not None:
            self._task.cancelled.connect(self._cancelled)
        self.refresh()

    @Slot()
    def _cancel(self) -> None:
        if self._task is not None:
            self.outcome.show_cancelling()
            self.session.cancel(self._task)

    @Slot(object)
    def _done(self, result: Json) -> None:
        self._task = None
        self.outcome.show_done(result)
        if not self._at_front:
            self.session.notice.emit("ok", self.tr("{rows:,} rows written").format(rows=result["rows"]))
        self.refresh()

    @Slot(str, str)
    def _failed(self, sentence: str, details: str) -> None:
        self._task = None
        self.outcome.show_failed()
        title = self.tr("The lists were not written")
        if self.info is None:  # no run is left, and nothing of this page either
            self.session.failure.emit(title, sentence, details)
        else:
            self._show_failure(title, sentence, details)
        self.refresh()

    @Slot()
    def _cancelled(self) -> None:
        self._task = None
        self.outcome.show_cancelled()
        self.refresh()

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


def label_place() -> Any:
    """Where a label stands beside what it names."""
    from PySide6.QtCore import Qt

    return Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft


def _bytes(count: float) -> str:
    if count < 1e6:  # noqa: PLR2004 - a megabyte
        return f"{max(1, round(count / 1000)):,} kB"
    return size(count)


if __name__ == "__main__":
    preview(ExportPage)
