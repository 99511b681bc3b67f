"""The filters of the page Split: a chain, each with its settings and what it leaves."""

from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from workbench.app.widgets.basic import Button, Card, Line, Text
from workbench.app.widgets.form import Form
from workbench.app.widgets.theme import GRID, SMALL
from workbench.app.widgets.translate import declared
from workbench.data.filtering import all_filters, make_filter
from workbench.errors import WorkbenchError


class FilterRow(QWidget):
    """One filter: its name, its settings, what it leaves, and buttons to move or remove it."""

    changed = Signal()
    raised = Signal(object)
    removed = Signal(object)

    def __init__(self, name: str, settings: dict[str, Any], title: str) -> None:
        super().__init__()
        self.name = name
        kind = all_filters()[name]
        self.left = Text(" ", SMALL, "muted", wrap=True)
        self.up = Button("↑", "quiet", tip=self.tr("Move up: apply it earlier"))
        self.up.setAccessibleName(self.tr("{filter}: move up").format(filter=title))
        self.up.clicked.connect(self._raise)
        self.remove = Button("", "quiet", icon="close", tip=self.tr("Remove"))
        self.remove.setAccessibleName(self.tr("{filter}: remove").format(filter=title))
        self.remove.clicked.connect(self._remove)
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(Text(title, bold=True), 1)
        for widget in (self.up, self.remove):
            widget.setFixedSize(24, 24)
            widget.setStyleSheet("padding: 0; min-height: 0")
            head.addWidget(widget)
        self.form = Form(kind)
        self.form.set_values(settings)
        self.form.changed.connect(self.changed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(Line())
        column.addLayout(head)
        column.addWidget(self.form)
        column.addWidget(self.left)

    def recipe(self) -> dict[str, Any]:
        """Name and settings, those that are not the defaults."""
        return {"name": self.name, "settings": self.form.changed_values()}

    @Slot()
    def _raise(self) -> None:
        self.raised.emit(self)

    @Slot()
    def _remove(self) -> None:
        self.removed.emit(self)


class FilterCard(Card):
    """What is worked with at all: filters in the order in which they are applied."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__("…", " ")
        self.title.setText(self.tr("Filters"))
        self.setAccessibleName(self.title.text())
        self.add_button = Button(self.tr("Add"), icon="plus", tip=self.tr("Use only part of the data"))
        self.add_button.setAccessibleName(self.tr("Add a filter"))
        self.menu = QMenu(self.add_button)
        for name, kind in all_filters().items():
            action = self.menu.addAction(self._title(name))
            action.setData(name)
            action.setToolTip(declared(kind.sentence))
        self.menu.setToolTipsVisible(True)
        self.menu.triggered.connect(self._chosen)
        self.add_button.setMenu(self.menu)
        self.head.addWidget(self.add_button)
        self.rows: list[FilterRow] = []
        self._refresh()

    @property
    def valid(self) -> bool:
        """Whether every setting is in its range."""
        return all(row.form.valid for row in self.rows)

    def recipe(self) -> list[dict[str, Any]]:
        """Names and settings, in their order."""
        return [row.recipe() for row in self.rows]

    def set_recipe(self, recipe: list[dict[str, Any]]) -> None:
        """Show other filters; what this version does not know is left out. Who was among them by keys can go on."""
        focused = self.focusWidget()
        inside = any(row.isAncestorOf(focused) for row in self.rows) if focused is not None else False
        for row in self.rows:
            self._take_away(row)
        self.rows = []
        for step in recipe:
            try:
                self._append(make_filter(step).recipe())
            except WorkbenchError:
                continue
        self._refresh()
        if inside:
            self.add_button.setFocus()

    @Slot()
    def _tell(self) -> None:
        self._refresh()
        self.changed.emit()

    def show_busy(self) -> None:
        """Say that what they leave is being counted."""
        for row in self.rows:
            row.left.setText(self.tr("counting…"))

    def show_answer(self, answer: dict[str, Any]) -> None:
        """Show the answer of the job ``filter``."""
        before = answer["before"]
        for row, step in zip(self.rows, answer["steps"], strict=False):
            share = 100 * step["interactions"] / max(1, before["interactions"])
            words = self.tr("leaves {n:,} interactions ({share:.0f} %), {users:,} users, {items:,} items")
            row.left.setText(
                words.format(n=step["interactions"], share=share, users=step["users"], items=step["items"])
            )

    def show_nothing(self) -> None:
        """Show no counts: there is an error elsewhere on the page."""
        for row in self.rows:
            row.left.setText(" ")

    def append(self, name: str) -> None:
        """Add a filter with its usual settings."""
        row = self._append({"name": name, "settings": {}})
        self._refresh()
        row.form.setFocus()
        self._tell()

    @Slot(object)
    def _chosen(self, action: Any) -> None:
        self.append(action.data())

    def _append(self, recipe: dict[str, Any]) -> FilterRow:
        row = FilterRow(recipe["name"], recipe["settings"], self._title(recipe["name"]))
        row.changed.connect(self._tell)
        row.raised.connect(self._raise)
        row.removed.connect(self._remove)
        self.rows.append(row)
        self.add(row)
        return row

    @Slot(object)
    def _raise(self, row: FilterRow) -> None:
        at = self.rows.index(row)
        if at:
            self.rows[at - 1 : at + 1] = [row, self.rows[at - 1]]
            self.body.removeWidget(row)
            self.body.insertWidget(at, row)  # the head is the first in the body
            self._tell()

    @Slot(object)
    def _remove(self, row: FilterRow) -> None:
        self.rows.remove(row)
        self._take_away(row)
        self.add_button.setFocus()
        self._tell()

    def _take_away(self, row: FilterRow) -> None:
        row.form.changed.disconnect(row.changed)
        self.body.removeWidget(row)
        row.hide()
        row.deleteLater()

    def _refresh(self) -> None:
        self.hint.set_text("" if self.rows else self.tr("none yet"))
        for at, row in enumerate(self.rows):
            row.up.setEnabled(at > 0)

    def _title(self, name: str) -> str:
        return declared(all_filters()[name].title)
