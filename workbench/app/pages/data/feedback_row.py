"""One line of the table of what events are worth: which values are meant, and what they are worth."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from workbench.app.widgets.basic import Elided
from workbench.app.widgets.field import NumberInput, parsed, shown
from workbench.app.widgets.quiet import QuietBox
from workbench.app.widgets.theme import GRID
from workbench.data.feedback.rules import Effect
from workbench.data.feedback.table import Row, effects_of

NUMBER_WIDTH = 7 * GRID


class FeedbackRow(QWidget):
    """`edited` tells that `row` is another."""

    edited = Signal()

    def __init__(self, row: Row) -> None:
        super().__init__()
        self.row = row
        self.label = Elided(self._words())
        self.end = self._number(self._end)
        self.box, self.weight = QuietBox(), self._number("weight")
        for effect, title in self.titles().items():
            if effect in effects_of(row):
                self.box.addItem(title, effect)
        self.box.setAccessibleName(self.tr("What {values} is worth").format(values=self.label.full_text()))
        self.weight.setAccessibleName(self.tr("Weight of {values}").format(values=self.label.full_text()))
        self.end.setAccessibleName(self.tr("End of the range"))
        if row.rule.value is not None:  # so that lines of values stand below each other
            kept = self.weight.sizePolicy()
            kept.setRetainSizeWhenHidden(True)
            self.weight.setSizePolicy(kept)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(GRID)
        line.addWidget(self.label, 1)
        for widget in (self.end, self.box, self.weight):
            line.addWidget(widget)
        self.box.activated.connect(self._choose)
        self._show()

    def titles(self) -> dict[Effect, str]:
        """What each effect is called."""
        return {
            "like": self.tr("like"),
            "log": self.tr("the more, the stronger"),
            "weight": self.tr("weight"),
            "seen": self.tr("merely seen"),
            "dislike": self.tr("dislike"),
            "ignore": self.tr("ignore"),
        }

    @property
    def _end(self) -> str:
        return "low" if self.row.rule.low is not None else "high"

    def words(self) -> str:
        """Which values are worth what."""
        rule, worth = self.row.rule, self.box.currentText()
        worth = worth if rule.weight is None else f"{worth} {rule.weight:g}"
        if rule.value is not None:
            return f"{rule.value}: {worth}"
        end = getattr(rule, self._end)
        return f"{self._words()} {worth}" if end is None else f"{self._words()} {end:g}: {worth}"

    def _words(self) -> str:
        rule = self.row.rule
        share = self.tr("{share:.0%}").format(share=self.row.share)
        if rule.value is not None:
            return f"{rule.value} · {share}"
        if rule.low is not None and rule.high is not None:
            return self.tr("up to {high:g}, from").format(high=rule.high)
        if rule.low is None and rule.high is None:
            return self.tr("every value")
        above, below = (self.tr("above"), self.tr("below")) if rule.strict else (self.tr("from"), self.tr("up to"))
        return above if rule.low is not None else below

    def _number(self, name: str) -> NumberInput:
        made = NumberInput({}, "number")
        made.setFixedWidth(NUMBER_WIDTH)
        made.setProperty("names", name)
        made.editingFinished.connect(self._write)
        return made

    def _show(self) -> None:
        rule = self.row.rule
        self.box.setCurrentIndex(max(0, self.box.findData(rule.effect)))
        at = getattr(rule, self._end)
        self.end.setVisible(at is not None)
        self.end.setText("" if at is None else shown(at))
        self.weight.setVisible(rule.weight is not None)
        self.weight.setText("" if rule.weight is None else shown(rule.weight))

    @Slot()
    def _choose(self) -> None:
        self.row = self.row.with_effect(self.box.currentData())
        self._show()
        self.edited.emit()

    @Slot()
    def _write(self) -> None:
        name, text = self.sender().property("names"), self.sender().text()
        value = parsed(text, "number", optional=True)
        if isinstance(value, int | float) and value != getattr(self.row.rule, name):
            self.row = self.row.with_number(name, float(value))
            self.edited.emit()
        self._show()
