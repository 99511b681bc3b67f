"""What fills a form at once: presets that come with the program, and whatever else proposes values; one step back."""

from typing import Any

from pydantic import BaseModel
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QVBoxLayout,
    QWidget,
)

from workbench.app.runs.run_text import figure
from workbench.app.session.session import Session
from workbench.app.widgets.basic import Button, Text
from workbench.app.widgets.choice import QuietBox
from workbench.app.widgets.form import Form
from workbench.app.widgets.theme import GRID, SMALL
from workbench.data.splitting import all_splits
from workbench.metrics import metric_title
from workbench.training.presets import Preset, presets_of


class _Box(QuietBox):
    """One whose text is cut with … where it is too long."""

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        field = QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, field, self).width() - GRID // 2
        text = self.placeholderText() if self.currentIndex() < 0 else self.currentText()
        option.currentText = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room)
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)


class Presets(QWidget):
    """A choice above a form: its defaults, or what a publication did.

    Where neither is on the form any more it says so. Whatever is filled in from here can be taken back until somebody
    writes on the form again.
    """

    def __init__(self, session: Session, form: Form) -> None:
        super().__init__()
        self._session, self._form = session, form
        self._presets: tuple[Preset, ...] = ()
        self._whole: list[dict[str, Any]] = []  # the values of each preset
        self._before: dict[str, Any] | None = None
        self._filling = False
        self.box = _Box()
        self.box.setAccessibleName(self.tr("Settings"))
        self.box.setPlaceholderText(self.tr("Custom"))
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumContentsLength(8)
        self.undo = Button(self.tr("Undo"), "quiet", tip=self.tr("Restore the previous values"))
        self.about = Text("", SMALL, "muted", wrap=True)
        self.unlike = Text("", SMALL, "warn", wrap=True)
        for widget in (self.about, self.unlike):
            widget.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self.box, 1)
        row.addWidget(self.undo, 0, Qt.AlignmentFlag.AlignRight)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self.about)
        column.addWidget(self.unlike)
        self.box.activated.connect(self._pick)
        self.undo.clicked.connect(self._take_back)
        form.changed.connect(self._hear_form)

    def show_kind(self, kind: type[BaseModel], name: str) -> None:
        """Offer what there is for another algorithm; its form is filled already."""
        self._presets = presets_of(name)
        defaults = {field: kind.model_fields[field].default for field in self._form.values()}
        self._whole = [{**defaults, **preset.hyperparameters} for preset in self._presets]
        self._before = None
        self.box.clear()
        self.box.addItem(self.tr("Defaults"))
        for preset in self._presets:
            title = preset.name.removeprefix("As published: ")
            self.box.addItem(self.tr("As published: {title}").format(title=title[:1].upper() + title[1:]))
            told = f"{preset.measured['data']}; {preset.measured['protocol']}.\n{preset.source}."
            self.box.setItemData(self.box.count() - 1, told, Qt.ItemDataRole.ToolTipRole)
        self.refresh()

    @property
    def preset(self) -> Preset | None:
        """The preset that is on the form."""
        at = self.box.currentIndex()
        return self._presets[at - 1] if at > 0 else None

    def fill(self, values: dict[str, Any]) -> None:
        """Put values on the form, which one click takes back."""
        self._before = self._form.values()
        self._put(values)

    def _put(self, values: dict[str, Any]) -> None:
        self._filling = True
        self._form.set_values(values)
        self._filling = False
        self.refresh()

    @Slot(int)
    def _pick(self, at: int) -> None:
        self.fill(self._entries()[at])

    def _entries(self) -> list[dict[str, Any]]:
        """The values of each entry of the list; the defaults may follow the data."""
        return [self._form.defaults(), *self._whole]

    @Slot()
    def _take_back(self) -> None:
        before, self._before = self._before, None
        if before is not None:
            self._put(before)

    @Slot()
    def _hear_form(self) -> None:
        if not self._filling:
            self._before = None
            self.refresh()

    def refresh(self) -> None:
        """Say which of the entries is on the form, and whether it was measured as one would measure it here."""
        values = self._form.values()
        same = [all(values.get(name) == value[name] for name in values if name in value) for value in self._entries()]
        self.box.setCurrentIndex(same.index(True) if True in same else -1)
        self.box.setVisible(bool(self._presets))
        held = self.undo.hasFocus()
        self.undo.setVisible(self._before is not None and self._before != values)
        if held and not self.undo.isVisible():
            self.box.setFocus()
        self.setVisible(bool(self._presets) or self._before is not None)
        about, unlike = self._words(self.preset)
        for text, words in ((self.about, about), (self.unlike, unlike)):
            text.setText(words)
            text.setVisible(bool(words))

    def _words(self, preset: Preset | None) -> tuple[str, str]:
        if preset is None:
            return "", ""
        told = []
        for name, (here, published) in preset.figures().items():
            title = metric_title(name)
            words = f"{title.upper() if title == name else title} {figure(here)}"
            more = self.tr("published: {value}").format(value=figure(published)) if published is not None else ""
            told.append(f"{words} ({more})" if more else words)
        about = self.tr("{data}: {figures}").format(data=preset.measured["data"], figures=", ".join(told))
        return about, self._unlike(preset)

    def _unlike(self, preset: Preset) -> str:
        """What is not here as it was measured; nothing where all is."""
        data, split = self._session.data, (self._session.project.split or {}).get("name", "")
        if data is None:
            return ""
        words = []
        if self._session.project.filters:
            words.append(self.tr("your filters remove some of its training data"))
        elif not preset.same_data(data):
            there = preset.expects.get("interactions", 0)
            words.append(
                self.tr("it was trained on {n:,} interactions, this data has {m:,}").format(n=there, m=len(data))
            )
        if not preset.same_split(split):
            titles = {name: kind.title for name, kind in all_splits().items()}
            wanted = titles.get(preset.expects["split"], preset.expects["split"])
            words.append(self.tr("it was tested with the split “{split}”").format(split=wanted))
        if not words:
            return ""
        listed = "; ".join(words)
        return self.tr("Your results will differ: {reasons}.").format(reasons=listed)
