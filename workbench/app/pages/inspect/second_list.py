"""A second list beside the first: the same under another run, or one that was kept. Its heading says which."""

from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QStackedLayout, QVBoxLayout, QWidget

from workbench.app.runs.run_store import RunInfo
from workbench.app.session.latest import Latest
from workbench.app.session.now import now_of
from workbench.app.session.run_combo import marked_title
from workbench.app.session.session import Session
from workbench.app.session.shown_list import list_heading, run_of
from workbench.app.tables.item_tables import ListTable
from workbench.app.widgets.basic import Elided, Text
from workbench.app.widgets.quiet import QuietBox
from workbench.app.widgets.theme import GRID, SMALL
from workbench.insight.asked_list import AskedList

KEPT = "kept"
Json = dict[str, Any]


class Beside(QWidget):
    """Hidden until something is chosen in `choice`, which stands at the head of the first list."""

    chosen = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._infos: dict[str, RunInfo] = {}
        self._told: Any = None
        self._offered: list[tuple[str, str | None]] = []
        self._session = session
        self._kept: tuple[AskedList, list[Json]] | None = None
        self.shown: AskedList | None = None
        """Which list this is; None while there is none."""
        self.items: list[Json] = []
        self._first: list[Json] = []
        self._question = Latest(session, "list", self)
        self._question.answered.connect(self._show)
        self._question.failed.connect(self._fail)
        self.choice = QuietBox()
        self.choice.setAccessibleName(self.tr("Second list"))
        self.choice.setToolTip(self.tr("Compare with a second list: another run's, or one that was kept"))
        self.choice.setMinimumContentsLength(7)
        self.choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.choice.activated.connect(self._choose)
        self.table = ListTable(self.tr("Second list"))
        self.table.set_narrow(True)
        self._words = Text("", ink="muted", wrap=True)
        self._words.setContentsMargins(GRID, GRID, GRID, 0)
        self.heading = Elided("", SMALL, "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.heading)
        self._stack = QStackedLayout()
        column.addLayout(self._stack, 1)
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
        told = (first.id, now_of(self._session), [(info.id, info.title, id(info.spec)) for info in infos])
        if told == self._told:  # each user that is looked at tells of the same
            return
        self._told, self._infos = told, {info.id: info for info in infos if info.id != first.id}
        self._offer()

    def choose(self, run_id: str) -> None:
        """Lay this run's list beside, where it is offered."""
        at = self.choice.findData(run_id)
        if at >= 0:
            self.choice.setCurrentIndex(at)
            self._choose()

    def keep(self, asked: AskedList, items: list[Json]) -> None:
        """Keep a list as it is, and lay it beside."""
        self._kept = asked, [dict(item) for item in items]
        self._offer(KEPT)
        self._choose()

    def _offer(self, wanted: str | None = None) -> None:
        offered: list[tuple[str, str | None]] = [(self.tr("One list"), None)]
        offered += [(self.tr("Kept list"), KEPT)] if self._kept is not None else []
        now = now_of(self._session)
        offered += [(marked_title(info, now), run_id) for run_id, info in reversed(self._infos.items())]
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

    def ask(self, asked: AskedList) -> None:
        """Get the same list under the run beside."""
        self._question.forget()
        if self.current == KEPT and self._kept is not None:
            self._lay(*self._kept)
        elif self.info is not None:
            self._question.ask(asked.under(str(self.info.folder)).to_json())

    def lay_beside(self, first: list[Json]) -> None:
        """Show how the places of this list differ from those of the first."""
        self._first = first
        if self.current is not None and self.shown is not None:
            self._lay(self.shown, self.items)

    def _lay(self, asked: AskedList, items: list[Json]) -> None:
        self.shown, self.items = asked, items
        ranks = {item["item"]: item["rank"] for item in self._first}
        info = run_of(self._session, asked)
        heading = list_heading(self._session, asked)
        if self.current == KEPT:
            heading = self.tr("Kept: {list}").format(list=heading)
        self.heading.set_text(heading)
        self.table.show_items(
            [item | {"was": ranks.get(item["item"])} for item in items], info.number if info is not None else 0, heading
        )
        self._stack.setCurrentIndex(0)

    @Slot(object, object)
    def _show(self, asked: Json, answer: Json) -> None:
        self._lay(AskedList.from_json(asked), answer["items"])

    @Slot(object, str, str)
    def _fail(self, asked: Json, sentence: str, details: str) -> None:
        self.shown, self.items = None, []
        self.heading.set_text(list_heading(self._session, AskedList.from_json(asked)))
        self._words.setText(sentence)
        self._stack.setCurrentIndex(1)
