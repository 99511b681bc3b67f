"""A picture of the page Compare as a file: its numbers, a picture or a drawing."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu

from workbench.app.pages.compare.chart import ComparisonChart, Part
from workbench.app.plots.painted import Names
from workbench.app.runs.run_text import short_title
from workbench.app.session.curve_toolbar import draw_curves
from workbench.app.widgets.basic import Button
from workbench.app.widgets.file_dialog import choose_place
from workbench.errors import WorkbenchError
from workbench.files import whole_file


class SaveChart(Button):
    """A button with a menu of files; `picture` is what they are made of."""

    def __init__(self) -> None:
        super().__init__("", "quiet")
        self.setText(self.tr("Export"))
        self.setAccessibleName(self.tr("Export"))
        self.setToolTip(self.tr("Save this chart or its values as a file"))
        self.picture: ComparisonChart | None = None
        self.name = "compare"
        self.clicked.connect(self._offer)

    def menu_of_files(self) -> QMenu:
        """A menu of the kinds of files."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        drawn, numbers = bool(self.picture and self.picture.parts()), bool(self.picture and self.picture.table())
        kinds = {
            "csv": (self.tr("Exact values (CSV)…"), numbers),
            "png": (self.tr("Image (PNG)…"), drawn),
            "svg": (self.tr("Vector image (SVG)…"), drawn),
        }
        for kind, (text, enabled) in kinds.items():
            action = menu.addAction(text)
            action.setEnabled(enabled)
            action.triggered.connect(partial(self._ask, kind))
        return menu

    def _offer(self) -> None:
        self.menu_of_files().popup(self.mapToGlobal(QPoint(0, self.height())))

    def _ask(self, kind: str, _checked: bool = False) -> None:
        path = choose_place(self, self.tr("Export"), f"{self.name}.{kind}", f"*.{kind}")
        if path is not None:
            self.write(path if path.suffix == f".{kind}" else path.with_name(f"{path.name}.{kind}"))

    def write(self, path: Path) -> None:
        """Write the picture to a file; its ending says how."""
        picture = self.picture
        if picture is None or not (picture.table() if path.suffix == ".csv" else picture.parts()):
            return  # there is nothing to write, and the menu offers nothing
        why = ""
        try:
            if path.suffix == ".csv":
                if not picture.write_table(path):
                    return
            elif path.suffix == ".svg":
                _write_drawing(picture, path)
            elif not draw_curves(_with_names(picture), path):
                why = self.tr("{file} could not be written. Choose another folder.").format(file=path.name)
        except WorkbenchError as error:
            why = str(error)
        if why:
            picture.session.failure.emit(self.tr("The chart was not exported"), why, "")
        else:
            picture.session.notice.emit("ok", self.tr("Saved {file}").format(file=path.name))


def _write_drawing(picture: ComparisonChart, path: Path) -> None:
    """The same drawing that the report has."""
    from workbench.export.svg import draw, under_each_other

    drawn = [(chart.title, drawing) for chart in picture.described() if (drawing := draw(chart)) is not None]
    with whole_file(path) as part:
        part.write_text(under_each_other(drawn), encoding="utf-8")


def _with_names(picture: ComparisonChart) -> list[Part]:
    parts = picture.parts()
    runs = picture.named()
    if len(runs) > 1:
        width = max(part.width() for _, part in parts)
        parts.append(("", Names([(short_title(info), info.number) for info in runs], width)))
    return parts
