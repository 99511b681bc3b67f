"""Under the table of runs: one picture of several to choose from, and the protocol."""

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from workbench.app.pages.compare.chart import ComparisonChart
from workbench.app.pages.compare.charts import all_charts
from workbench.app.pages.compare.charts.curves import CurvesChart
from workbench.app.pages.compare.protocol_card import ProtocolCard
from workbench.app.pages.compare.save_chart import SaveChart
from workbench.app.runs.run_store import RunInfo
from workbench.app.session.now import now_of
from workbench.app.session.session import Session
from workbench.app.widgets.basic import Card
from workbench.app.widgets.tabs import Tabs
from workbench.app.widgets.theme import GRID
from workbench.app.widgets.translate import declared


class ChartPanel(QWidget):
    """Shows runs of one protocol; a picture is made when it is first chosen, and only the chosen one is drawn."""

    def __init__(self, session: Session, curves: CurvesChart) -> None:
        super().__init__()
        self.session = session
        self._kinds = all_charts()
        self._runs: list[RunInfo] = []
        self._metric = ""
        self._made: dict[str, ComparisonChart] = {"curves": curves}
        self._rest = QTimer(self, singleShot=True, interval=0)
        self._rest.timeout.connect(self._show_picture)
        self.card, self.protocol = Card(), ProtocolCard()
        self._stack = QStackedWidget()
        self.card.add(self._stack, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(self._build_choice())
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(_shaped(self.card), 2)
        row.addWidget(_shaped(self.protocol), 1)
        column.addLayout(row, 1)
        self.curves = curves
        self._stack.addWidget(curves)
        self.cutoffs, self.learning, self.cutoffs_card = curves.cutoffs, curves.learning, curves.cutoffs_panel
        self._recall()
        session.project_changed.connect(self._recall)

    @property
    def picture(self) -> ComparisonChart:
        """The one that is shown."""
        return self._picture(self.tabs.current)

    def show_runs(self, drawn: list[RunInfo], metric: str) -> None:
        """Show these runs, which may be compared, by a test metric."""
        self._runs, self._metric = list(drawn), metric
        self.protocol.show_runs(drawn, metric, now_of(self.session))
        self._rest.start()  # in a frame of its own

    @Slot()
    def _show_picture(self) -> None:
        self.picture.show_runs(self._runs, self._metric)

    @property
    def over(self) -> bool:
        """Whether all is shown that is to be."""
        return not self._rest.isActive() and self.picture.over

    def finish(self) -> None:
        """Show now what would come in a moment."""
        if self._rest.isActive():
            self._rest.stop()
            self._show_picture()
        self.picture.finish()

    def choose(self, kind: str) -> None:
        """Show this picture, and remember it with the project."""
        self._turn_to(kind)
        self.session.project.set_view("pictures", self.session.project.view("pictures") | {"shown": kind})

    def _recall(self) -> None:
        """Show what was chosen in this project; what was chosen inside the pictures is asked for anew."""
        for kind in [name for name in self._made if name != "curves"]:
            made = self._made.pop(kind)
            self._stack.removeWidget(made)
            made.deleteLater()
        kept = self.session.project.view("pictures").get("shown")
        self._turn_to(kept if isinstance(kept, str) and kept in self._kinds else "curves")

    def _turn_to(self, kind: str) -> None:
        self.tabs.buttons[kind].setChecked(True)
        picture = self._picture(kind)
        self._stack.setCurrentWidget(picture)
        self.export.picture, self.export.name = picture, f"compare-{kind.replace('_', '-')}"
        if self._metric:
            picture.show_runs(self._runs, self._metric)

    def _picture(self, kind: str) -> ComparisonChart:
        if kind not in self._made:
            self._made[kind] = self._kinds[kind](self.session)
            self._stack.addWidget(self._made[kind])
        return self._made[kind]

    def _build_choice(self) -> QHBoxLayout:
        self.tabs = Tabs({name: declared(kind.title) for name, kind in self._kinds.items()})
        self.tabs.chosen.connect(self.choose)
        self.tabs.setAccessibleName(self.tr("Charts"))
        self.export = SaveChart()
        row = QHBoxLayout()
        row.addWidget(self.tabs)
        row.addStretch(1)
        row.addWidget(self.export)
        return row


def _shaped(card: Card) -> Card:
    card.body.setContentsMargins(2 * GRID, 10, 12, 6)
    card.body.setSpacing(4)
    # As wide as its share of the row, whatever is inside.
    card.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
    card.head.addStrut(20)
    return card
