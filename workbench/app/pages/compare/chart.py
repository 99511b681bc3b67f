"""What all charts of the page Compare share."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QScrollArea, QStackedLayout, QVBoxLayout, QWidget

from workbench.app.runs.run_store import RunInfo
from workbench.app.runs.run_text import algorithm_of, seconds_of, short_title, tested, validated
from workbench.app.session.session import Session
from workbench.app.widgets.basic import Elided, Text
from workbench.app.widgets.quiet import QuietBox
from workbench.app.widgets.theme import GRID, SMALL
from workbench.charts.chart import Chart
from workbench.charts.runs import ChartRun
from workbench.data.reading.text.cells import row_writer
from workbench.files import whole_file

Part = tuple[str, Any]
"""A title, and a plot or another widget with a `view`."""


class ComparisonChart(QWidget):
    """A line of words and choices, and under it what is drawn, or a sentence on why there is nothing to draw.

    To add one, add a file to ``charts`` with one subclass: put choices into `self.choices`, the drawing into
    `set_content`, and write `draw`. The page finds it.

    Class attributes
    -----------
    name : id, as in the name of a file that is saved (lower case, words joined by underscores)
    title : on its tab
    order : place among the tabs, from 1
    """

    name: ClassVar[str] = ""
    title: ClassVar[str] = ""
    order: ClassVar[int] = 0

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.runs: list[RunInfo] = []
        self.key = ""  # of the metric, such as ndcg@10
        self._described: list[Chart] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.words = Elided("", SMALL, "muted")
        self.choices = QHBoxLayout()
        self.choices.setSpacing(GRID)
        self.choices.addWidget(self.words, 1)
        column.addLayout(self.choices)
        self._stack = QStackedLayout()
        column.addLayout(self._stack, 1)  # before anything is in it, which would be shown as a window of its own
        self._nothing = Text("", ink="muted", wrap=True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack.addWidget(self._nothing)

    def show_runs(self, runs: Sequence[RunInfo], metric: str) -> None:
        """Show these runs, which may be compared, by a test metric."""
        self.runs, self.key = list(runs), metric
        self.draw()

    def draw(self) -> None:
        """Draw `runs` by `metric`; called again whenever something is new."""
        raise NotImplementedError

    @property
    def over(self) -> bool:
        """Whether all is drawn that is to be."""
        return True

    def finish(self) -> None:
        """Draw now what would come in a moment."""

    def described(self) -> list[Chart]:
        """What is drawn, as the report draws it too; one of them under another in a file."""
        return list(self._described)

    def parts(self) -> list[Part]:
        """What is drawn into an image, one part under another."""
        return []

    def named(self) -> list[RunInfo]:
        """Runs that a file has to name, because only the window's legend or pointer does."""
        return []

    def table(self) -> list[list[Any]]:
        """The numbers that are shown, in full; names of the columns first. Empty where there are none."""
        return []

    def write_table(self, path: Path) -> bool:
        """Write them to a .csv file; False where that is done later, by a job. Raises WorkbenchError."""
        with whole_file(path) as part, part.open("w", encoding="utf-8", newline="") as file:
            write = row_writer(file)
            for row in self.table():
                write(row)
        return True

    def nothing(self) -> str:
        """The sentence that is shown where there is nothing to draw; "" where there is."""
        return self._nothing.text() if self._stack.currentIndex() == 0 else ""

    def set_content(self, widget: QWidget) -> None:
        """What is drawn, in place of the sentence."""
        self._stack.addWidget(widget)

    def say_nothing(self, sentence: str) -> None:
        """Say why there is nothing to draw, and what to do."""
        self._described = []
        self._nothing.setText(sentence)
        self.words.set_text("")
        self._stack.setCurrentIndex(0)

    def show_content(self, words: str = "", *described: Chart) -> None:
        """Show what is drawn of these descriptions, with a line of words above it."""
        self._described = list(described)
        self.words.set_text(words)
        self._stack.setCurrentIndex(1)

    def combo(self, name: str, letters: int = 12) -> QComboBox:
        """A choice at the right end of the line."""
        made = QuietBox()
        made.setAccessibleName(name)
        made.setToolTip(name)
        made.setMinimumContentsLength(letters)
        made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.choices.addWidget(made)
        return made

    def kept(self) -> dict[str, Any]:
        """What the person chose in this picture, by name, kept with the project."""
        found = self.session.project.view("pictures").get(type(self).__name__)
        chosen = found.items() if isinstance(found, dict) else ()
        return {name: choice for name, choice in chosen if isinstance(choice, str)}

    def keep(self, **chosen: Any) -> None:
        """Keep what the person chose."""
        self.session.project.set_view(
            "pictures", self.session.project.view("pictures") | {type(self).__name__: self.kept() | chosen}
        )


def fill(combo: QComboBox, names: dict[str, str], wanted: str | None = None) -> None:
    """Offer these (key to text), and keep what was chosen, or choose `wanted`."""
    current = wanted if wanted in names else combo.currentData()
    if [combo.itemData(at) for at in range(combo.count())] != list(names) or [
        combo.itemText(at) for at in range(combo.count())
    ] != list(names.values()):
        combo.clear()
        for key, text in names.items():
            combo.addItem(text, key)
    combo.setCurrentIndex(max(0, combo.findData(current)) if names else -1)


def tested_runs(runs: Sequence[RunInfo], metric: str) -> list[RunInfo]:
    """Those whose test is open and found this metric."""
    return [info for info in runs if tested(info, metric)[0] is not None]


def titles(runs: Sequence[RunInfo]) -> dict[str, str]:
    """By run id, a title on one line, different for each: the id follows where two are called alike."""
    names = {info.id: short_title(info) for info in runs}
    several = [name for name in names.values() if list(names.values()).count(name) > 1]
    return {entry: f"{name} ({entry})" if name in several else name for entry, name in names.items()}


def chart_runs(runs: Sequence[RunInfo]) -> list[ChartRun]:
    """What charts have to know of runs."""
    names = titles(runs)
    found = []
    for info in runs:
        kind = algorithm_of(info)
        settings = info.spec.get("hyperparameters")
        found.append(
            ChartRun(
                info.id,
                names[info.id],
                info.number,
                info.algorithm,
                kind.title if kind is not None else "",
                info.metrics if isinstance(info.metrics, dict) else {},
                seconds_of(info),
                validated(info),
                settings if isinstance(settings, dict) else {},
            )
        )
    return found


def stamp(runs: Sequence[RunInfo]) -> list[str]:
    """Changes when one of the runs was tested again."""
    return [str((info.evaluation or {}).get("at")) for info in runs]


def scrolled(rows: QWidget) -> QScrollArea:
    """Rows in something that scrolls."""
    area = QScrollArea()
    area.setWidget(rows)
    area.setWidgetResizable(True)
    area.setAccessibleName(rows.accessibleName())
    area.viewport().setAutoFillBackground(False)
    rows.setAutoFillBackground(False)
    return area
