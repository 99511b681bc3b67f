"""Who gains and who loses by another run: every user's difference, the greatest gain first."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from workbench.app.pages.compare.chart import ComparisonChart, Part, fill, stamp, tested_runs, titles
from workbench.app.plots.line_plot import LinePlot
from workbench.app.session.latest import Latest
from workbench.app.session.session import Session
from workbench.app.widgets.basic import Button
from workbench.app.widgets.theme import GRID, SMALL, font, theme
from workbench.charts import people
from workbench.metrics import higher_is_better, metric_title

Json = dict[str, Any]
PLACE, USER = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
FIGURES = (60, 60, 74)  # pixels of the columns of numbers


class UsersChart(ComparisonChart):
    """A click on the curve lists the users there; from the list one goes on to Inspect, with both runs."""

    name, title, order = "users", "Users", 5

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.first, self.second = self.combo(self.tr("From this run")), self.combo(self.tr("To this run"))
        for combo in (self.first, self.second):
            combo.activated.connect(self._choose)
        self.curve = LinePlot(
            self.tr("Difference of each user"), x=self.tr("users, in order"), legend=False, whole=True
        )
        self.curve.view.scene().sigMouseClicked.connect(self._click)
        self.curve.view.setCursor(Qt.CursorShape.PointingHandCursor)
        self.people = QTreeWidget()
        self.people.setRootIsDecorated(False)
        self.people.setFrameShape(QTreeWidget.Shape.NoFrame)
        self.people.setUniformRowHeights(True)
        self.people.setColumnCount(4)
        self.people.header().setStretchLastSection(False)
        self.people.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for at in (1, 2, 3):
            self.people.header().resizeSection(at, FIGURES[at - 1])
            self.people.headerItem().setTextAlignment(at, Qt.AlignmentFlag.AlignRight)
        self.people.setAccessibleName(self.tr("Users"))
        self.people.setFont(font(SMALL, figures=True))
        self.people.itemActivated.connect(self._inspect)
        self.people.currentItemChanged.connect(self._mark)
        self.most = Button(self.tr("Gain most"), "quiet", tip=self.tr("Users who gain most with the second run"))
        self.least = Button(self.tr("Lose most"), "quiet", tip=self.tr("Users who lose most with the second run"))
        self.go = Button(self.tr("Inspect"), tip=self.tr("Inspect the selected user, with both runs side by side"))
        self.most.clicked.connect(self._show_most)
        self.least.clicked.connect(self._show_least)
        self.go.clicked.connect(self._inspect)
        self.set_content(self._built())
        self._curves = Latest(session, "waterfall", self)
        self._people = Latest(session, "waterfall_users", self)
        self._curves.answered.connect(self._take)
        self._curves.failed.connect(self._fail)
        self._people.answered.connect(self._take_people)
        self._asked: tuple[Json, list[str]] | None = None
        self._answer: Json | None = None
        self._offered: list[str] = []
        self._title = ""
        self._tint()
        theme().changed.connect(self._tint)
        self._chosen = self.kept()

    def _built(self) -> QWidget:
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.people, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        for button in (self.most, self.least):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self.go)
        column.addLayout(buttons)
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self.curve, 3)
        row.addWidget(side, 2)
        return both

    def _tint(self) -> None:
        """Choose among the users as quietly as in a table."""
        palette, tokens = self.people.palette(), theme().tokens
        palette.setColor(palette.ColorRole.Highlight, tokens.color("wash"))
        palette.setColor(palette.ColorRole.HighlightedText, tokens.color("text"))
        self.people.setPalette(palette)

    def draw(self) -> None:
        runs = tested_runs(self.runs, self.key)
        if len(runs) < 2:  # noqa: PLR2004 - a comparison
            self._forget()
            self.say_nothing(
                self.tr("Select two runs with the same protocol that were tested with {metric}.").format(
                    metric=metric_title(self.key)
                )
            )
            return
        names = titles(runs)
        if (
            list(names) != self._offered
        ):  # other runs: the first two, unless these were chosen when the project was left
            self._offered = list(names)
            chosen = [self._chosen.get("a"), self._chosen.get("b")]
            a, b = chosen if set(chosen) <= set(names) else self._offered[:2]
            self._chosen = {}
        else:
            a, b = self.first.currentData(), self.second.currentData()
        fill(self.first, names, a)
        fill(self.second, names, b)
        if self.first.currentData() == self.second.currentData():
            self.second.setCurrentIndex(1 if self.first.currentIndex() == 0 else 0)
        by_id = {info.id: info for info in runs}
        pair = [by_id[combo.currentData()] for combo in (self.first, self.second)]
        args = {"a": str(pair[0].folder), "b": str(pair[1].folder), "metric": self.key}
        asked = (args, stamp(pair))
        if asked != self._asked:
            self._forget()
            self._asked = asked
            self.say_nothing(self.tr("Comparing the two runs…"))
            self._curves.ask(args)

    def _forget(self) -> None:
        for question in (self._curves, self._people):
            question.forget()
        self._asked = self._answer = None
        self.people.clear()
        self.curve.clear()

    @Slot(object, object)
    def _take(self, _asked: Json, answer: Json) -> None:
        self._answer = answer
        if not answer["users"]:
            self.say_nothing(self.tr("No user has this metric in both runs."))
            return
        chart = people.gains(answer, self.first.currentText(), self.second.currentText(), self.key, self.tr)
        for line in chart.lines:
            self.curve.set_line(line.key, line.x, line.y, line.number, fill=line.fill)
        self.curve.set_labels(chart.x.label, "")
        self._title = chart.title
        self.show_content(chart.words, chart)
        self.curve.setAccessibleDescription(chart.words)
        self._ask_people(answer["users"] - 1 if self._gains_below() else 0)

    def _gains_below(self) -> bool:
        """Whether less is better, so that those who gain are at the right."""
        return higher_is_better(self.key) is False

    @Slot(object, str, str)
    def _fail(self, _asked: Json, sentence: str, _details: str) -> None:
        self.say_nothing(sentence)

    def _click(self, event: Any) -> None:
        box = self.curve.plot.getViewBox()
        if self._answer is not None and box.sceneBoundingRect().contains(event.scenePos()):
            self.show_users(round(box.mapSceneToView(event.scenePos()).x()) - 1)

    def show_users(self, place: int) -> None:
        """List the users around this place of the curve, from 0."""
        if self._answer is not None:
            self._ask_people(max(0, min(place, self._answer["users"] - 1)))

    def _ask_people(self, place: int) -> None:
        if self._asked is not None:
            self._people.ask(self._asked[0] | {"place": place})

    def _show_most(self) -> None:
        self._to_end(right=self._gains_below())

    def _show_least(self) -> None:
        self._to_end(right=not self._gains_below())

    def _to_end(self, *, right: bool) -> None:
        self.show_users((self._answer or {}).get("users", 1) - 1 if right else 0)

    @Slot(object, object)
    def _take_people(self, asked: Json, people: list[Json]) -> None:
        self.people.clear()
        self.people.setHeaderLabels([self.tr("user"), self.tr("from"), self.tr("to"), self.tr("change")])
        for person in people:
            figures = (f"{person['a']:.3f}", f"{person['b']:.3f}", f"{person['b'] - person['a']:+.3f}")
            item = QTreeWidgetItem([person["user"][:60], *figures])
            item.setData(0, PLACE, person["place"])
            item.setData(0, USER, person["user"])
            for at in (1, 2, 3):
                item.setTextAlignment(at, Qt.AlignmentFlag.AlignRight)
            self.people.addTopLevelItem(item)
            if person["place"] == asked["place"]:
                self.people.setCurrentItem(item)

    @Slot(object, object)
    def _mark(self, item: QTreeWidgetItem | None, _before: object = None) -> None:
        self.go.setEnabled(item is not None)
        self.curve.marks.show_cross(item.data(0, PLACE) + 1 if item is not None else float("nan"))

    @Slot()
    def _inspect(self, *_: object) -> None:
        item = self.people.currentItem()
        if item is None:
            return
        a, b = self.first.currentData(), self.second.currentData()
        self.session.selection.select_user(item.data(0, USER))
        self.session.selection.select_runs(
            [a, b, *(run_id for run_id in self.session.selection.runs if run_id not in (a, b))]
        )
        self.session.request_page("inspect", beside=b)

    def _choose(self) -> None:
        self.keep(a=self.first.currentData(), b=self.second.currentData())
        self.draw()

    def parts(self) -> list[Part]:
        if self.nothing() or self._answer is None:
            return []
        told = self.tr("{gain:,} gain, {lose:,} lose").format(gain=self._answer["gain"], lose=self._answer["lose"])
        return [(f"{self._title}: {told}", self.curve)]

    def table(self) -> list[list[Any]]:
        return [["user"]] if not self.nothing() else []  # all users, which a job writes

    def write_table(self, path: Path) -> bool:
        if self._asked is None:
            return True
        title = self.tr("Writing {file}").format(file=path.name)
        self.session.jobs.submit(
            "waterfall_file", self._asked[0] | {"output": str(path)}, title=title, done=self._written
        )
        return False

    @Slot(object)
    def _written(self, _answer: Json) -> None:
        self.session.notice.emit("ok", self.tr("The values of all users were saved"))
