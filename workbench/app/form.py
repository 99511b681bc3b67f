"""A form made from a declaration: hyperparameters of algorithms and settings of splits alike.

Everything on it (name, help, default, range, unit, what is folded away and when a field matters) comes from the JSON
schema of the pydantic class; nothing is written twice.
"""

from typing import Any

from pydantic import BaseModel, ValidationError
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from workbench.app import icons
from workbench.app.theme import GRID, SMALL, font
from workbench.app.widgets import Button, Text, clear
from workbench.declaring import allowed_range, applies

INPUT_WIDTH = 112


class Form(QWidget):
    """One row for each declared field: name and help at the left, input at the right."""

    changed = Signal()
    """A person or `set_values` changed something."""
    valid_changed = Signal(bool)

    def __init__(self, declaration: type[BaseModel] | None = None, *, hidden: tuple[str, ...] = ()) -> None:
        super().__init__()
        self._declaration: type[BaseModel] | None = None
        self._hidden = hidden
        self._rows: dict[str, Field] = {}
        self._valid = True
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(12)
        self.set_declaration(declaration)

    def set_declaration(self, declaration: type[BaseModel] | None, values: dict[str, Any] | None = None) -> None:
        """Show the fields of another class, with their defaults or with these values."""
        clear(self._column)
        self._declaration, self._rows = declaration, {}
        schema = declaration.model_json_schema() if declaration is not None else {}
        fields = {name: one for name, one in schema.get("properties", {}).items() if name not in self._hidden}
        plain = {name: one for name, one in fields.items() if not one.get("advanced")}
        for name, one in plain.items():
            self._column.addWidget(self._row(name, one))
        self._advanced = QWidget()
        inside = QVBoxLayout(self._advanced)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(12)
        for name, one in fields.items():
            if name not in plain:
                inside.addWidget(self._row(name, one))
        self._fold = Button(self.tr("More settings"), "quiet", icon="chevron-right")
        self._fold.setCheckable(True)
        self._fold.toggled.connect(self._unfold)
        self._advanced.setVisible(False)
        for one in (self._fold, self._advanced):
            self._column.addWidget(one, 0, Qt.AlignmentFlag.AlignLeft if one is self._fold else Qt.AlignmentFlag(0))
        self._fold.setVisible(len(plain) < len(fields))
        self._column.addStretch(1)
        if values:
            self.set_values(values)
        self._check()

    @property
    def valid(self) -> bool:
        """Whether every value is in its range."""
        return self._valid

    def values(self) -> dict[str, Any]:
        """Every field's value, also of those that do not matter now."""
        return {name: row.value() for name, row in self._rows.items()}

    def changed_values(self) -> dict[str, Any]:
        """Only what differs from its default."""
        return {name: row.value() for name, row in self._rows.items() if not row.is_default()}

    def set_values(self, values: dict[str, Any]) -> None:
        """Fill in values; a field that is not named keeps its own."""
        for name, value in values.items():
            if name in self._rows:
                self._rows[name].set_value(value)
        folded = any(row.schema.get("advanced") and not row.is_default() for row in self._rows.values())
        if folded:
            self._fold.setChecked(True)
        self._check()

    def reset(self) -> None:
        """Take every default again."""
        for row in self._rows.values():
            row.reset()

    def errors(self) -> dict[str, str]:
        """A sentence for each field whose value is out of range."""
        return {name: row.error for name, row in self._rows.items() if row.error}

    def focus_error(self) -> None:
        """Put the cursor into the first field that is wrong."""
        wrong = next((row for row in self._rows.values() if row.error), None)
        if wrong is not None:
            if wrong.schema.get("advanced"):
                self._fold.setChecked(True)
            wrong.input.setFocus()

    def field(self, name: str) -> "Field":
        """The row of one field."""
        return self._rows[name]

    def _unfold(self, on: bool) -> None:
        icons.bind(self._fold, "chevron-down" if on else "chevron-right", "muted")
        self._advanced.setVisible(on)

    def _row(self, name: str, schema: dict[str, Any]) -> "Field":
        row = Field(name, schema)
        row.edited.connect(self._check)
        self._rows[name] = row
        return row

    def _check(self) -> None:
        values = self.values()
        wrong = self._wrong(values)
        for name, row in self._rows.items():
            row.set_error(wrong.get(name, ""))
            row.setVisible(applies(row.schema, values))
        if self._valid == bool(wrong):
            self._valid = not wrong
            self.valid_changed.emit(self._valid)
        self.changed.emit()

    def _wrong(self, values: dict[str, Any]) -> dict[str, str]:
        if self._declaration is None:
            return {}
        try:
            self._declaration(**values)
        except ValidationError as error:
            found = {}
            for one in error.errors():
                name = str(one["loc"][0]) if one["loc"] else next(iter(self._rows), "")
                row = self._rows.get(name)
                schema = row.schema if row is not None else {}
                own = str(one["ctx"]["error"]) if one["type"] == "value_error" else ""  # the declaration's own sentence
                found[name] = (
                    f"{own[:1].upper()}{own[1:]}."
                    if own
                    else self.tr("Must be {range}.").format(range=allowed_range(schema))
                )
            return found
        return {}


