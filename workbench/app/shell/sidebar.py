"""The left edge of the window: the project, the steps of the data line with their state, and the runs."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QHBoxLayout,
    QMenu,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from workbench.app.page import Page
from workbench.app.runs.run_groups import RunGroup, groups_of
from workbench.app.runs.run_store import RunInfo
from workbench.app.runs.state_text import state_title
from workbench.app.session.now import now_of
from workbench.app.session.run_changes import cancel_run, remove_run
from workbench.app.session.session import Session
from workbench.app.widgets import icons
from workbench.app.widgets.basic import Elided, Picture, Text, clear
from workbench.app.widgets.theme import BODY, GRID, SMALL, font, theme
from workbench.app.widgets.translate import translate
from workbench.training.run_state import RunState

WIDTH = 28 * GRID
MOST_RUNS = 40  # rows of the list; the page Compare shows all


class Entry(QAbstractButton):
    """One row: an icon or a dot, a title, and a small state at the right."""

    def __init__(self, title: str, *, icon: str = "", number: int = -1, small: bool = False) -> None:
        super().__init__()
        self.setText(title)
        self.setFont(font(BODY))
        self._icon, self._number, self._state, self._locked = icon, number, "", False
        self._height = 30 if small else 34
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._name()

    def sizeHint(self) -> QSize:
        return QSize(WIDTH - 3 * GRID, self._height)

    def set_title(self, title: str) -> None:
        """Call it something else."""
        if title != self.text():
            self.setText(title)
            self._name()

    def set_state(self, state: str, locked: str = "", *, tip: str = "") -> None:
        """Show a small text at the right; `locked` says on hover why the step has to wait, `tip` what the text means."""
        if (state, locked or tip) != (self._state, self.toolTip()):
            self._state, self._locked = state, bool(locked)
            self.setToolTip(locked or tip)
            self._name()
            self.update()

    def _name(self) -> None:
        self.setAccessibleName(", ".join(filter(None, [self.text(), self._state])))

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme().tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        if self.isChecked() or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.color("wash" if self.isChecked() else "line"))
            painter.drawRoundedRect(box, 6, 6)
        if self.hasFocus() and self.property("keyboard"):
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(tokens.color("accent"))
            painter.drawRoundedRect(box, 6, 6)
        ink = "accent" if self.isChecked() and self._icon else "faint" if self._locked else "text"
        left = 10
        if self._icon:
            color = tokens.color("muted" if ink == "text" else ink)
            picture = icons.pixmap(self._icon, color, 18, self.devicePixelRatioF())
            painter.drawPixmap(QPoint(left, (self.height() - 18) // 2), picture)
            left += 27
        elif self._number >= 0:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().series(self._number))
            painter.drawEllipse(QRectF(left, self.height() / 2 - 4, 8, 8))
            left += 18
        self._write(painter, left, ink)

    def _write(self, painter: QPainter, left: int, ink: str) -> None:
        tokens = theme().tokens
        small = font(SMALL, figures=True)
        painter.setFont(small)
        room = painter.fontMetrics().horizontalAdvance(self._state)
        painter.setPen(tokens.color("accent" if self.isChecked() and self._icon else "muted"))
        where = QRect(self.width() - room - 10, 0, room + 2, self.height())
        painter.drawText(where, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, self._state)
        painter.setFont(font(BODY, bold=self.isChecked()))
        painter.setPen(tokens.color(ink))
        width = self.width() - left - room - 2 * GRID
        title = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, width)
        painter.drawText(QRect(left, 0, width, self.height()), Qt.AlignmentFlag.AlignVCenter, title)

    def focusInEvent(self, event: Any) -> None:
        reasons = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)
        self.setProperty("keyboard", event.reason() in reasons)
        super().focusInEvent(event)

    def keyPressEvent(self, event: Any) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
            return
        super().keyPressEvent(event)

    def changeEvent(self, event: Any) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()


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
        inside.setAutoFillBackground(False)
        self._rows = QVBoxLayout(inside)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(0)
        self._runs: dict[str, Entry] = {}
        self._listed: list[tuple[str, bool, list[str]]] = []
        area = QScrollArea()
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.viewport().setAutoFillBackground(False)
        return area

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
        runs = self.session.runs.all()[::-1]
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
        self._heading.setVisible(bool(runs))
        gains = any(found[0] == "ndcg@10" for info in runs[:MOST_RUNS] if (found := info.headline()) is not None)
        self._heading.setText(self.tr("RUNS · NDCG@10") if gains else self.tr("RUNS"))
        for info in runs[:MOST_RUNS]:
            self._runs[info.id].set_title(info.title)
            self._runs[info.id].set_state(run_state(info), tip=run_tip(info))
        self._mark_runs()

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


def run_menu(session: Session, run_id: str, parent: QWidget) -> QMenu:
    """What can be done with a run, as a menu that deletes itself."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    info = session.runs.get(run_id)
    if info is None:
        return menu
    entries = [
        (translate("RunMenu", "Show its curves"), "train", True),
        (translate("RunMenu", "Compare"), "compare", True),
        (translate("RunMenu", "Inspect its lists"), "inspect", info.usable),
        (None, "", True),
        (translate("RunMenu", "Pause"), "pause", info.state is RunState.RUNNING),
        (translate("RunMenu", "Continue"), "unpause", info.state is RunState.PAUSED),
        (translate("RunMenu", "Stop and keep the best epoch"), "stop", info.state.is_active),
        (translate("RunMenu", "Cancel"), "cancel", not info.over),
        (translate("RunMenu", "Resume from the last epoch"), "resume", info.resumable),
        (None, "", True),
        (translate("RunMenu", "Remove"), "delete", info.over),
    ]
    for text, what, possible in entries:
        if text is None:
            menu.addSeparator()
            continue
        action = menu.addAction(text)
        action.setData((what, run_id))
        action.setEnabled(possible)
    menu.triggered.connect(_Orders(session, menu).obey)
    return menu


class _Orders(QObject):
    """Carries out what was chosen in a run's menu; lives as long as the menu."""

    def __init__(self, session: Session, parent: QMenu) -> None:
        super().__init__(parent)
        self._session = session

    def obey(self, action: Any) -> None:
        what, run_id = action.data()
        session = self._session
        if what in ("train", "compare", "inspect"):
            if what != "compare" or run_id not in session.selection.runs:
                session.selection.select_runs([run_id])
            session.request_page(what)
            return
        orders: dict[str, Callable[[str], object]] = {
            "pause": session.runs.pause,
            "unpause": session.runs.unpause,
            "stop": session.runs.stop,
            "cancel": partial(cancel_run, session),
            "resume": session.runs.go_on,
            "delete": partial(remove_run, session),
        }
        orders[what](run_id)
