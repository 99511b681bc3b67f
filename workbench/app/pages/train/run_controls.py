"""The line under a run's name: what is to be known of it, its learning rate while it learns, more epochs afterwards."""

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QDoubleValidator
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from workbench.algorithms import Algorithm
from workbench.app.runs.run_store import RunInfo
from workbench.app.runs.run_text import algorithm_of, change_words, changes_of, has_epochs
from workbench.app.session.session import Session
from workbench.app.widgets.basic import Button, Elided, Text
from workbench.app.widgets.field import parsed, shown
from workbench.app.widgets.quiet import QuietSpinBox
from workbench.app.widgets.theme import GRID
from workbench.app.widgets.translate import translate
from workbench.errors import WorkbenchError

FIELD_WIDTH = 9 * GRID
MORE = 5  # epochs, where nobody chose


class RunOrders(QWidget):
    """One line of one height, whatever is on it, so that nothing jumps."""

    def __init__(self, session: Session, state: Text) -> None:
        super().__init__()
        self._session = session
        self._info: RunInfo | None = None
        self._asked: float | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 0, 0)
        row.setSpacing(GRID)
        self.summary = Elided("", ink="muted")
        row.addWidget(state)
        row.addWidget(self.summary, 1)
        self.name, self.rate = Text("", ink="muted"), QLineEdit()
        self.rate.setFixedWidth(FIELD_WIDTH)
        self.rate.setValidator(QDoubleValidator(self.rate))
        self.rate.setMaxLength(12)
        self.rate.setToolTip(self.tr("Press Return to use this value from the next step on"))
        self.rate.textEdited.connect(self._refresh_set)
        self.rate.returnPressed.connect(self._adjust)
        self.set = Button(self.tr("Set"), "quiet", tip=self.tr("Use this value from the next step on"))
        self.set.clicked.connect(self._adjust)
        self.more = QuietSpinBox()
        self.more.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.more.setRange(1, 10_000)
        self.more.setValue(MORE)
        self.more.setFixedWidth(FIELD_WIDTH)
        self.more.setAccessibleName(self.tr("More epochs"))
        self.extend = Button("", "quiet", tip=self.tr("Continue after the last epoch with the same settings"))
        self.extend.clicked.connect(self._extend)
        self.more.valueChanged.connect(self._say_more)
        self._say_more()
        for widget in (self.name, self.rate, self.set, self.more, self.extend):
            row.addWidget(widget)
        self.setFixedHeight(4 * GRID)

    def show_run(self, info: RunInfo | None, *, ending: bool = False) -> None:
        """Show what is known of a run and what can be asked of it; `ending` as in `RunHead.show_run`."""
        other = (info.id if info is not None else "") != (self._info.id if self._info is not None else "")
        self._info = info
        self.summary.set_text(_summary(info) if info is not None else "")
        kind = algorithm_of(info) if info is not None else None
        adjusts = info is not None and info.state.is_active and "learning_rate" in _adjustable(kind)
        for widget in (self.name, self.rate, self.set):
            widget.setVisible(bool(adjusts))
        extends = info is not None and info.state.is_usable and has_epochs(info) and not ending
        for widget in (self.more, self.extend):
            widget.setVisible(bool(extends))
        if extends and other and any(remark.about == "limit" for remark in info.status.remarks):
            self.more.setValue(max(MORE, info.epochs // 2))  # it was still learning
        if adjusts:
            self._show_rate(kind, other=other)

    def _show_rate(self, kind: type[Algorithm], *, other: bool) -> None:
        now = self._now()
        if self._asked is not None and now == self._asked:
            self._asked = None
        title = str(kind.model_fields["learning_rate"].title or "learning rate")
        self.name.setText(title)
        self.rate.setAccessibleName(title)
        if other or (not self.rate.hasFocus() and self._asked is None):
            self._asked = None
            self.rate.setText(shown(now))
        self._refresh_set()

    def _now(self) -> float | None:
        """The learning rate that was asked for last."""
        info = self._info
        for change in reversed(changes_of(info) if info is not None else []):
            if change.name == "learning_rate":
                return change.value
        value = info.spec.get("hyperparameters", {}).get("learning_rate") if info is not None else None
        return float(value) if isinstance(value, int | float) else None

    def _wanted(self) -> float | None:
        value = parsed(self.rate.text(), "number", optional=False)
        return float(value) if isinstance(value, int | float) else None

    def _refresh_set(self, *_: Any) -> None:
        wanted = self._wanted()
        self.set.setEnabled(wanted is not None and wanted != self._now() and self._asked is None)

    def _adjust(self) -> None:
        wanted = self._wanted()
        if self._info is None or wanted is None or not self.set.isEnabled():
            return
        try:
            self._session.runs.adjust(self._info.id, "learning_rate", wanted)
        except WorkbenchError as error:
            self._session.failure.emit(self.tr("The learning rate was not changed"), str(error), "")
            return
        self._asked = wanted
        self._refresh_set()

    def _say_more(self) -> None:
        n = self.more.value()
        self.extend.setText(self.tr("Train 1 more epoch") if n == 1 else self.tr("Train {n} more epochs").format(n=n))
        self.extend.setAccessibleName(self.extend.text())

    def _extend(self) -> None:
        if self._info is None:
            return
        try:
            self._session.runs.extend(self._info.id, self.more.value())
        except WorkbenchError as error:
            self._session.failure.emit(self.tr("The run cannot continue"), str(error), "")


def _adjustable(kind: type[Algorithm] | None) -> tuple[str, ...]:
    return kind.adjustable if kind is not None else ()


def _summary(info: RunInfo) -> str:
    """What was changed since the start, and where it computes and why there."""
    kind = algorithm_of(info)
    # What no graphics card could do needs no reason.
    reason = info.status.device_reason if kind is None or kind.uses_torch else ""
    device = info.status.device.upper()
    where = (
        translate("RunOrders", "{device}: {reason}").format(device=device, reason=reason.rstrip(".")) if reason else ""
    )
    return " · ".join(filter(None, [*(change_words(info, change) for change in changes_of(info)[-3:]), where]))