class Field(QWidget):
    """One field: its name, a sentence of help, the input, a way back to the default, and what is wrong with it."""

    edited = Signal()

    def __init__(self, name: str, schema: dict[str, Any]) -> None:
        super().__init__()
        self.name, self.schema, self.error = name, schema, ""
        self.kind = _kind(schema)
        title = schema.get("title") or name
        self.input = _input(self.kind, schema)
        self.input.setAccessibleName(title)
        self.input.setAccessibleDescription(schema.get("description", ""))
        self.input.setToolTip(self._hint())
        self.back = Button("", "quiet", icon="reset", tip=self.tr("Back to {value}").format(value=shown(self.default)))
        self.back.setAccessibleName(self.tr("{name}: back to the default").format(name=title))
        self.back.setFixedSize(24, 24)
        self.back.setIconSize(QSize(14, 14))
        self.back.setStyleSheet("padding: 0; min-height: 0")
        self.back.clicked.connect(self.reset)
        keep = self.back.sizePolicy()
        keep.setRetainSizeWhenHidden(True)  # nothing jumps when it appears
        self.back.setSizePolicy(keep)
        label = Text(title)
        label.setBuddy(self.input)
        unit = schema.get("unit", "")
        self.help = Text(schema.get("description", ""), SMALL, "muted", wrap=True)
        self.wrong = Text("", SMALL, "error", wrap=True)
        self._lay_out(label, f"{unit}")
        self.set_value(self.default)
        _listen(self.input, self._edit)

    def _lay_out(self, label: Text, unit: str) -> None:
        left = QVBoxLayout()
        left.setSpacing(1)
        name = QHBoxLayout()
        name.setSpacing(4)
        name.addWidget(label)
        if unit:
            name.addWidget(Text(unit, SMALL, "faint"))
        name.addStretch(1)
        name.addWidget(self.back)
        left.addLayout(name)
        below = QVBoxLayout()
        for one in (self.help, self.wrong):
            (below if self._wide() else left).addWidget(one)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addLayout(left, 1)
        row.addWidget(self.input, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(row)
        column.addLayout(below)
        self.help.setVisible(bool(self.help.text()))  # not before it is part of something

    def _wide(self) -> bool:
        """Whether the input leaves too little room beside it: then the words go below, over the whole width."""
        return isinstance(self.input, QComboBox) and self.input.sizeHint().width() > INPUT_WIDTH + GRID

    @property
    def default(self) -> Any:
        """The value where nobody chose one."""
        return self.schema.get("default")

    def value(self) -> Any:
        """The value; text that is not what it should be is given as it stands, and is refused by the declaration."""
        if isinstance(self.input, QCheckBox):
            return self.input.isChecked()
        if isinstance(self.input, QComboBox):
            return self.input.currentData()
        return parsed(self.input.text(), self.kind, optional=_optional(self.schema))

    def set_value(self, value: Any) -> None:
        """Show a value."""
        if isinstance(self.input, QCheckBox):
            self.input.setChecked(bool(value))
        elif isinstance(self.input, QComboBox):
            self.input.setCurrentIndex(max(0, self.input.findData(value)))
        else:
            self.input.setText("" if value is None else shown(value))
        self._mark()

    def reset(self) -> None:
        """Take the default again."""
        self.set_value(self.default)
        self.edited.emit()

    def is_default(self) -> bool:
        """Whether the value is the default."""
        return self.value() == self.default

    def set_error(self, sentence: str) -> None:
        """Show what is wrong; an empty sentence says that nothing is."""
        if sentence != self.error or self.wrong.isVisibleTo(self) != bool(sentence):
            self.error = sentence
            self.wrong.setText(sentence)
            self.wrong.setVisible(bool(sentence))
            self.help.setVisible(bool(self.help.text()) and not sentence)
            self.input.setProperty("wrong", "true" if sentence else "false")
            self.input.style().unpolish(self.input)
            self.input.style().polish(self.input)
        self.wrong.setVisible(bool(sentence))

    def _edit(self, *_: object) -> None:
        self._mark()
        self.edited.emit()

    def _mark(self) -> None:
        self.back.setVisible(not self.is_default())

    def _hint(self) -> str:
        limits = allowed_range(self.schema)
        return self.tr("{range}; default {value}").format(
            range=limits[:1].upper() + limits[1:], value=shown(self.default)
        )


class NumberInput(QLineEdit):
    """A number, right-aligned; the arrow keys change it, by factors where its scale is logarithmic."""

    def __init__(self, schema: dict[str, Any], kind: str) -> None:
        super().__init__()
        self._log, self._whole = bool(schema.get("log")), kind == "integer"
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setFont(font(figures=True))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        direction = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()), 0)
        value = parsed(self.text(), "integer" if self._whole else "number", optional=True)
        if direction and isinstance(value, int | float):
            self.setText(shown(self._stepped(value, direction)))
            return
        super().keyPressEvent(event)

    def _stepped(self, value: float, direction: int) -> float:
        if self._log and value:
            stepped = value * 2.0**direction
            return max(1, round(stepped)) if self._whole else float(f"{stepped:.6g}")
        if self._whole:
            return value + direction
        step = 0.1 if abs(value) < 10 else 1.0  # noqa: PLR2004 - a tenth of small numbers, whole ones of large numbers
        return float(f"{value + direction * step:.6g}")


