"""The form of an algorithm as ranges: between which numbers, or among which values, a search looks."""

import math
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from workbench.algorithms import Algorithm
from workbench.app.widgets import icons
from workbench.app.widgets.basic import Button, Text, clear
from workbench.app.widgets.field import NumberInput, parsed, shown
from workbench.app.widgets.form import tabs_after
from workbench.app.widgets.theme import GRID, SMALL
from workbench.declaring import allowed_range, schema_of
from workbench.searching.space import Dimension, space

END_WIDTH, NAME_WIDTH = 60, 112  # an input; a name that leaves room for two of them beside it
MOST_BESIDE = 2  # choices in a row

Json = dict[str, Any]


class RangeRow(QWidget):
    """One hyperparameter: whether it is searched, and in which range, which is at first the declared one."""

    edited = Signal()

    def __init__(self, dimension: Dimension, schema: Json) -> None:
        super().__init__()
        self.dimension, self._schema = dimension, schema
        self.on = QCheckBox(dimension.title)
        self.on.setChecked(not dimension.advanced)
        self.on.setToolTip(schema.get("description", ""))
        self.on.setAccessibleDescription(schema.get("description", ""))
        self.error = ""
        self.wrong = Text("", SMALL, "error", wrap=True)
        self.wrong.hide()
        self.choices: dict[Any, QCheckBox] = {}
        self.ends: list[NumberInput] = []
        self._inputs = QWidget()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        if dimension.kind == "choice":
            column.addWidget(self.on)
            self._lay_choices()
            column.addWidget(self._inputs)
        else:
            self._lay_ends()
            beside = self.on.sizeHint().width() <= NAME_WIDTH
            row = QHBoxLayout() if beside else QVBoxLayout()
            row.setSpacing(GRID // 2)
            row.addWidget(self.on, 1)
            row.addWidget(self._inputs, 0, Qt.AlignmentFlag.AlignRight)
            column.addLayout(row)
        column.addWidget(self.wrong)
        self.on.toggled.connect(self._edit)
        self._check()

    def _lay_ends(self) -> None:
        row = QHBoxLayout(self._inputs)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID // 2)
        kind = "integer" if self.dimension.kind == "whole" else "number"
        names = (self.tr("{name}: from"), self.tr("{name}: to"))
        for name, value in zip(names, (self.dimension.low, self.dimension.high), strict=True):
            end = NumberInput(self._schema, kind)
            end.setFixedWidth(END_WIDTH)
            end.setStyleSheet("padding-left: 4px; padding-right: 4px")  # as many digits as have room
            end.setText(shown(value))
            end.setAccessibleName(name.format(name=self.dimension.title))
            end.setToolTip(allowed_range(self._schema).capitalize())
            end.textChanged.connect(self._edit)
            if self.ends:
                row.addWidget(Text(self.tr("to"), SMALL, "muted"))
            row.addWidget(end)
            self.ends.append(end)

    def _lay_choices(self) -> None:
        grid = QGridLayout(self._inputs)
        grid.setContentsMargins(3 * GRID, 0, 0, 0)
        grid.setVerticalSpacing(2)
        for at, value in enumerate(self.dimension.choices):
            box = QCheckBox(_word(value))
            box.setChecked(True)
            box.setAccessibleName(f"{self.dimension.title}: {_word(value)}")
            box.toggled.connect(self._edit)
            grid.addWidget(box, at // MOST_BESIDE, at % MOST_BESIDE)
            self.choices[value] = box

    def value(self) -> Json | None:
        """The range as a search has it; None where it is not searched. Meaningful where there is no `error`."""
        if not self.on.isChecked():
            return None
        if self.choices:
            return {"choices": [value for value, box in self.choices.items() if box.isChecked()]}
        low, high = self._numbers()
        return {"low": low, "high": high}

    def set_value(self, value: Json | None) -> None:
        """Show a range, such as one that was kept."""
        self.on.setChecked(value is not None)
        for choice, box in self.choices.items():
            box.setChecked(choice in ((value or {}).get("choices") or self.choices))
        for end, name in zip(self.ends, ("low", "high"), strict=False):
            if value is not None and isinstance(value.get(name), int | float):
                end.setText(shown(value[name]))

    def is_declared(self) -> bool:
        """Whether nobody changed anything."""
        dimension = self.dimension
        if self.on.isChecked() == dimension.advanced:
            return False
        return self.value() in (None, dimension.range.model_dump(exclude_none=True))

    def _numbers(self) -> list[Any]:
        kind = "integer" if self.dimension.kind == "whole" else "number"
        return [parsed(end.text(), kind, optional=False) for end in self.ends]

    @Slot()
    def _edit(self, *_: object) -> None:
        self._check()
        self.edited.emit()

    def _check(self) -> None:
        self._inputs.setVisible(self.on.isChecked())
        self.error = self._what_is_wrong() if self.on.isChecked() else ""
        self.wrong.setText(self.error)
        self.wrong.setVisible(bool(self.error))

    def _what_is_wrong(self) -> str:
        if self.choices:
            chosen = any(box.isChecked() for box in self.choices.values())
            return "" if chosen else self.tr("Tick at least one value.")
        low, high = self._numbers()
        if not all(self._is_allowed(end) for end in (low, high)):
            return self.tr("Each end must be {range}.").format(range=allowed_range(self._schema))
        if self.dimension.log and low <= 0:
            return self.tr("It is searched on a logarithmic scale: begin above 0.")
        return "" if low <= high else self.tr("The smaller number comes first.")

    def _is_allowed(self, value: Any) -> bool:
        if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
            return False
        if self.dimension.kind == "whole" and not float(value).is_integer():
            return False
        schema = self._schema
        above = value > schema.get("exclusiveMinimum", -math.inf) and value >= schema.get("minimum", -math.inf)
        return above and value < schema.get("exclusiveMaximum", math.inf) and value <= schema.get("maximum", math.inf)


class RangeForm(QWidget):
    """A row for each hyperparameter that can be searched.

    Those that seldom matter are not ticked; they are folded away, and made when they are unfolded.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, RangeRow] = {}
        self._folded: list[Dimension] = []
        self._entries: Json = {}
        self._left: dict[str, Json | None] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(12)
        self.wrong = Text("", SMALL, "error", wrap=True)
        self._column.addWidget(self.wrong)

    def show_kind(self, kind: type[Algorithm], ranges: dict[str, Json | None] | None = None) -> None:
        """Show the hyperparameters of an algorithm, with ranges that somebody chose before."""
        clear(self._column)
        self.rows = {}
        self.wrong = Text("", SMALL, "muted", wrap=True)
        self._advanced = QWidget()
        inside = QVBoxLayout(self._advanced)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(12)
        self._fold = Button(self.tr("More ranges"), "quiet", icon="chevron-right")
        self._fold.setCheckable(True)
        self._entries, self._left = schema_of(kind).get("properties", {}), dict(ranges or {})
        found = space(kind.name)
        self._folded = [dimension for dimension in found if dimension.advanced]
        for dimension in found:
            if not dimension.advanced:
                self._column.addWidget(self._row(dimension))
        self._column.addWidget(self._fold)
        self._column.addWidget(self._advanced)
        self._column.addWidget(self.wrong)
        self._fold.setVisible(bool(self._folded))
        self._advanced.setVisible(False)
        self._fold.toggled.connect(self._unfold)
        self._fold.setChecked(any(dimension.name in self._left for dimension in self._folded))
        self._say()
        self.changed.emit()

    def _row(self, dimension: Dimension) -> RangeRow:
        row = RangeRow(dimension, self._entries[dimension.name])
        if dimension.name in self._left:
            row.set_value(self._left[dimension.name])
        row.edited.connect(self._hear_edit)
        self.rows[dimension.name] = row
        return row

    def unfold(self) -> None:
        """Show what is folded away."""
        self._fold.setChecked(True)

    @property
    def valid(self) -> bool:
        """Whether every range is one, and there is something to search for."""
        return bool(self.ranges()) and not any(row.error for row in self.rows.values())

    def ranges(self) -> dict[str, Json]:
        """The ranges of what is searched, by hyperparameter."""
        found = {name: row.value() for name, row in self.rows.items()}
        return {name: value for name, value in found.items() if value is not None}

    def changed_ranges(self) -> dict[str, Json | None]:
        """Those that somebody changed, None for what somebody left out; to be kept."""
        return {name: row.value() for name, row in self.rows.items() if not row.is_declared() and not row.error}

    def focus_error(self) -> None:
        """Put the cursor where something is wrong."""
        row = next((row for row in self.rows.values() if row.error), None)
        if row is not None:
            if row.dimension.advanced:
                self.unfold()
            (row.ends[0] if row.ends else row.on).setFocus()
        elif self.rows:
            next(iter(self.rows.values())).on.setFocus()

    @Slot()
    def _hear_edit(self) -> None:
        self._say()
        self.changed.emit()

    def _say(self) -> None:
        words = ""
        if not self.rows and not self._folded:
            words = self.tr("This algorithm has nothing to search for. Choose another one.")
        elif not self.ranges():
            words = self.tr("Tick at least one hyperparameter to search.")
        self.wrong.setText(words)
        self.wrong.setVisible(bool(words))

    @Slot(bool)
    def _unfold(self, on: bool) -> None:
        if on and self._folded:
            inside = self._advanced.layout()
            for dimension in self._folded:
                inside.addWidget(self._row(dimension))
            self._folded = []
            tabs_after(self._fold, self._advanced)
        icons.bind(self._fold, "chevron-down" if on else "chevron-right", "muted")
        self._advanced.setVisible(on)


def _word(value: Any) -> str:
    return "–" if value is None else shown(value)
