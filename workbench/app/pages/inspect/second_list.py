"""A second list beside the first: another run's for the same user, or one that was kept."""

from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QStackedLayout, QWidget

from workbench.app.pages.inspect.what_if import WhatIf
from workbench.app.runs.run_store import RunInfo
from workbench.app.runs.run_text import short_title
from workbench.app.session.latest import Latest
from workbench.app.session.session import Session
from workbench.app.tables.item_tables import ListTable
from workbench.app.widgets.basic import Text
from workbench.app.widgets.quiet import QuietBox
from workbench.app.widgets.theme import GRID

KEPT = "kept"
Json = dict[str, Any]


class Beside(QWidget):
    """Hidden until something is chosen in `choice`, which stands at the head of the first list."""

    chosen = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._infos: dict[str, RunInfo] = {}
        self._offered: list[tuple[str, str | None]] = []
        self._kept: list[Json] = []
        self._items: list[Json] = []
        self._first: list[Json] = []
        self._questions = {name: Latest(session, name, self) for name in ("recommend", "what_if")}
        for question in self._questions.values():
            question.answered.connect(self._show)
            question.failed.connect(self._fail)
        self.choice = QuietBox()
        self.choice.setAccessibleName(self.tr("Second list"))
        self.choice.setToolTip(self.tr("Compare with a second list: another run's, or the kept what-if list"))
        self.choice.setMinimumContentsLength(7)
        self.choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.choice.activated.connect(self._choose)
        self.table = ListTable(self.tr("Second list"))
        self.table.set_narrow(True)
        self._words = Text("", ink="muted", wrap=True)
        self._words.setContentsMargins(GRID, GRID, GRID, 0)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._words)
        self.hide()

    @property
    def current(self) -> str | None:
        """Id of a run, ``"kept"``, or None."""
        return self.choice.currentData()

    @property
    def info(self) -> RunInfo | None:
        """The run beside."""
        return self._infos.get(self.current or "")

    def show_runs(self, infos: list[RunInfo], first: RunInfo) -> None:
        """Offer all runs but the first list's own."""
        self._infos = {info.id: info for info in infos if info.id != first.id}
        self._offer()

    def choose(self, run_id: str) -> None:
        """Lay this run's list beside, where it is offered."""
        at = self.choice.findData(run_id)
        if at >= 0:
            self.choice.setCurrentIndex(at)
            self._choose()

    def keep(self, items: list[Json]) -> None:
        """Keep a list, and lay it beside."""
        self._kept = [dict(item) for item in items]
        self._offer(KEPT)
        self._choose()

    def _offer(self, wanted: str | None = None) -> None:
        offered: list[tuple[str, str | None]] = [(self.tr("One list"), None)]
        offered += [(self.tr("Kept list"), KEPT)] if self._kept else []
        offered += [(short_title(info), run_id) for run_id, info in reversed(self._infos.items())]
        current = wanted or self.current
        if offered != self._offered:
            self._offered = offered
            self.choice.clear()
            for title, key in offered:
                self.choice.addItem(title, key)
        at = self.choice.findData(current)
        self.choice.setCurrentIndex(max(0, at))
        if at < 0:
            self.hide()

    @Slot()
    def _choose(self, *_: object) -> None:
        self.setVisible(self.current is not None)
        self.chosen.emit()

    def ask(self, args: Json, user: str, what_if: WhatIf) -> None:
        """Get the list of the run beside, for the same user or changed history."""
        for question in self._questions.values():
            question.forget()
        if self.current == KEPT:
            self._items = self._kept
            self.lay_beside(self._first)
        elif self.info is not None:
            asked = args | {"run": str(self.info.folder)}
            if what_if.history is not None:
                person = None if what_if.new_person else user
                self._questions["what_if"].ask(asked | {"history": what_if.asked(), "user": person})
            else:
                self._questions["recommend"].ask(asked | {"user": user})

    def lay_beside(self, first: list[Json]) -> None:
        """Show how the places of this list differ from those of the first."""
        self._first = first
        if self.current is None:
            return
        ranks = {item["item"]: item["rank"] for item in first}
        info = self.info
        self.table.show_items(
            [item | {"was": ranks.get(item["item"])} for item in self._items], info.number if info is not None else 0
        )
        self._stack.setCurrentIndex(0)

    @Slot(object, object)
    def _show(self, asked: Json, answer: Json) -> None:
        self._items = answer["items"]
        self.lay_beside(self._first)

    @Slot(object, str, str)
    def _fail(self, asked: Json, sentence: str, details: str) -> None:
        self._items = []
        self._words.setText(sentence)
        self._stack.setCurrentIndex(1)