def tabs_after(before: QWidget, root: QWidget) -> QWidget:
    """Let Tab go from `before` through all that can be reached inside `root`; returns the last of it.

    What is made anew, such as the fields of another algorithm, else comes behind everything that was there already.
    """
    for one in root.findChildren(QWidget):
        if one.focusPolicy() & Qt.FocusPolicy.TabFocus and one.window() is root.window():  # no list that pops up
            QWidget.setTabOrder(before, one)
            before = one
    return before


def _kind(schema: dict[str, Any]) -> str:
    """One of integer, number, boolean, choice, text."""
    if "enum" in schema:
        return "choice"
    if "anyOf" in schema:
        return next((_kind(one) for one in schema["anyOf"] if one.get("type") != "null"), "text")
    kind = schema.get("type", "string")
    return kind if kind in ("integer", "number", "boolean") else "text"


def _optional(schema: dict[str, Any]) -> bool:
    return any(one.get("type") == "null" for one in schema.get("anyOf", []))


def _input(kind: str, schema: dict[str, Any]) -> "QCheckBox | QComboBox | QLineEdit":
    if kind == "boolean":
        return QCheckBox()
    if kind == "choice":
        box = QComboBox()
        choices = schema.get("enum") or next(one["enum"] for one in schema["anyOf"] if "enum" in one)
        for value in ([None] if _optional(schema) else []) + list(choices):
            box.addItem("–" if value is None else str(value), value)
        box.setMinimumWidth(INPUT_WIDTH)
        box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return box
    made = NumberInput(schema, kind) if kind in ("integer", "number") else QLineEdit()
    made.setFixedWidth(INPUT_WIDTH)
    if _optional(schema):
        made.setPlaceholderText("–")
    return made


def _listen(widget: "QCheckBox | QComboBox | QLineEdit", slot: Any) -> None:
    if isinstance(widget, QCheckBox):
        widget.toggled.connect(slot)
    elif isinstance(widget, QComboBox):
        widget.currentIndexChanged.connect(slot)
    else:
        widget.textChanged.connect(slot)


def shown(value: Any) -> str:
    """A value as a person writes it."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)  # noqa: PLR2004
    return str(value)


def parsed(text: str, kind: str, *, optional: bool) -> Any:
    """A value from what a person wrote; the text itself where it is no such value."""
    text = text.strip()
    if not text and optional:
        return None
    if kind == "text":
        return text
    if text.count(",") == 1 and "." not in text:
        text = text.replace(",", ".")  # a decimal comma
    try:
        number = float(text)
    except ValueError:
        return text
    if kind == "integer":
        return int(number) if number.is_integer() else number
    return number
