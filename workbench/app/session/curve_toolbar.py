"""How the curves are looked at: smoothed, on a logarithmic scale, beside earlier runs; and as files."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from workbench.app.runs.run_text import short_title
from workbench.app.session.session import Session
from workbench.app.widgets.basic import Button, Text
from workbench.app.widgets.file_dialog import choose_place
from workbench.app.widgets.quiet import QuietSlider
from workbench.app.widgets.theme import GRID, SMALL, font, theme
from workbench.training.run_state import RunState

MOST_OFFERED = 12  # earlier runs in the menu
SHARP = 2  # pixels of a picture for each of the window


class CurveTools(QWidget):
    """One line above the curves."""

    changed = Signal()
    """Smoothing or scale."""
    reset = Signal()
    exported = Signal(str)
    """Kind of file: png, svg or csv."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 0, 0)
        row.setSpacing(4)
        label = Text(self.tr("Smoothing"), SMALL, "muted")
        self.smoothing = QuietSlider(Qt.Orientation.Horizontal)
        self.smoothing.setRange(0, 9)
        self.smoothing.setFixedWidth(9 * GRID)
        self.smoothing.setAccessibleName(self.tr("Smoothing"))
        label.setBuddy(self.smoothing)
        self.log = Button(self.tr("Log"), "quiet", tip=self.tr("Logarithmic scale"))
        self.log.setCheckable(True)
        self.all = Button(self.tr("Reset view"), "quiet", tip=self.tr("Show everything again (double-click)"))
        self.overlay = Button(self.tr("Overlay"), "quiet", tip=self.tr("Show earlier runs under the curves"))
        self.export = Button(self.tr("Export"), "quiet", tip=self.tr("Export the curves as an image or a table"))
        row.addWidget(label)
        row.addWidget(self.smoothing)
        row.addStretch(1)
        for widget in (self.log, self.all, self.overlay, self.export):
            row.addWidget(widget)
        self.setFixedHeight(4 * GRID)
        self.smoothing.valueChanged.connect(self._tell_span)
        self.smoothing.valueChanged.connect(self.changed)
        self.log.toggled.connect(self.changed)
        self.all.clicked.connect(self.reset)
        self.overlay.clicked.connect(self._offer_runs)
        self.export.clicked.connect(self._offer_files)
        self._tell_span()

    @property
    def span(self) -> int:
        """Records that a mean is taken over; 1 for none."""
        return int(2 ** self.smoothing.value())

    def _tell_span(self) -> None:
        words = self.tr("Mean over about {n} records").format(n=self.span) if self.span > 1 else self.tr("Not smoothed")
        self.smoothing.setToolTip(words)

    def _offer_runs(self) -> None:
        menu = self.overlays()
        menu.popup(self.overlay.mapToGlobal(QPoint(0, self.overlay.height())))

    def overlays(self) -> QMenu:
        """A menu of the runs that can be laid under the one that is shown."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chosen = self._session.selection.runs
        runs = self._session.runs.all()
        active = self._session.runs.active()
        first = chosen[0] if chosen else (active or runs[-1]).id if runs else ""
        for info in [run for run in reversed(runs) if run.id != first and run.state is not RunState.QUEUED][
            :MOST_OFFERED
        ]:
            action = menu.addAction(short_title(info)[:60].replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(info.id in chosen[1:])
            action.toggled.connect(partial(self._overlay, first, info.id))
        if menu.isEmpty():
            menu.addAction(self.tr("There are no other runs yet")).setEnabled(False)
        return menu

    def _overlay(self, first: str, run_id: str, on: bool) -> None:
        others = [other_id for other_id in self._session.selection.runs[1:] if other_id != run_id]
        self._session.selection.select_runs([first, *others, *([run_id] if on else [])])

    def _offer_files(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        kinds = {
            "png": self.tr("Image (PNG)…"),
            "svg": self.tr("Vector image (SVG)…"),
            "csv": self.tr("Exact values (CSV)…"),
        }
        for kind, text in kinds.items():
            menu.addAction(text).triggered.connect(partial(self.exported.emit, kind))
        menu.popup(self.export.mapToGlobal(QPoint(0, self.export.height())))

    def ask_place(self, kind: str, name: str) -> Path | None:
        """Where a file is to be; None where the person thinks better of it."""
        path = choose_place(self, self.tr("Export the curves"), f"{name}.{kind}", f"*.{kind}")
        return path.with_suffix(f".{kind}") if path is not None and path.suffix != f".{kind}" else path


def draw_curves(parts: list[tuple[str, QWidget]], path: Path) -> bool:
    """Draw titled plots one under another into a .png or .svg file; False where that could not be written."""
    width = max(part.width() for _, part in parts)
    head = 3 * GRID
    size = QSize(width, sum(part.height() + head for _, part in parts))
    if not path.parent.is_dir():
        return False
    if path.suffix == ".svg":
        from PySide6.QtSvg import QSvgGenerator

        drawing = QSvgGenerator()
        drawing.setFileName(str(path))
        drawing.setSize(size)
        # Else axes, which are played back from a recording, come out smaller than the curves between them.
        drawing.setResolution(parts[0][1].logicalDpiX())
        drawing.setViewBox(QRect(QPoint(0, 0), size))
        painter = QPainter()
        if not painter.begin(drawing):
            return False
        _paint(painter, parts, size, head)
        return painter.end()
    image = QImage(size * SHARP, QImage.Format.Format_ARGB32)
    image.setDevicePixelRatio(SHARP)
    painter = QPainter(image)
    _paint(painter, parts, size, head)
    painter.end()
    return image.save(str(path))


def _paint(painter: QPainter, parts: list[tuple[str, QWidget]], size: QSize, head: int) -> None:
    painter.fillRect(QRect(QPoint(0, 0), size), theme().tokens.color("surface"))
    top = 0
    for title, plot in parts:
        painter.setPen(theme().tokens.color("text"))
        painter.setFont(font(SMALL, bold=True))
        painter.drawText(QRect(GRID, top, size.width(), head), Qt.AlignmentFlag.AlignVCenter, title)
        plot.view.render(painter, QRect(0, top + head, plot.view.width(), plot.view.height()))
        top += head + plot.height()
