"""Under the table of runs: the test metric at each cutoff, the learning curves, and the protocol."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QSizePolicy, QWidget

from workbench.app.pages._compare_columns import metrics_of
from workbench.app.pages._curve_reader import CurveReader
from workbench.app.pages._legend import Legend
from workbench.app.pages._lines import RunLine, show_lines
from workbench.app.pages._protocols import protocol_lines
from workbench.app.pages._run_words import metric_title, tested
from workbench.app.plots import LinePlot
from workbench.app.runs import RunInfo
from workbench.app.session import Session
from workbench.app.theme import GRID, SMALL
from workbench.app.widgets import Card, Text, clear


class Pictures(QWidget):
    """Three cards of equal width that show runs of one protocol."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._reader = CurveReader(self)
        self._reader.grown.connect(self._draw_learning)
        self._drawn: list[RunInfo] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self._build_cutoffs(), 1)
        row.addWidget(self._build_learning(), 1)
        row.addWidget(self._build_protocol(), 1)

    def show_runs(self, drawn: list[RunInfo], metric: str) -> None:
        """Show these runs, which may be compared, by a test metric."""
        self._draw_cutoffs(drawn, metric)
        self._drawn = drawn
        self._reader.follow({info.id: info.folder for info in drawn})
        self._draw_learning()
        lines = {*self.cutoffs.lines(), *self.learning.lines()}
        named = [info for info in drawn if info.id in lines]
        self._legend.show_runs(named if len(named) > 1 else [])
        self._show_protocol(drawn, metric)

    def protocol(self) -> list[tuple[str, str]]:
        """What the protocol says, line by line."""
        return list(self._said)

    def _build_cutoffs(self) -> Card:
        self.cutoffs = LinePlot(self.tr("Test metric at each cutoff"), x=self.tr("cutoff k"), legend=False, whole=True)
        self.cutoffs_card = Card(" ", " ")
        self._legend = Legend(2)
        self.cutoffs_card.head.addWidget(self._legend)
        self.cutoffs_card.add(self.cutoffs, 1)
        return self.cutoffs_card

    def _build_learning(self) -> Card:
        self.learning = LinePlot(
            self.tr("Validation after each epoch"),
            x=self.tr("epoch"),
            legend=False,
            whole=True,
            empty=self.tr("Nothing here learns in epochs: there is no curve."),
        )
        self.learning_card = Card(self.tr("Validation"), self.tr("after each epoch"))
        self.learning_card.add(self.learning, 1)
        return self.learning_card

    def _build_protocol(self) -> Card:
        card = Card(self.tr("Protocol"), self.tr("what these numbers depend on"))
        inside = QWidget()
        self._protocol = QGridLayout(inside)
        self._protocol.setContentsMargins(0, 0, GRID, 0)
        self._protocol.setHorizontalSpacing(12)
        self._protocol.setVerticalSpacing(5)
        self._protocol.setColumnStretch(1, 1)
        area = QScrollArea()
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setAccessibleName(self.tr("Protocol"))
        area.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)
        card.add(area, 1)
        self._said: list[tuple[str, str]] = []
        for one in (self.cutoffs_card, self.learning_card, card):
            one.body.setContentsMargins(2 * GRID, 10, 12, 6)
            one.body.setSpacing(4)
            one.setSizePolicy(
                QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding
            )  # equally wide, whatever is inside
            one.head.addStrut(20)  # titles on one line, with a legend beside them or without
        return card

    def _draw_cutoffs(self, drawn: list[RunInfo], metric: str) -> None:
        name, _, cutoff = metric.partition("@")
        title = metric_title(name)
        self.cutoffs_card.title.setText(self.tr("{metric} at k").format(metric=title) if cutoff else title)
        self.cutoffs.set_empty(
            self.tr("{metric} has no cutoff: it looks at everything hidden.").format(metric=title)
            if not cutoff
            else self.tr("The test is not open yet.")
        )
        wanted = []
        for info in drawn if cutoff else []:
            points = sorted(
                (int(k), value)
                for one in metrics_of([info])
                if one.startswith(f"{name}@") and (k := one.partition("@")[2]).isdecimal()
                and (value := tested(info, one)[0]) is not None
            )  # fmt: skip
            if points:
                cutoffs, values = zip(*points, strict=True)
                wanted.append(RunLine(info, cutoffs, values, markers=True))
        show_lines(self.cutoffs, wanted)

    def _draw_learning(self) -> None:
        self._reader.look()
        curves = [(info, self._reader.curves[info.id]) for info in self._drawn]
        metric = next((curve.metric for _, curve in curves if curve.metric and not curve.flat), "")
        metric = metric or next((curve.metric for _, curve in curves if curve.metric), "")
        self.learning_card.title.setText(metric_title(metric) if metric else self.tr("Validation"))
        self.learning_card.hint.set_text(
            self.tr("on validation, after each epoch") if metric else self.tr("after each epoch")
        )
        alike = [(info, curve) for info, curve in curves if curve.metric == metric and len(curve.validation)]
        last = max((float(curve.validation.x[-1]) for _, curve in alike), default=0.0)
        wanted = []
        for info, curve in alike if last else []:  # levels alone, without epochs to lie over, are no picture
            points = curve.validation
            x, y = ([0.0, last], [float(points.y[0])] * 2) if curve.flat else (points.x, points.y)
            wanted.append(RunLine(info, x, y))
        show_lines(self.learning, wanted)

    def _show_protocol(self, drawn: list[RunInfo], metric: str) -> None:
        said = protocol_lines(drawn, metric)
        if said == self._said:
            return
        self._said = said
        clear(self._protocol)
        for row, (what, how) in enumerate(said):
            name, text = Text(what, SMALL, "muted"), Text(how, SMALL, wrap=True)
            self._protocol.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
            self._protocol.addWidget(text, row, 1)
        self._protocol.setRowStretch(len(said), 1)
