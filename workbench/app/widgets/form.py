"""A form made from a declaration: hyperparameters of algorithms and settings of splits alike.

Everything on it (name, help, default, range, unit, what is folded away and when a field matters) comes from the JSON
schema of the pydantic class; nothing is written twice.
"""

from typing import Any

from pydantic import BaseModel, ValidationError
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.app.widgets import icons
from workbench.app.widgets.basic import Button, clear
from workbench.app.widgets.field import Field
from workbench.declaring import DataFacts, allowed_range, applies, from_data, rules_of, schema_of


class Form(QWidget):
    """One row for each declared field: name and help at the left, input at the right.

    What is folded away is made when it is unfolded: most people never look at it, and every row takes its time.
    """

    changed = Signal()
    """A person or `set_values` changed something."""
    valid_changed = Signal(bool)

    def __init__(self, declaration: type[BaseModel] | None = None, *, hidden: tuple[str, ...] = ()) -> None:
        super().__init__()
        self._declaration: type[BaseModel] | None = None
        self._hidden = hidden
        self._rows: dict[str, Field] = {}
        self._schemas: dict[str, dict[str, Any]] = {}
        self._folded: dict[str, Any] = {}  # values of fields that have no row yet
        self._facts: DataFacts | None = None
        self._offers: dict[str, list[str]] = {}
        self._valid = True
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(12)
        self.set_declaration(declaration)

    def set_declaration(self, declaration: type[BaseModel] | None, values: dict[str, Any] | None = None) -> None:
        """Show the fields of another class, with their defaults or with these values."""
        clear(self._column)
        schema = schema_of(declaration) if declaration is not None else {}
        self._declaration, self._rows = declaration, {}
        self._schemas = {
            name: entry for name, entry in schema.get("properties", {}).items() if name not in self._hidden
        }
        self._folded = {name: entry.get("default") for name, entry in self._schemas.items() if entry.get("advanced")}
        for name in self._schemas:
            if name not in self._folded:
                self._column.addWidget(self._row(name))
        self._advanced = QWidget()
        inside = QVBoxLayout(self._advanced)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(12)
        self._fold = Button(self.tr("More settings"), "quiet", icon="chevron-right")
        self._fold.setCheckable(True)
        self._fold.toggled.connect(self._unfold)
        self._advanced.setVisible(False)
        for widget in (self._fold, self._advanced):
            self._column.addWidget(
                widget, 0, Qt.AlignmentFlag.AlignLeft if widget is self._fold else Qt.AlignmentFlag(0)
            )
        self._fold.setVisible(bool(self._folded))
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
        rows = self._rows
        return {name: rows[name].value() if name in rows else self._folded[name] for name in self._schemas}

    def defaults(self) -> dict[str, Any]:
        """What every field has where nobody chose, as far as the data are known."""
        rows = self._rows
        return {
            name: rows[name].default if name in rows else entry.get("default") for name, entry in self._schemas.items()
        }

    def changed_values(self) -> dict[str, Any]:
        """Only what differs from its default."""
        defaults = self.defaults()
        return {name: value for name, value in self.values().items() if value != defaults[name]}

    def given_values(self) -> dict[str, Any]:
        """Every field's value, but for those that nobody chose and that depend on the data."""
        left = {
            name
            for name, entry in self._schemas.items()
            if (entry.get("from_data") or entry.get("tried"))
            and not (name in self._rows and self._rows[name].is_chosen())
        }
        return {name: value for name, value in self.values().items() if name not in left}

    @property
    def facts(self) -> DataFacts | None:
        """What is known of the data; None where nothing is."""
        return self._facts

    def set_facts(self, facts: DataFacts | None) -> None:
        """Let defaults follow other data."""
        if facts != self._facts:
            self._facts = facts
            self._check()

    def set_offers(self, offers: dict[str, list[str]]) -> None:
        """Say which names the data has for fields that take names."""
        self._offers = offers
        for name in offers.keys() & self._rows.keys():
            self._rows[name].offer(offers[name])

    def set_values(self, values: dict[str, Any]) -> None:
        """Fill in values; a field that is not named keeps its own."""
        known = {name: value for name, value in values.items() if name in self._schemas}
        if any(name in self._folded and value != self._folded[name] for name, value in known.items()):
            self._make_folded()
        for name, value in known.items():
            if name in self._rows:
                self._rows[name].set_value(value)
        if any(row.schema.get("advanced") and not row.is_default() for row in self._rows.values()):
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
            self.focus_field(wrong.name)

    def focus_field(self, name: str) -> None:
        """Put the cursor into a field, where it is on the form; what is folded away is unfolded."""
        if name in self._schemas:
            if self._schemas[name].get("advanced"):
                self._fold.setChecked(True)
            self._rows[name].input.setFocus()

    def field(self, name: str) -> Field:
        """The row of one field."""
        if name in self._folded:
            self._make_folded()
        return self._rows[name]

    def _make_folded(self) -> None:
        """Make the rows of what is folded away."""
        inside = self._advanced.layout()
        for name in self._folded:
            inside.addWidget(self._row(name))
        self._folded = {}
        tabs_after(self._fold, self._advanced)
        self._check()

    def _unfold(self, on: bool) -> None:
        if on and self._folded:
            self._make_folded()
        icons.bind(self._fold, "chevron-down" if on else "chevron-right", "muted")
        self._advanced.setVisible(on)

    def _row(self, name: str) -> Field:
        row = Field(name, self._schemas[name])
        row.edited.connect(self._check)
        self._rows[name] = row
        if name in self._offers:
            row.offer(self._offers[name])
        return row

    def _follow(self) -> None:
        """Show what follows from the data and from what was chosen."""
        if self._declaration is None or not rules_of(self._declaration):
            return
        if self._facts is None:
            for name in rules_of(self._declaration):
                if name in self._rows:
                    self._rows[name].follow(self._schemas[name].get("default"), "")
            return
        changed = self.changed_values()
        if self._wrong(changed):
            return  # of half a number nothing follows
        for name, (value, why) in from_data(self._declaration, changed, self._facts).items():
            if name in self._rows:
                self._rows[name].follow(value, why)

    def _check(self) -> None:
        self._follow()
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
            for entry in error.errors():
                name = str(entry["loc"][0]) if entry["loc"] else next(iter(self._rows), "")
                schema = self._schemas.get(name, {})
                own = (
                    str(entry["ctx"]["error"]) if entry["type"] == "value_error" else ""
                )  # the declaration's own sentence
                found[name] = (
                    f"{own[:1].upper()}{own[1:]}."
                    if own
                    else self.tr("Must be {range}.").format(range=allowed_range(schema))
                )
            return found
        return {}


def tabs_after(before: QWidget, root: QWidget) -> QWidget:
    """Let Tab go from `before` through all that can be reached inside `root`; returns the last of it.

    What is made anew, such as the fields of another algorithm, else comes behind everything that was there already.
    """
    for child in root.findChildren(QWidget):
        if child.focusPolicy() & Qt.FocusPolicy.TabFocus and child.window() is root.window():  # no list that pops up
            QWidget.setTabOrder(before, child)
            before = child
    return before
