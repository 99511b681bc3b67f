"""The data at a glance: figures, an overview in pictures, the matrix, and the rows themselves."""

from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from workbench.app.pages.data.figures import Figures
from workbench.app.pages.data.hints import Notes
from workbench.app.pages.data.matrix_view import STEP, Matrix
from workbench.app.pages.data.row_tables import SEARCHED, TABLES, Rows
from workbench.app.pages.data.summary_cards import Overview
from workbench.app.pages.data.table_columns import Prepared
from workbench.app.pages.data.version_list import VersionList
from workbench.app.widgets.basic import Button, Card
from workbench.app.widgets.tabs import Tabs
from workbench.app.widgets.theme import GRID
from workbench.app.widgets.translate import translate

Json = dict[str, Any]
OVERVIEW, MATRIX, VERSIONS = "overview", "matrix", "versions"


class Closer(Card):
    """The matrix with all the room there is."""

    def __init__(self) -> None:
        super().__init__(" ", " ")
        self.setAccessibleName(self.tr("Matrix"))
        self.matrix = Matrix()
        self.title.setText(self.tr("Users by items"))
        more = self.tr(
            "the most active users at the top, the most popular items at the left · wheel or + − to zoom, drag to move"
        )
        self.hint.set_text(more)
        self.closer = Button("+", "quiet", tip=self.tr("Zoom in (+)"))
        self.further = Button("−", "quiet", tip=self.tr("Zoom out (−)"))
        self.whole = Button(self.tr("All"), "quiet", tip=self.tr("Show the whole matrix (Home)"))
        for widget, name in ((self.closer, self.tr("Zoom in")), (self.further, self.tr("Zoom out"))):
            widget.setAccessibleName(name)
        for widget in (self.further, self.closer, self.whole):
            self.head.addWidget(widget)
        self.add(self.matrix, 1)
        self.closer.clicked.connect(self._nearer)
        self.further.clicked.connect(self._away)
        self.whole.clicked.connect(self.matrix.show_all)
        self.matrix.moved.connect(self._refresh)
        self._refresh()

    @Slot()
    def _nearer(self) -> None:
        self.matrix.zoom(STEP)

    @Slot()
    def _away(self) -> None:
        self.matrix.zoom(1 / STEP)

    @Slot()
    def _refresh(self) -> None:
        whole = self.matrix.users.whole and self.matrix.items.whole
        self.further.setEnabled(not whole)
        self.whole.setEnabled(not whole)


def data_tabs() -> Tabs:
    """What of the data can be looked at."""
    return Tabs({
        OVERVIEW: translate("Glance", "Overview"), MATRIX: translate("Glance", "Matrix"),
        "interactions": translate("Glance", "Interactions"), "users": translate("Glance", "Users"),
        "items": translate("Glance", "Items"), "refused": translate("Glance", "Refused"),
        "duplicates": translate("Glance", "Duplicates"), "files": translate("Glance", "Files"),
        VERSIONS: translate("Glance", "Versions"),
    })  # fmt: skip


class Glance(QWidget):
    """All of it. `density_wanted` asks for the counts of a part of the matrix; None: of all.

    `versions_shown` tells that the list of versions has come to the front.
    """

    density_wanted = Signal(object, object)
    versions_shown = Signal()

    def __init__(self, overview: Overview, rows: Rows) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        self.figures, self.overview, self.closer = Figures(), overview, Closer()
        self.rows, self.tabs, self.versions = rows, rows.tabs, VersionList()
        self.stack = QStackedWidget()
        for widget in (self.overview, self.closer, self.rows, self.versions):
            self.stack.addWidget(widget)
        strip = QHBoxLayout()
        strip.setSpacing(GRID)
        strip.addWidget(self.tabs)
        strip.addWidget(self.rows.tools, 1)
        keep = self.rows.tools.sizePolicy()
        keep.setRetainSizeWhenHidden(True)  # nothing jumps when a table is chosen
        keep.setHorizontalPolicy(QSizePolicy.Policy.Expanding)
        self.rows.tools.setSizePolicy(keep)
        self.notes = Notes()
        column.addWidget(self.figures)
        column.addWidget(self.notes)
        column.addLayout(strip)
        column.addWidget(self.stack, 1)
        self.tabs.chosen.connect(self._turn)
        self.overview.matrix_wanted.connect(self._look_closer)
        self.closer.matrix.wanted.connect(self.density_wanted)
        self._whole: Json = {}
        self._turn(OVERVIEW)

    def show_data(self, data: Any, items: Any, about: Json) -> None:
        """Show other data."""
        summary = about.get("summary") or {}
        self.figures.show_about(about)
        self.overview.show_data(summary, _Names(data, items))
        self.rows.show_data(Prepared(data, items) if data is not None else None, about)
        self._whole = {}
        for widget in (self.overview.matrix, self.closer.matrix):
            widget.clear()
        current = self.tabs.current
        if not self.tabs.buttons[current].isEnabled():
            current = OVERVIEW
        self.choose(current)

    def ask_density(self) -> None:
        """Ask for the counts of the whole matrix, where they are not there yet."""
        if not self._whole:
            self.density_wanted.emit(None, None)

    def show_density(self, answer: Json, part: bool) -> None:
        """Draw counts: of the whole, or of the part that is looked at."""
        if part:
            self.closer.matrix.show_counts(answer)
            return
        self._whole = answer
        self.overview.show_matrix(answer)
        self.closer.matrix.show_counts(answer)

    def choose(self, which: str) -> None:
        """Show one of the tabs."""
        if which in self.tabs.buttons and self.tabs.buttons[which].isEnabled():
            self.tabs.buttons[which].setChecked(True)
            self._turn(which)

    def search(self) -> None:
        """Take the cursor to where rows are sought, and show a table if there is none yet."""
        if self.tabs.current not in SEARCHED:
            self.choose("interactions")
        self.rows.search.setFocus()

    @Slot(str)
    def _turn(self, which: str) -> None:
        self.rows.tools.setVisible(which in TABLES)
        page = {OVERVIEW: self.overview, MATRIX: self.closer, VERSIONS: self.versions}.get(which, self.rows)
        if page is self.rows:
            self.rows.show_table(which)
        self.stack.setCurrentWidget(page)
        if which == VERSIONS:
            self.versions_shown.emit()

    @Slot()
    def _look_closer(self) -> None:
        self.choose(MATRIX)
        self.closer.matrix.setFocus()


class _Names:
    """Gives items their titles, or their ids where they have none."""

    def __init__(self, data: Any, items: Any) -> None:
        self._data, self._items = data, items

    def __call__(self, indices: list[int]) -> list[str]:
        if self._items is not None:
            return [str(title) for title in self._items.titles(indices)]
        return [self._data.item_ids[at].as_py() for at in indices] if self._data is not None else [""] * len(indices)
