"""The list in another order: sliders for what is wanted besides high scores, and what they cost."""

from functools import partial
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSlider, QVBoxLayout, QWidget

from workbench.app.tables.item_tables import line
from workbench.app.widgets.basic import Button, Elided, Text, clear
from workbench.app.widgets.quiet import QuietBox, QuietSlider, QuietSpinBox
from workbench.app.widgets.theme import GRID, SMALL, font, theme
from workbench.insight.asked_list import Order

STEPS = 20  # places of a slider
Json = dict[str, Any]


class Reorder(QWidget):
    """What is wanted of a list. `order` is empty while it stays as it is."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.exclude: dict[str, str] = {}
        self.pin: dict[str, str] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, GRID, GRID, 0)
        column.setSpacing(12)
        rules = self._rules()
        grid = QGridLayout()
        grid.setHorizontalSpacing(GRID)
        grid.setVerticalSpacing(GRID)
        grid.setColumnStretch(1, 1)
        names = {
            "diversity": (self.tr("More diverse"), self.tr("Prefer items unlike those above them")),
            "calibration": (self.tr("Calibrated"), self.tr("Genres in the same proportions as in the history")),
            "popularity_penalty": (self.tr("Less popular"), self.tr("Move down items that most users know anyway")),
        }
        self.sliders: dict[str, QSlider] = {}
        self._values: dict[str, Text] = {}
        for row, (key, (name, tip)) in enumerate(names.items()):
            slider = QuietSlider(Qt.Orientation.Horizontal)
            slider.setRange(0, STEPS)
            slider.setPageStep(STEPS // 5)
            slider.setAccessibleName(name)
            slider.setToolTip(tip)
            slider.valueChanged.connect(self._tell)
            label, value = Text(name), Text("0", ink="muted")
            label.setToolTip(tip)
            value.setFixedWidth(4 * GRID)
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            for place, widget in enumerate((label, slider, value)):
                grid.addWidget(widget, row, place)
            self.sliders[key], self._values[key] = slider, value
        column.addLayout(grid)
        column.addWidget(self.method)
        column.addLayout(rules)
        self._chips = QVBoxLayout()
        self._chips.setSpacing(0)
        column.addLayout(self._chips)
        self.picture = TradeOff()
        column.addWidget(self.picture, 1)
        self._figures = QGridLayout()
        self._figures.setColumnStretch(0, 1)
        self._cells: dict[tuple[str, int], Text] = {}
        for place, head in enumerate((self.tr("before"), self.tr("after")), 1):
            self._figures.addWidget(Text(head, SMALL, "muted"), 0, place, Qt.AlignmentFlag.AlignRight)
        figures = {
            "relevance": self.tr("Scores kept"), "diversity": self.tr("Diversity"),
            "popularity": self.tr("Popularity"), "hits": self.tr("Hits"),
        }  # fmt: skip
        for row, (key, name) in enumerate(figures.items(), 1):
            self._figures.addWidget(Text(name), row, 0)
            for place in (1, 2):
                self._cells[key, place] = cell = Text("–")
                cell.setMinimumWidth(6 * GRID)
                cell.setAlignment(Qt.AlignmentFlag.AlignRight)
                self._figures.addWidget(cell, row, place)
        column.addLayout(self._figures)

    def _rules(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(GRID)
        self.method = QuietBox()
        for key, name in (("mmr", self.tr("Pair by pair (MMR)")), ("dpp", self.tr("All at once (DPP)"))):
            self.method.addItem(name, key)
        self.method.setAccessibleName(self.tr("How diversity is measured"))
        self.method.setToolTip(
            self.tr("Compare an item with the most similar one above it, or with all above it at once")
        )
        self.method.currentIndexChanged.connect(self._tell)
        self.per_genre = QuietSpinBox()
        self.per_genre.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.per_genre.setRange(0, 99)
        self.per_genre.setSpecialValueText(self.tr("any"))
        self.per_genre.setAccessibleName(self.tr("Maximum number of items per genre"))
        self.per_genre.valueChanged.connect(self._tell)
        self.reset = Button(self.tr("Reset"), "quiet", icon="reset", tip=self.tr("Restore the run's own order"))
        self.reset.clicked.connect(self.clear)
        row.addWidget(Text(self.tr("Max. per genre")))
        row.addWidget(self.per_genre)
        row.addStretch(1)
        row.addWidget(self.reset)
        return row

    @property
    def order(self) -> Order:
        """What is wanted, as a list is asked for."""
        wanted = Order(
            **{key: slider.value() / STEPS for key, slider in self.sliders.items()},
            per_genre=self.per_genre.value(),
            method=self.method.currentData(),
            exclude=list(self.exclude),
            pin=list(self.pin),
        )
        return wanted or Order()

    def rule(self, kind: str, item: Json) -> None:
        """Leave an item out ("exclude") or put it at the top ("pin")."""
        mine, other = (self.exclude, self.pin) if kind == "exclude" else (self.pin, self.exclude)
        other.pop(item["item"], None)
        mine[item["item"]] = line(item.get("title") or item["item"], 80)
        self._tell()

    @Slot()
    def clear(self) -> None:
        """The list as it is."""
        for widget in (*self.sliders.values(), self.per_genre, self.method):
            widget.blockSignals(True)
        for slider in self.sliders.values():
            slider.setValue(0)
        self.per_genre.setValue(0)
        self.method.setCurrentIndex(0)
        for widget in (*self.sliders.values(), self.per_genre, self.method):
            widget.blockSignals(False)
        self.exclude, self.pin = {}, {}
        self._tell()

    def show_answer(self, answer: Json | None) -> None:
        """Show the figures of before and after; None: nothing is known."""
        for (key, place), cell in self._cells.items():
            told = (answer or {}).get("before" if place == 1 else "after", {})
            value = told.get(key)
            cell.setText("–" if value is None else f"{value:,}" if key == "hits" else f"{value:.2f}")
        self.picture.show_answer(answer)

    def _tell(self, *_: object) -> None:
        for key, slider in self.sliders.items():
            self._values[key].setText(f"{slider.value() / STEPS:.2f}".rstrip("0").rstrip("."))
        self.reset.setEnabled(bool(self.order))
        clear(self._chips)
        for kind, chosen, words in (
            ("pin", self.pin, self.tr("Pinned: {title}")), ("exclude", self.exclude, self.tr("Excluded: {title}")),
        ):  # fmt: skip
            for item, title in chosen.items():
                row = QHBoxLayout()
                row.addWidget(Elided(words.format(title=title), ink="muted"), 1)
                drop = Button(
                    "", "quiet", icon="close", tip=self.tr("Remove this rule for {title}").format(title=title)
                )
                drop.clicked.connect(partial(self._drop, kind, item))
                row.addWidget(drop)
                self._chips.addLayout(row)
        self.changed.emit()

    def _drop(self, kind: str, item: str) -> None:
        (self.exclude if kind == "exclude" else self.pin).pop(item, None)
        self._tell()


class TradeOff(QWidget):
    """What variety costs: scores kept to the right, variety upwards; the line is what more of it would give."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("What diversity costs"))
        self.setMinimumHeight(12 * GRID)
        self._answer: Json | None = None
        theme().changed.connect(self.update)

    def show_answer(self, answer: Json | None) -> None:
        """Draw the figures of before and after, and of more or less diversity."""
        self._answer = answer
        if answer:
            words = self.tr("The list keeps {r:.0%} of its scores; diversity goes from {a:.2f} to {b:.2f}.")
            after = answer["after"]
            self.setAccessibleDescription(
                words.format(r=after["relevance"], a=answer["before"]["diversity"], b=after["diversity"])
            )
            self.setToolTip(self.accessibleDescription())
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, tokens = QPainter(self), theme().tokens
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font(SMALL))
        room = QRectF(self.rect()).adjusted(2 * GRID, GRID, -GRID, -2.5 * GRID)
        painter.setPen(QPen(tokens.color("line"), 1))
        painter.drawLine(room.bottomLeft(), room.bottomRight())
        painter.drawLine(room.bottomLeft(), room.topLeft())
        painter.setPen(tokens.color("muted"))
        under = QRectF(room.left(), room.bottom() + 2, room.width(), 2 * GRID)
        painter.drawText(under, int(Qt.AlignmentFlag.AlignRight), self.tr("scores kept →"))
        painter.save()
        painter.translate(room.left() - 2, room.top())
        painter.rotate(-90)
        painter.drawText(
            QRectF(-room.height(), -2 * GRID, room.height(), 2 * GRID),
            int(Qt.AlignmentFlag.AlignRight),
            self.tr("diversity →"),
        )
        painter.restore()
        if self._answer is None:
            return
        line_of = sorted(self._answer["tradeoff"], key=lambda one: one["diversity"])
        before, after = self._answer["before"], self._answer["after"]
        spots = [QPointF(point["relevance"], point["diversity"]) for point in [*line_of, before, after]]
        lows = [min(p.x() for p in spots), min(p.y() for p in spots)]
        spans = [max(max(p.x() for p in spots) - lows[0], 0.02), max(max(p.y() for p in spots) - lows[1], 0.02)]
        inside = room.adjusted(GRID, GRID, -GRID, -GRID)

        def at(p: QPointF) -> QPointF:
            return QPointF(
                inside.left() + (p.x() - lows[0]) / spans[0] * inside.width(),
                inside.bottom() - (p.y() - lows[1]) / spans[1] * inside.height(),
            )

        painter.setPen(QPen(tokens.color("strong_line"), 1.5))
        painter.drawPolyline([at(p) for p in spots[:-2]])
        painter.setPen(QPen(tokens.color("muted"), 1.5))
        painter.setBrush(tokens.color("surface"))
        painter.drawEllipse(at(spots[-2]), 4.5, 4.5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tokens.color("accent"))
        painter.drawEllipse(at(spots[-1]), 5, 5)
