"""Several values of one hyperparameter: a run for each, and how validation goes with it."""

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from workbench.algorithms import Algorithm
from workbench.app.plots.line_plot import LinePlot
from workbench.app.runs.run_store import RunInfo
from workbench.app.runs.run_text import validated
from workbench.app.session.blend import offered
from workbench.app.session.session import Session
from workbench.app.widgets.basic import Button, Text
from workbench.app.widgets.field import parsed, shown
from workbench.app.widgets.quiet import QuietBox
from workbench.app.widgets.theme import GRID, SMALL
from workbench.errors import WorkbenchError
from workbench.insight.paths import along, count_weights, spread, varied
from workbench.metrics import metric_title

MIN_VALUES, USUAL_VALUES, MAX_VALUES = 2, 6, 20


class SeveralValues(QDialog):
    """A window beside the page; what is queued in it shows as it comes in.

    Parameters
    ----------
    values, options
        What the form and the options under it say: everything else of the runs.
    """

    def __init__(
        self, session: Session, kind: type[Algorithm], values: dict[str, Any], options: dict[str, Any], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Several values: {name}").format(name=kind.title))
        self.session, self.kind = session, kind
        self._values, self._options = values, options
        self._schemas = varied(kind, values)
        self._counted: dict[str, int | None] = {}
        self.resize(760, 460)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        row.setSpacing(2 * GRID)
        row.addLayout(self._build_form())
        row.addLayout(self._build_plots(), 1)
        self._choose()
        for signal in (session.runs.changed, session.runs.run_changed):
            signal.connect(self._draw)

    def _build_form(self) -> QVBoxLayout:
        self.which = QuietBox()
        for name, schema in self._schemas.items():
            self.which.addItem(schema.get("title", name), name)
        self.low, self.high, self.number = QLineEdit(), QLineEdit(), QLineEdit(str(USUAL_VALUES))
        grid = QGridLayout()
        grid.setVerticalSpacing(GRID)
        rows = ((self.tr("Hyperparameter"), self.which), (self.tr("From"), self.low))
        for at, (text, widget) in enumerate((*rows, (self.tr("To"), self.high), (self.tr("Values"), self.number))):
            label = Text(text)
            label.setBuddy(widget)
            widget.setAccessibleName(text)
            widget.setFixedWidth(20 * GRID)
            grid.addWidget(label, at, 0)
            grid.addWidget(widget, at, 1)
        self.words = Text("", SMALL, "muted", wrap=True)
        self.go = Button("", "primary")
        self.go.clicked.connect(self._queue)
        column = QVBoxLayout()
        column.setSpacing(2 * GRID)
        column.addLayout(grid)
        column.addWidget(self.words)
        column.addWidget(self.go)
        column.addStretch(1)
        self.which.currentIndexChanged.connect(self._choose)
        for signal in (self.low.textChanged, self.high.textChanged, self.number.textChanged):
            signal.connect(self._refresh)
        return column

    def _build_plots(self) -> QVBoxLayout:
        nothing = self.tr("No trained run differs in this hyperparameter only.")
        self.plot = LinePlot(self.tr("Validation by value"), legend=False, empty=nothing)
        self.weights = LinePlot(self.tr("Non-zero weights by value"), legend=False)
        for widget in (self.plot, self.weights):
            widget.plot.getAxis("left").enableAutoSIPrefix(False)
        column = QVBoxLayout()
        column.addWidget(self.plot, 3)
        column.addWidget(self.weights, 2)
        return column

    # What is asked ---------------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The chosen hyperparameter."""
        return str(self.which.currentData() or "")

    def values(self) -> list[float]:
        """Values to try; none where the ends are no numbers in their order."""
        schema = self._schemas.get(self.name, {})
        low, high = (parsed(widget.text(), "number", optional=False) for widget in (self.low, self.high))
        number = parsed(self.number.text(), "integer", optional=False)
        if not (isinstance(low, int | float) and isinstance(high, int | float) and low < high):
            return []
        if not (isinstance(number, int) and MIN_VALUES <= number <= MAX_VALUES):
            return []
        found = spread(schema, number, low, high)
        try:
            for run in found:
                self.kind.make(self._values | {self.name: run})
        except WorkbenchError:
            return []
        return found

    def _choose(self) -> None:
        ends = self._schemas.get(self.name, {}).get("search", ("", ""))
        for field, end in zip((self.low, self.high), ends, strict=True):
            field.setText(shown(end) if end != "" else "")
        self._refresh()
        self._draw()

    def _refresh(self, *_: object) -> None:
        new = self._missing()
        listed = ", ".join(shown(number) for number in self.values())
        wrong = self.tr(
            "From and To must be numbers in the range of the hyperparameter; Values must be {least} to {most}."
        )
        self.words.setText(listed or wrong.format(least=MIN_VALUES, most=MAX_VALUES))
        self.go.setText(self.tr("Train 1 run") if len(new) == 1 else self.tr("Train {n} runs").format(n=len(new)))
        self.go.setEnabled(bool(new))

    def _missing(self) -> list[float]:
        """Values of which there is no run, nor one on its way."""
        there = {value for value, info in self._runs().items() if info.state.is_usable or not info.over}
        return [number for number in self.values() if float(number) not in there]

    def _queue(self) -> None:
        for value in self._missing():
            self.session.queue_run(self.kind.name, self._values | {self.name: value}, **self._options)
        self._refresh()

    # What has come out -----------------------------------------------------------------------------------------------

    def _runs(self) -> dict[float, RunInfo]:
        """Runs that differ from what the form says in the chosen one only, by value."""
        runs = sorted(
            self.session.runs.all(), key=lambda info: (info.usable, info.number)
        )  # of two alike the last counts
        now = offered(self.session, usable=False)
        if not now or not self.name:
            return {}
        like = {key: now[-1].spec.get(key) for key in ("data_hash", "filters", "split", "split_settings")}
        like |= {"algorithm": self.kind.name, "hyperparameters": self.kind.make(self._values).model_dump()}
        like["seed"] = self._options.get("seed", 0)
        return {value: runs[at] for value, at in along([info.spec for info in runs], like, self.name).items()}

    def points(self) -> list[tuple[float, str, float, int | None]]:
        """Value, metric, validation and weights that are not zero, of each run that is trained."""
        found = []
        for value, info in self._runs().items():
            judged = validated(info) if info.usable else None
            if judged is not None:
                if info.id not in self._counted:
                    self._counted[info.id] = count_weights(info.folder / "model.safetensors")
                found.append((value, *judged, self._counted[info.id]))
        return found

    def _draw(self, *_: object) -> None:
        points = self.points()
        schema = self._schemas.get(self.name, {})
        title = schema.get("title", self.name)
        kept = [(value, count) for value, _, _, count in points if count is not None]
        metric = metric_title(points[0][1]) if points else ""
        drawn = ((self.plot, metric, [(p[0], p[2]) for p in points]), (self.weights, self.tr("weights ≠ 0"), kept))
        for plot, label, pairs in drawn:
            for old in plot.lines():
                plot.remove_line(old)
            plot.set_labels(title, label)
            if pairs:
                plot.set_line(title, *zip(*pairs, strict=True), markers=True)
            plot.set_log(x=bool(schema.get("log")))
        self.weights.setVisible(bool(kept))
        self._refresh()
