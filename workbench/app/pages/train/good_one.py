"""How far runs are that were asked for together, and what came of them: above the run."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.app.pages.train.fitted_label import Fitting
from workbench.app.session.joint_runs import JointRuns
from workbench.app.session.session import Session
from workbench.app.widgets.basic import Button, Card, Picture, Text
from workbench.app.widgets.theme import GRID


class GoodOne(Fitting):
    """A sentence, and where to go from it; not there where nobody asked."""

    def __init__(self, session: Session, search: JointRuns, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._search = session, search
        card = Card()
        card.setAccessibleName(title)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(card)
        card.body.setContentsMargins(2 * GRID, 12, GRID, 12)
        self.sign = Picture("info", 16, "accent")
        self.words = Text("", wrap=True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignVCenter)
        self.look = Button(self.tr("Look at lists"), "primary")
        self.look.clicked.connect(self._look)
        self.compare = Button(self.tr("Compare"))
        self.compare.clicked.connect(self._compare)
        self.close_it = Button("", "quiet", icon="close", tip=self.tr("Close; the runs stay"))
        self.close_it.clicked.connect(search.forget)
        row, below = QHBoxLayout(), QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self.sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.words, 1)
        row.addWidget(self.close_it, 0, Qt.AlignmentFlag.AlignTop)
        below.setSpacing(GRID)
        below.addStretch(1)
        below.addWidget(self.compare)
        below.addWidget(self.look)
        card.body.addLayout(row)
        card.body.addLayout(below)
        search.changed.connect(self.refresh)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Say how far it is."""
        words = self._search.words()
        self.setVisible(bool(words))
        self.words.setText(words)
        self.compare.setVisible(self._search.over)
        self.look.setVisible(bool(self._search.best))

    @Slot()
    def _look(self) -> None:
        if self._search.best:
            self._session.selection.select_runs([self._search.best])
            self._session.request_page("inspect")

    @Slot()
    def _compare(self) -> None:
        self._session.selection.select_runs([info.id for info in self._search.runs])
        self._session.request_page("compare")
