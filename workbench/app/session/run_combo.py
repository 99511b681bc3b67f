"""A choice among trained runs, each with its colour; and the data that a run was trained on."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QComboBox

from workbench.app.runs.run_groups import Now
from workbench.app.runs.run_store import RunInfo
from workbench.app.runs.run_text import short_title
from workbench.app.session.session import Session
from workbench.app.widgets.quiet import QuietBox
from workbench.app.widgets.theme import GRID, theme
from workbench.data.interactions import Interactions
from workbench.errors import WorkbenchError

DOT = 2 * GRID


class RunCombo(QuietBox):
    """Trained runs, the newest first. Choosing one selects it in the session."""

    chosen = Signal(str)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setIconSize(QSize(DOT, DOT))
        self.setMinimumContentsLength(10)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._runs: list[tuple[str, str, int]] = []
        self._asked: Any = None
        self.activated.connect(self._choose)
        theme().changed.connect(self._paint)

    @property
    def run_id(self) -> str | None:
        """Id of the run that is shown."""
        return self.currentData()

    def show_runs(self, infos: list[RunInfo], current: str | None, now: Now) -> None:
        """Offer these runs and show one of them; those that differ from what is chosen now say in what."""
        asked = (now, [(info.id, info.title, id(info.spec)) for info in infos])
        if asked != self._asked:  # each user that is looked at asks anew
            self._asked = asked
            self._offer([(info.id, marked_title(info, now), info.number) for info in reversed(infos)])
        self.setCurrentIndex(self.findData(current))

    def _offer(self, runs: list[tuple[str, str, int]]) -> None:
        if runs != self._runs:
            self._runs = runs
            self.clear()
            for run_id, title, _ in runs:
                self.addItem(title, run_id)
            self._paint()

    @Slot()
    def _paint(self) -> None:
        icons: dict[str, QIcon] = {}  # hundreds of runs have a handful of colours
        for place, (_, _, number) in enumerate(self._runs):
            color = theme().series(number)
            if color.name() not in icons:
                icons[color.name()] = QIcon(dot(color, self.devicePixelRatioF()))
            self.setItemIcon(place, icons[color.name()])

    @Slot(int)
    def _choose(self, place: int) -> None:
        self.chosen.emit(self.itemData(place))


def marked_title(info: RunInfo, now: Now) -> str:
    """What a run is called, and in what it differs from what is chosen now."""
    return " · ".join(filter(None, (short_title(info), now.mark(info.spec))))


def dot(color: QColor, scale: float) -> QPixmap:
    """A dot in the middle of a small transparent picture."""
    picture = QPixmap(round(DOT * scale), round(DOT * scale))
    picture.fill(Qt.GlobalColor.transparent)
    picture.setDevicePixelRatio(scale)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawEllipse(QRectF((DOT - GRID) / 2, (DOT - GRID) / 2, GRID, GRID))
    painter.end()
    return picture


def usable_runs(session: Session) -> list[RunInfo]:
    """Runs that have a model, oldest first."""
    return [info for info in session.runs.all() if info.usable]


def doubt_models(session: Session) -> None:
    """Let the disk be asked again which runs have a model: something failed that needed one."""
    for info in session.runs.all():
        info.doubt_model()


def run_to_show(session: Session, shown: str | None) -> RunInfo | None:
    """The run to look at: the first selected one that can be used, else the one that is shown, else the newest."""
    usable = {info.id: info for info in usable_runs(session)}
    for run_id in [*session.selection.runs, shown]:
        if run_id in usable:
            return usable[run_id]
    return next(reversed(usable.values()), None)


def select_run(session: Session, run_id: str) -> None:
    """Put a run first among the selected ones; it alone where it was not among them."""
    selected = session.selection.runs
    rest = [chosen_id for chosen_id in selected if chosen_id != run_id] if run_id in selected else []
    session.selection.select_runs([run_id, *rest])


class RunData:
    """The data of the run that is shown; that of the session where it is the same."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._folder: Path | None = None
        self._data: Interactions | None = None

    def folder(self, info: RunInfo) -> Path:
        """The data folder that a run was trained on."""
        return (info.folder / str(info.spec.get("data", ""))).resolve()

    def of(self, info: RunInfo) -> Interactions | None:
        """The interactions; None where they are not there any more."""
        folder = self.folder(info)
        project = self._session.project.current
        current = project.data_folder if project is not None else None
        if current is not None and current.resolve() == folder and self._session.data is not None:
            return self._session.data
        if folder != self._folder:
            self._folder = folder
            try:
                self._data = Interactions.open(folder, hashed=False)
            except WorkbenchError:  # asking the run says why
                self._data = None
        return self._data
