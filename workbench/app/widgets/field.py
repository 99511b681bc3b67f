"""One field of a form: its name, a sentence of help, the input, a way back to the default, and what is wrong with it."""

from typing import Any

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QCompleter,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from workbench.app.widgets.basic import Button, Text
from workbench.app.widgets.quiet import QuietBox
from workbench.app.widgets.theme import GRID, SMALL, font
from workbench.declaring import allowed_range

INPUT_WIDTH = 112


class Field(QWidget):
    """One field: its name, a sentence of help, the input, a way back to the default, and what is wrong with it."""

    edited = Signal()

    def __init__(self, name: str, schema: dict[str, Any]) -> None:
        super().__init__()
        self.name, self.schema, self.error = name, schema, ""
        self._default = schema.get("default")
        self.kind = _kind(schema)
        title = schema.get("title") or name
        self.input = _input(self.kind, schema)
        self.input.setAccessibleName(title)
        self.input.setAccessibleDescription(schema.get("description", ""))
        self.input.setToolTip(self._hint())
        self.back = Button("", "quiet", icon="reset", tip=self.tr("Reset to {value}").format(value=shown(self.default)))
        self.back.setAccessibleName(self.tr("{name}: reset to default").format(name=title))
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
        self.why = ""  # the default has its value
        self.touched = False  # whether somebody chose the value, be it the default
        tried = ", ".join(shown(value) for value in schema.get("tried") or [])
        words = self.tr("best of {values}").format(values=tried) if tried else self.tr("from your data")
        self.followed = Text(words, SMALL, "accent")
        self.followed.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)  # the input keeps its place
        if tried:
            self.why = self.tr(
                "Each is tried on validation before the training, where that takes a moment; "
                "the first of those that are level is taken"
            )
            self.followed.setToolTip(self.why)
        self.followed.setVisible(False)
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
        left.addWidget(self.followed)  # below, for beside a long name it would push the input out of the form
        below = QVBoxLayout()
        for widget in (self.help, self.wrong):
            (below if self._wide() else left).addWidget(widget)
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
        return self._default

    def follow(self, value: Any, why: str) -> None:
        """Let the data say what the default is, and why."""
        was = self.is_default()
        self._default, self.why = value, why
        self.back.setToolTip(self.tr("Reset to {value}").format(value=shown(value)))
        self.input.setToolTip(self._hint())
        self.followed.setToolTip(why)
        if was:
            with QSignalBlocker(self.input):  # nobody edits
                self.set_value(value)
        self._mark()

    def offer(self, names: list[str] | None) -> None:
        """Say which names this data has for a text field, and complete them; None where no data is known."""
        if not isinstance(self.input, QLineEdit) or isinstance(self.input, NumberInput):
            return
        there = "" if names is None else self.tr("In this data: {names}.").format(names=", ".join(names))
        if names == []:
            there = self.tr("This data has none.")
        self.help.setText(f"{self.schema.get('description', '')} {there}".strip())
        completer = QCompleter([str(self.default), *(names or [])], self.input)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.input.setCompleter(completer)

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
        self.touched = False
        self._mark()
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

    def is_chosen(self) -> bool:
        """Whether somebody chose the value."""
        return self.touched or not self.is_default()

    def _edit(self, *_: object) -> None:
        self.touched = True
        self._mark()
        self.edited.emit()

    def _mark(self) -> None:
        self.back.setVisible(self.is_chosen() if self.schema.get("tried") else not self.is_default())
        self.followed.setVisible(bool(self.why) and not self.is_chosen())

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


def _kind(schema: dict[str, Any]) -> str:
    """One of integer, number, boolean, choice, text."""
    if "enum" in schema:
        return "choice"
    if "anyOf" in schema:
        return next((_kind(option) for option in schema["anyOf"] if option.get("type") != "null"), "text")
    kind = schema.get("type", "string")
    return kind if kind in ("integer", "number", "boolean") else "text"


def _optional(schema: dict[str, Any]) -> bool:
    return any(option.get("type") == "null" for option in schema.get("anyOf", []))


def _input(kind: str, schema: dict[str, Any]) -> "QCheckBox | QComboBox | QLineEdit":
    if kind == "boolean":
        return QCheckBox()
    if kind == "choice":
        box = QuietBox()
        choices = schema.get("enum") or next(option["enum"] for option in schema["anyOf"] if "enum" in option)
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
