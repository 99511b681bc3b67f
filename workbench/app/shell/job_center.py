"""Everything at work, waiting and done, in one list: runs and jobs, with what can be done about each."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from PySide6.QtCore import Qt, QTimer, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from workbench.app.jobs.declared_jobs import find_job
from workbench.app.runs.run_store import RunInfo
from workbench.app.runs.run_text import short_title
from workbench.app.runs.search_info import SearchInfo
from workbench.app.runs.state_text import STATE_INK, state_title
from workbench.app.session.run_changes import cancel_run, move_run
from workbench.app.session.session import Session
from workbench.app.widgets.amounts import span
from workbench.app.widgets.basic import Button, Elided, Text, clear
from workbench.app.widgets.theme import GRID, SMALL
from workbench.app.widgets.translate import translate
from workbench.training.run_state import RunState

REFRESH_MS = 250
MAX_OVER = 20  # runs and jobs that are over
LOG = "log.txt"
STATE_WIDTH = 17 * GRID
Do = Callable[[], object]


@dataclass
class Entry:
    """A line of the list."""

    title: str
    state: str
    ink: str = "muted"
    remark: str = ""
    actions: list[tuple[str, Do]] = field(default_factory=list)
    key: str = ""
    """Tells it from others of the same title."""


def at_work(session: Session) -> list[Entry]:
    """Searches and runs at work, and jobs that are done now."""
    runs, found = session.runs, [_of_search(session, info) for info in session.searches.all_active()]
    for info in runs.all_active():
        left = info.seconds_left
        remark = translate("JobCenter", "{time} left").format(time=span(left)) if left else ""
        share = f"{info.fraction:.0%}".replace("%", " %") if info.fraction >= 0 else ""
        actions: list[tuple[str, Do]] = []
        if info.epochs:
            paused = info.state is RunState.PAUSED
            words = translate("JobCenter", "Continue") if paused else translate("JobCenter", "Pause")
            actions.append((words, partial(runs.unpause if paused else runs.pause, info.id)))
            actions.append((translate("JobCenter", "Stop and keep"), partial(runs.stop, info.id)))
        actions.append((translate("JobCenter", "Cancel"), partial(runs.cancel, info.id)))
        found.append(_of_run(info, " · ".join(filter(None, [share, remark])), actions))
    for task in session.jobs.tasks:
        if find_job(task.job).lane == "background" and not task.over:
            share = f"{task.fraction:.0%}".replace("%", " %") if task.fraction >= 0 else ""
            waits = task.state == "waiting"
            state = translate("JobCenter", "Waiting") if waits else translate("JobCenter", "Running")
            cancel = (translate("JobCenter", "Cancel"), partial(session.jobs.cancel, task))
            remark = " · ".join(filter(None, [share, task.text]))
            found.append(Entry(task.title, state, "muted" if waits else "accent", remark, [cancel], str(task.number)))
    return found


def waiting(session: Session) -> list[Entry]:
    """Runs in the queue, and searches that wait."""
    runs = session.runs
    found = [_of_search(session, info) for info in session.searches.waiting()]
    for place, info in enumerate(runs.waiting()):
        actions: list[tuple[str, Do]] = [(translate("JobCenter", "Cancel"), partial(cancel_run, session, info.id))]
        if place:
            actions.insert(0, (translate("JobCenter", "Next"), partial(move_run, session, info.id, 0)))
        found.append(_of_run(info, translate("JobCenter", "place {n}").format(n=place + 1), actions))
    return found


def over(session: Session) -> list[Entry]:
    """What has ended, the newest first: jobs of this session, and runs."""
    states = {
        RunState.DONE: (translate("JobCenter", "Done"), "ok"),
        RunState.FAILED: (translate("JobCenter", "Failed"), "error"),
        RunState.CANCELLED: (translate("JobCenter", "Cancelled"), "muted"),
    }
    jobs = [
        Entry(
            job.title, *states[RunState(job.state)], " · ".join(filter(None, [job.at.strftime("%H:%M"), job.sentence]))
        )
        for job in reversed(session.jobs.ended)
    ]
    runs = []
    for info in reversed(session.runs.all()):
        if info.over and not info.search:
            log = info.folder / LOG
            open_log = partial(QDesktopServices.openUrl, QUrl.fromLocalFile(str(log)))
            actions: list[tuple[str, Do]] = [(translate("JobCenter", "Log"), open_log)] if log.exists() else []
            runs.append(_of_run(info, info.reason, actions))
            if len(runs) == MAX_OVER:
                break
    return [*jobs[:MAX_OVER], *runs]


def _of_search(session: Session, info: SearchInfo) -> Entry:
    words = translate("JobCenter", "{n} trials have ended")
    stop = translate("JobCenter", "Stop and keep") if info.state.is_active else translate("JobCenter", "Cancel")
    state = translate("JobCenter", "Searching") if info.state.is_active else state_title(info.state)
    actions: list[tuple[str, Do]] = [(stop, partial(session.searches.stop, info.id))]
    remark = words.format(n=len(info.ended_trials))
    return Entry(info.title, state, STATE_INK.get(info.state, "muted"), remark, actions, info.id)


def _of_run(info: RunInfo, remark: str, actions: list[tuple[str, Do]]) -> Entry:
    title = translate("JobCenter", "Training {run}").format(run=short_title(info))
    return Entry(title, state_title(info.state), STATE_INK.get(info.state, "muted"), remark, actions, info.id)


class JobCenter(QDialog):
    """Follows what is at work while it is open."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Jobs"))
        self.resize(100 * GRID, 60 * GRID)
        self._session = session
        self._shown: list[tuple[str, list[Entry]]] = []
        self._rows: list[tuple[Text, Elided]] = []
        self._soon = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._soon.timeout.connect(self.refresh)
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, 2 * GRID)
        self._column.setSpacing(GRID)
        area = QScrollArea()
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(area)
        for signal in (session.runs.changed, session.runs.run_changed, session.jobs.changed):
            signal.connect(self._later)
        for signal in (session.searches.changed, session.searches.search_changed):
            signal.connect(self._later)
        self.refresh()

    def lines(self) -> list[str]:
        """What the list says, a line for each entry under its heading."""
        return [f"{heading}: {entry.title}, {entry.state}" for heading, entries in self._shown for entry in entries]

    @Slot()
    def _later(self, *_: object) -> None:
        if not self._soon.isActive():
            self._soon.start()

    @Slot()
    def refresh(self) -> None:
        """Look again; the list is made anew only where it says something else."""
        session = self._session
        parts = [
            (self.tr("At work"), at_work(session)),
            (self.tr("Waiting"), waiting(session)),
            (self.tr("Over"), over(session)),
        ]
        same = bool(self._shown) and _shape(parts) == _shape(self._shown)
        self._shown = parts
        if same:
            self._say()
            return
        clear(self._column)
        self._rows = []
        if not any(entries for _, entries in parts):
            self._column.addWidget(
                Text(self.tr("Nothing has been started yet. Runs and other jobs appear here."), ink="muted")
            )
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(2)
        grid.setColumnMinimumWidth(1, STATE_WIDTH)
        for column, stretch in ((0, 5), (2, 4)):
            grid.setColumnStretch(column, stretch)
        for heading, entries in parts:
            if entries:
                at = grid.rowCount()
                grid.addWidget(Text(heading, bold=True), at, 0, 1, 4)
                grid.setRowMinimumHeight(at, 5 * GRID)
            for entry in entries:
                self._fill_row(grid, grid.rowCount(), entry)
        self._column.addLayout(grid)
        self._column.addStretch(1)

    def _say(self) -> None:
        """Say how far each is: its line stays, for making forty of them anew is felt."""
        entries = [entry for _, some in self._shown for entry in some]
        for entry, (state, remark) in zip(entries, self._rows, strict=True):
            state.setText(entry.state)
            state.set_ink(entry.ink)
            remark.set_text(entry.remark)

    def _fill_row(self, grid: QGridLayout, at: int, entry: Entry) -> None:
        state, remark = Text(entry.state, SMALL, entry.ink), Elided(entry.remark, SMALL, "muted")
        self._rows.append((state, remark))
        grid.addWidget(Elided(entry.title), at, 0)
        grid.addWidget(state, at, 1)
        grid.addWidget(remark, at, 2, 1, 1 if entry.actions else 2)
        buttons = QHBoxLayout()
        for words, do in entry.actions:
            button = Button(words, "quiet")
            button.setAccessibleName(f"{words}: {entry.title}")
            button.clicked.connect(partial(self._do, do))
            buttons.addWidget(button)
        grid.addLayout(buttons, at, 3, Qt.AlignmentFlag.AlignRight)
        grid.setRowMinimumHeight(at, 4 * GRID)

    def _do(self, do: Do, *_: object) -> None:
        do()
        self._later()


def _shape(parts: list[tuple[str, list[Entry]]]) -> list[tuple[str, ...]]:
    """What the lines are of and what can be done about each; while that stays, only what they say changes."""
    return [
        (heading, e.key, e.title, *(words for words, _ in e.actions)) for heading, entries in parts for e in entries
    ]
