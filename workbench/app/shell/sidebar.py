"""The left edge of the window: the project, the steps of the data line with their state, and the runs."""

from datetime import datetime
from typing import Any

from PySide6.QtCore import QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from workbench.app.page import Page
from workbench.app.runs.run_groups import RunGroup, groups_of
from workbench.app.runs.run_store import RunInfo
from workbench.app.runs.search_info import SearchInfo
from workbench.app.runs.state_text import state_title
from workbench.app.session.now import now_of
from workbench.app.session.session import Session
from workbench.app.shell.run_menu import run_menu
from workbench.app.shell.sidebar_entry import WIDTH, Entry
from workbench.app.widgets.basic import Elided, Picture, Text, clear
from workbench.app.widgets.theme import GRID, SMALL
from workbench.app.widgets.translate import translate
from workbench.app.widgets.vertical_scroll import VerticalScroll
from workbench.training.run_state import RunState

MOST_RUNS = 40  # rows of the list; the page Compare shows all
MOST_SEARCHES = 20


class Sidebar(QWidget):
    """Project, steps and runs."""

    page_chosen = Signal(str)
    palette_wanted = Signal()

    def __init__(self, session: Session, pages: list[type[Page]]) -> None:
        super().__init__()
        self.session, self._pages = session, pages
        self.setFixedWidth(WIDTH)
        self._saved: datetime | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 2 * GRID, 12, GRID)
        column.setSpacing(1)
        column.addLayout(self._brand())
        column.addSpacing(12)
        self.steps: dict[str, Entry] = {}
        for page in pages:
            self.steps[page.name] = self._step(page)
            column.addWidget(self.steps[page.name])
        column.addSpacing(2 * GRID)
        self._heading = Text(self.tr("RUNS"), 11, "muted", bold=True)
        self._heading.setContentsMargins(10, 0, 0, 4)
        column.addWidget(self._heading)
        column.addWidget(self._run_list(), 1)
        self.anything = Entry(self.tr("Find anything"), icon="search", small=True)
        self.anything.setCheckable(False)
        self.anything.set_state("Ctrl K")
        self.anything.clicked.connect(self.palette_wanted)
        column.addWidget(self.anything)
        self._minute = QTimer(self, interval=20_000)
        self._minute.timeout.connect(self._tell_saved)
        self._minute.start()
        self._connect()
        self.refresh()

    def _connect(self) -> None:
        session = self.session
        for signal in (session.project_changed, session.data_changed, session.project.split_changed):
            signal.connect(self.refresh)
        session.versions.changed.connect(self.refresh)
        session.runs.changed.connect(self.refresh)
        session.runs.run_changed.connect(self._refresh_run)
        session.searches.changed.connect(self.refresh)
        session.searches.search_changed.connect(self._refresh_search)
        session.selection.changed.connect(self._mark_runs)
        session.project.saved.connect(self._note_saved)

    def _brand(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(8, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(Picture("workbench", 26))
        names = QVBoxLayout()
        names.setSpacing(0)
        self._project = Elided("", bold=True)
        self._since = Elided("", 11, "muted")
        names.addWidget(self._project)
        names.addWidget(self._since)
        row.addLayout(names, 1)
        return row

    def _step(self, page: type[Page]) -> Entry:
        entry = Entry(page.title, icon=page.icon)
        entry.setProperty("page", page.name)
        entry.clicked.connect(self._choose)
        return entry

    def _run_list(self) -> QScrollArea:
        inside = QWidget()
        whole = QVBoxLayout(inside)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        self._search_rows, self._rows = QVBoxLayout(), QVBoxLayout()
        self._searches: dict[str, Entry] = {}
        for part in (self._search_rows, self._rows):
            part.setSpacing(0)
            whole.addLayout(part)
        whole.addStretch(1)
        self._runs: dict[str, Entry] = {}
        self._listed: list[tuple[str, bool, list[str]]] = []
        return VerticalScroll(inside)

    def set_current(self, name: str) -> None:
        """Mark the step whose page is shown."""
        for page, entry in self.steps.items():
            entry.setChecked(page == name)

    def refresh(self) -> None:
        """Catch up with the session."""
        project = self.session.project.current
        self._project.set_text(project.name if project is not None else self.tr("Workbench"))
        self._tell_saved()
        for page in self._pages:
            self.steps[page.name].set_state(*page.state(self.session))
        self._list_runs()

    def _list_runs(self) -> None:
        searches = {info.id for info in self.session.searches.all()}
        runs = [info for info in self.session.runs.all()[::-1] if info.search not in searches]
        self._list_searches()
        groups = self._groups(runs[:MOST_RUNS])
        wanted = [(f"{group.data} {group.title}", group.current, [info.id for info in group.runs]) for group in groups]
        if wanted != self._listed:
            self._listed = wanted
            clear(self._rows)
            self._runs = {}
            data = ""
            for group in groups:
                if group.data != data:
                    data = group.data
                    self._rows.addWidget(self._data_heading(data))
                if len(groups) > 1 or not group.current:
                    self._rows.addWidget(self._group_heading(group))
                for info in group.runs:
                    self._runs[info.id] = self._run_entry(info)
                    self._rows.addWidget(self._runs[info.id])
            if len(runs) > MOST_RUNS:
                more = Entry(self.tr("All {n} runs").format(n=len(runs)), small=True)
                more.setProperty("page", "compare")
                more.clicked.connect(self._choose)
                self._rows.addWidget(more)
            self._rows.addStretch(1)
        self._heading.setVisible(bool(runs) or bool(self._searches))
        gains = any(found[0] == "ndcg@10" for info in runs[:MOST_RUNS] if (found := info.headline()) is not None)
        self._heading.setText(self.tr("RUNS · NDCG@10") if gains else self.tr("RUNS"))
        for info in runs[:MOST_RUNS]:
            self._runs[info.id].set_title(info.title)
            self._runs[info.id].set_state(run_state(info), tip=run_tip(info))
        self._mark_runs()

    def _list_searches(self) -> None:
        """One line for each search, newest first: its trials are in its table, and on the page Compare."""
        searches = self.session.searches.all()[::-1][:MOST_SEARCHES]
        if [info.id for info in searches] != list(self._searches):
            clear(self._search_rows)
            self._searches = {}
            for info in searches:
                entry = Entry(info.title, icon="search", small=True)
                entry.setProperty("search", info.id)
                entry.clicked.connect(self._choose_search)
                self._searches[info.id] = entry
                self._search_rows.addWidget(entry)
        for info in searches:
            self._tell_search(info)

    @Slot(str)
    def _refresh_search(self, search_id: str) -> None:
        info = self.session.searches.get(search_id)
        if info is not None and search_id in self._searches:
            self._tell_search(info)

    def _tell_search(self, info: SearchInfo) -> None:
        self._searches[info.id].set_state(search_state(info), tip=info.status.reason or info.title)

    @Slot()
    def _choose_search(self) -> None:
        self.session.selection.select_search(self.sender().property("search"), [])
        self.session.request_page("train")

    def _groups(self, runs: list[RunInfo]) -> list[RunGroup]:
        return groups_of(runs, now_of(self.session)) if runs and self.session.project.current is not None else []

    def _data_heading(self, data: str) -> Elided:
        heading = Elided(self.tr("Other data: {name}").format(name=data), SMALL, "muted")
        heading.setContentsMargins(10, 10, 0, 0)
        heading.setAccessibleDescription(heading.full_text())
        return heading

    def _group_heading(self, group: RunGroup) -> Elided:
        heading = Elided(group.title, SMALL, "faint")
        heading.setContentsMargins(10, 6, 0, 2)
        if not group.current:
            heading.setToolTip(
                self.tr(
                    "Runs on other data, filters or another split than the current ones: their numbers are not comparable"
                )
            )
        return heading

    def _run_entry(self, info: RunInfo) -> Entry:
        entry = Entry(info.title, number=info.number, small=True)
        entry.setProperty("run", info.id)
        entry.clicked.connect(self._choose_run)
        entry.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        entry.customContextMenuRequested.connect(self._run_menu)
        return entry

    def _refresh_run(self, run_id: str) -> None:
        info = self.session.runs.get(run_id)
        if info is not None and run_id in self._runs:
            self._runs[run_id].set_title(info.title)
            self._runs[run_id].set_state(run_state(info), tip=run_tip(info))
        for page in self._pages:
            self.steps[page.name].set_state(*page.state(self.session))

    def _mark_runs(self) -> None:
        chosen = set(self.session.selection.runs)
        for run_id, entry in self._runs.items():
            entry.setChecked(run_id in chosen)
        for search_id, entry in self._searches.items():
            entry.setChecked(search_id == self.session.selection.search)

    def _choose(self) -> None:
        self.page_chosen.emit(self.sender().property("page"))

    def _choose_run(self) -> None:
        run_id = self.sender().property("run")
        several = QApplication.keyboardModifiers() & Qt.KeyboardModifier.ControlModifier
        chosen = self.session.selection.runs
        if not several:
            self.session.selection.select_runs([run_id])
        elif run_id in chosen:
            self.session.selection.select_runs([run for run in chosen if run != run_id])
        else:
            self.session.selection.select_runs([*chosen, run_id])
        self._mark_runs()

    def _run_menu(self, where: QPoint) -> None:
        entry: Any = self.sender()
        menu = run_menu(self.session, entry.property("run"), self)
        menu.popup(entry.mapToGlobal(where))

    def _note_saved(self) -> None:
        self._saved = datetime.now().astimezone()
        self._tell_saved()

    def _tell_saved(self) -> None:
        if self.session.project.current is None:
            self._saved = None
            self._since.set_text(self.tr("no project open"))
            return
        if self._saved is None:
            self._since.set_text(self.tr("saved"))
            return
        minutes = int((datetime.now().astimezone() - self._saved).total_seconds() // 60)
        late = self.tr("saved {n} min ago").format(n=minutes)
        self._since.set_text(self.tr("saved a moment ago") if minutes < 1 else late)
        self._since.setToolTip(self._saved.strftime("%H:%M:%S"))


def run_state(info: RunInfo) -> str:
    """The small text beside a run: its metric where it has one, else how far it is."""
    if info.state is RunState.RUNNING and info.fraction >= 0:
        return f"{info.fraction:.0%}"
    headline = info.headline() if info.state.is_usable else None
    if headline is None:
        return state_title(info.state)
    name, value, part = headline
    number = f"{value:.3f}"
    number = number.removeprefix("0") if value < 1 else number
    words = translate("Sidebar", "{number} test") if part == "test" else translate("Sidebar", "{number} val")
    # Beside the gains of other runs, an error must not look like a gain.
    return words.format(number=f"RMSE {number}" if name == "rmse" else number)


def search_state(info: SearchInfo) -> str:
    """The small text beside a search: how far it is while it is at work, else the best that it has found."""
    if not info.over:
        return f"{info.fraction:.0%}" if info.fraction >= 0 and info.state.is_active else state_title(info.state)
    best = info.best
    if best is None or best.value is None:
        return state_title(info.state)
    number = f"{best.value:.3f}"
    number = number.removeprefix("0") if best.value < 1 else number
    return translate("Sidebar", "{number} val").format(number=number)


def run_tip(info: RunInfo) -> str:
    """The same in full: which metric, on which part; or why the run failed."""
    headline = info.headline() if info.state.is_usable else None
    if headline is None:
        return info.reason
    name, value, part = headline
    words = {
        "test": translate("Sidebar", "{metric} {value:.4f} on the test set"),
        "validation": translate("Sidebar", "{metric} {value:.4f} on the validation part, of the best epoch")
        if info.epochs
        else translate("Sidebar", "{metric} {value:.4f} on the validation part"),
    }[part]
    return words.format(metric="RMSE" if name == "rmse" else "NDCG@10", value=value)
