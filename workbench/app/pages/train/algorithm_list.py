"""The algorithms by family, with a field to search in, and at the head those that are suggested for the data, with reasons.

Those that cannot learn from the data, or cannot be tested by the split, are grey and say why.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from workbench.algorithms import Algorithm, all_algorithms
from workbench.app.jobs.background import Background
from workbench.app.widgets.basic import SearchField
from workbench.app.widgets.clauses import beginning
from workbench.app.widgets.theme import BODY, GRID, SMALL, font, theme
from workbench.data.splitting import Split
from workbench.insight.suggesting import DataProfile, profile, suggest
from workbench.training.fits_split import untestable

NAME = int(Qt.ItemDataRole.UserRole)
REASON = NAME + 1
SHORT = NAME + 2
WHY = NAME + 3
REASON_LINES = 2
NAME_HEIGHT, WITH_REASON = 21, 58  # pixels of a name above its reason, and of both
MANY = 2_000_000
"""Interactions from which what suits them is found out off the UI thread: people must be counted for it."""


@dataclass
class _Row:
    text: str
    name: str = ""
    reason: str = ""
    short: str = ""
    why: str = ""


class _Model(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self._rows: list[_Row] = []

    def show(self, rows: list[_Row]) -> None:
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def row_of(self, name: str, *, suggested: bool = False) -> int:
        """Where an algorithm stands in its family, or among those suggested; where it stands at all; -1."""
        found = [at for at, row in enumerate(self._rows) if row.name == name]
        wanted = [at for at in found if bool(self._rows[at].why) == suggested]
        return next(iter(wanted or found), -1)

    def names(self) -> list[str]:
        return [row.name for row in self._rows if row.name]

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's way
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = 0) -> Any:
        row = self._rows[index.row()]
        shown = {0: row.text, NAME: row.name, REASON: row.reason, SHORT: row.short, WHY: row.why}
        if role in shown:
            return shown[role]
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.reason or row.why or None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(filter(None, [row.text, row.reason, row.why]))
        return None

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        # Grey ones can be selected too: that is how one reads why.
        named = self._rows[index.row()].name
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable if named else Qt.ItemFlag.NoItemFlags


class _Delegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Any) -> QSize:
        if index.data(NAME):
            return QSize(0, WITH_REASON if index.data(WHY) else 44 if index.data(SHORT) else 28)
        return QSize(0, 24 if index.row() == 0 else 36)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        tokens = theme().tokens
        box = QRectF(option.rect).adjusted(0, 1, 0, -1)
        room = box.adjusted(GRID, 0, -GRID, 0)
        left = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        if not index.data(NAME):
            painter.setFont(font(SMALL))
            painter.setPen(tokens.color("muted"))
            bottom = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom)
            painter.drawText(room.adjusted(0, 0, 0, -4), bottom, str(index.data()))
            return
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if chosen or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(tokens.color("wash" if chosen else "window"))
            painter.drawRoundedRect(box, 6, 6)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(tokens.color("accent"))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        unsuited = bool(index.data(SHORT))
        below = str(index.data(SHORT) or index.data(WHY) or "")
        if below:
            lower = room.adjusted(0, NAME_HEIGHT, 0, -3)
            painter.setFont(font(SMALL))
            painter.setPen(tokens.color("faint" if unsuited else "muted"))
            lines = 1 if unsuited else REASON_LINES
            words = beginning(below, painter.fontMetrics(), int(room.width()), lines)
            painter.drawText(lower, int(Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap), words)
            room.setBottom(room.top() + NAME_HEIGHT + 2)
        painter.setFont(font(BODY, bold=chosen))
        painter.setPen(tokens.color("faint" if unsuited else "accent" if chosen else "text"))
        painter.drawText(room, left, _elided(painter, str(index.data()), room.width()))


def _elided(painter: QPainter, text: str, width: float) -> str:
    return painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(width))


class _View(QListView):
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.ignore()  # for whoever asked to hear it
            return
        super().keyPressEvent(event)


class AlgorithmList(QWidget):
    """Search field and list; `chosen` tells which algorithm is looked at."""

    chosen = Signal(str)
    """Name of the algorithm."""
    marked = Signal()
    """Others are selected, one or several."""
    looked = Signal()
    """It is known what suits the data."""

    def __init__(self) -> None:
        super().__init__()
        self._data: Any = None
        self._name = ""
        self._reasons: dict[str, str] = {}
        self._untestable: dict[str, str] = {}
        self._known: DataProfile | None = None
        self._suggested: dict[str, str] = {}
        self._from_head = True  # whether the chosen one is shown among those suggested, where it is one of them
        self._marking = False
        self.by_person = False
        """Whether a person has chosen, and not the page."""
        self._looking = Background(self)
        self._looking.answered.connect(self._take_reasons)
        self.search = SearchField(self.tr("Find an algorithm"))
        self.search.textChanged.connect(self._fill)
        self.search.returnPressed.connect(self._take_first)
        self.search.down_pressed.connect(self._take_first)
        self.model = _Model()
        self.view = _View()
        self.view.setAccessibleName(self.tr("Algorithms"))
        self.view.setModel(self.model)
        self.view.setItemDelegate(_Delegate(self.view))
        self.view.setMouseTracking(True)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.view.setToolTip(self.tr("Ctrl or Shift chooses several, to train one after another"))
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.view.setStyleSheet("background: transparent")
        self.view.selectionModel().currentChanged.connect(self._choose)
        self.view.selectionModel().selectionChanged.connect(self.marked)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self.search)
        column.addWidget(self.view, 1)
        self._fill()

    @property
    def name(self) -> str:
        """The chosen algorithm; "" for none."""
        return self._name

    def selected(self) -> list[str]:
        """All that are selected and can be trained, in the order of the list."""
        rows = sorted(index.row() for index in self.view.selectionModel().selectedIndexes())
        names = [str(self.model.index(row).data(NAME) or "") for row in rows]
        return [name for name in dict.fromkeys(names) if name and not self._against(name)]

    def set_data(self, data: Any, about: dict[str, Any] | None = None) -> None:
        """Say which interactions there are (with their ``data.json``): some algorithms suit them, three are suggested."""
        self._data = data
        self._reasons, self._suggested = {}, {}
        summary = (about or {}).get("summary")
        described = data is not None and data.item_features is not None
        self._known = profile(summary, described=described) if summary and data is not None else None
        self.look_again()

    def set_split(self, split: Split | None) -> None:
        """Say how is tested: not every algorithm can be asked that."""
        found = untestable(split)
        if found != self._untestable:
            self._untestable = found
            self._take_reasons(self._reasons)

    def look_again(self) -> None:
        """Find out again what suits the data: whether there is enough memory changes."""
        self._looking.forget()
        if self._data is not None and len(self._data) >= MANY:
            self._looking.ask(partial(_reasons, self._data))
            self._fill()
        else:
            self._take_reasons(_reasons(self._data) if self._data is not None else {})

    @Slot(object)
    def _take_reasons(self, reasons: dict[str, str]) -> None:
        self._reasons = reasons
        found = suggest(self._known, lambda kind: not self.reason(kind)) if self._known is not None else []
        self._suggested = {suggestion.algorithm: suggestion.reason for suggestion in found}
        self._fill()
        self.looked.emit()

    def suggestion(self, name: str) -> str:
        """Why an algorithm is suggested for the data; "" where it is not."""
        return self._suggested.get(name, "")

    def suggested_lists(self) -> list[str]:
        """The algorithms that are suggested for lists, the most promising first."""
        if self._known is None:
            return []
        found = suggest(self._known, lambda kind: not self.reason(kind) and not kind.predicts_ratings)
        return [suggestion.algorithm for suggestion in found]

    def choose(self, name: str) -> None:
        """Choose by name, also where the search hides it."""
        if name in all_algorithms():
            if self.model.row_of(name) < 0:
                self.search.clear()
            self._from_head = True
            self._mark(name)

    def reason(self, kind: type[Algorithm]) -> str:
        """Why an algorithm cannot learn from the data or be tested; "" where it can, or where there is no data to ask."""
        return self._against(kind.name)

    def _against(self, name: str) -> str:
        return self._reasons.get(name) or self._untestable.get(name, "")

    def _fill(self) -> None:
        rows = self._head()
        family = ""
        for name, kind in self._found().items():
            if kind.family != family:
                family = kind.family
                rows.append(_Row(family))
            reason = self.reason(kind)
            rows.append(_Row(kind.title, name, reason, self._short(kind, reason)))
        if not rows:
            rows = [_Row(self.tr("No algorithm found"))]
        kept = [name for name in self.selected() if name != self._name]
        self.view.selectionModel().blockSignals(True)
        self.model.show(rows)
        self.view.selectionModel().blockSignals(False)
        self._mark(self._name)
        for row in map(self.model.row_of, kept):
            if row >= 0:
                self.view.selectionModel().select(self.model.index(row), QItemSelectionModel.SelectionFlag.Select)

    def _head(self) -> list[_Row]:
        """Those that are suggested, while nothing is sought."""
        if not self._suggested or self.search.text().strip():
            return []
        known = all_algorithms()
        rows = [_Row(known[name].title, name, why=why) for name, why in self._suggested.items()]
        return [_Row(self.tr("Suggested for this data")), *rows]

    def _found(self) -> dict[str, type[Algorithm]]:
        """Algorithms that the search means: by title and family, and only where none has it by everything said."""
        words = self.search.text().lower().split()
        for say in (_called, _described):
            found = {
                name: kind
                for name, kind in all_algorithms().items()
                if all(word in say(kind).lower() for word in words)
            }
            if found:
                return found
        return {}

    def _short(self, kind: type[Algorithm], reason: str) -> str:
        if not reason:
            return ""
        if kind.name not in self._reasons:
            return self.tr("not with this split")
        words = {
            "time": self.tr("needs time"),
            "ratings": self.tr("needs ratings"),
            "items": self.tr("needs an item file"),
            "vectors": self.tr("needs item vectors"),
        }
        lacking = [words[need] for need in kind.needs if need in words and need in reason]
        return lacking[0] if lacking else self.tr("not available")

    def _mark(self, name: str) -> None:
        row = self.model.row_of(name, suggested=self._from_head)
        if row >= 0:
            self._marking = True
            # Alone, also while somebody holds Ctrl or Shift for another reason.
            alone = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self.view.selectionModel().setCurrentIndex(self.model.index(row), alone)
            if self._from_head and self.model.index(row).data(WHY):
                self.view.scrollToTop()  # the words above them belong to them
            self._marking = False

    def _choose(self, current: QModelIndex, _previous: QModelIndex) -> None:
        name = str(current.data(NAME) or "") if current.isValid() else ""
        if name and not self._marking:
            self._from_head = bool(current.data(WHY))
            self.by_person = True
        if name and name != self._name:
            self._name = name
            self.chosen.emit(name)

    def _take_first(self) -> None:
        names = self.model.names()
        if names:
            self._mark(names[0])
            self.view.setFocus()


def _reasons(data: Any) -> dict[str, str]:
    """Why some algorithms cannot learn from the data, by name."""
    return {name: why for name, kind in all_algorithms().items() if (why := kind.unsuited(data))}


def _called(kind: type[Algorithm]) -> str:
    return f"{kind.name} {kind.title} {kind.family}"


def _described(kind: type[Algorithm]) -> str:
    return f"{_called(kind)} {kind.summary} {kind.reference}"
