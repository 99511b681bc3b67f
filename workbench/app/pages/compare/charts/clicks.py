"""What the lists of runs would have earned on a log of clicks, or how well runs foretell them."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.app.pages.compare.chart import ComparisonChart, Part, chart_runs, fill, scrolled, titles
from workbench.app.plots.bar_rows import BarRows
from workbench.app.runs.run_store import RunInfo
from workbench.app.session.latest import Latest
from workbench.app.session.session import Session
from workbench.app.widgets.basic import Button, Text
from workbench.app.widgets.file_dialog import choose_one
from workbench.app.widgets.theme import SMALL
from workbench.charts.clicks import clicks

MAX_RUNS = 12  # runs
TEMPERATURES = {"lists": None, "1": 1.0, "0.3": 0.3, "0.1": 0.1}
Json = dict[str, Any]


class ClicksChart(ComparisonChart):
    """A bar for each run; what makes a number wrong stands below in red."""

    name, title, order = "clicks", "Clicks", 9

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        kept = self.kept()
        self.log = Path(kept["log"]) if kept.get("log") else None
        self.open = Button(self.tr("Open a log…"), tip=self.tr("A file that says what was shown and what was clicked"))
        self.open.clicked.connect(self._choose_log)
        self.choices.addWidget(self.open)
        self.shown = self.combo(self.tr("How items were chosen that were shown"), 14)
        self.policy = self.combo(self.tr("What is judged of each run"), 14)
        self.estimator = self.combo(self.tr("Estimate"), 10)
        self._offer(kept)
        for combo in (self.shown, self.policy):
            combo.activated.connect(self._choose)
        self.estimator.activated.connect(self._choose_estimator)
        self.bars = BarRows(self.tr("Clicks per impression of each run"))
        self.warning = Text("", SMALL, "error", wrap=True)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(scrolled(self.bars), 1)
        column.addWidget(self.warning)
        self.set_content(content)
        self.choices.removeWidget(self.words)  # the line of choices has no room for it
        self.choices.insertStretch(0, 1)
        foot = self.layout()
        assert isinstance(foot, QVBoxLayout)
        foot.addWidget(self.words)
        self._question = Latest(session, "clicks", self)
        self._question.answered.connect(self._take)
        self._question.failed.connect(self._fail)
        self._asked: Json | None = None
        self._answer: Json | None = None
        self._judged: list[RunInfo] = []

    def _offer(self, kept: Json) -> None:
        shown = {"unknown": self.tr("Shown by a rule not known"), "random": self.tr("Shown at random")}
        fill(self.shown, shown, kept.get("shown"))
        policies = {"lists": self.tr("Its lists")}
        for name in list(TEMPERATURES)[1:]:
            policies[name] = self.tr("Softmax, temperature {t}").format(t=name)
        fill(self.policy, policies, kept.get("policy"))
        estimates = {"snips": "SNIPS", "ips": "IPS", "dr": "DR", "sndr": "SNDR", "switch_dr": "switch-DR", "dm": "DM"}
        fill(self.estimator, estimates, kept.get("estimator"))

    def draw(self) -> None:
        runs = [info for info in self.runs if info.usable][:MAX_RUNS]
        if self.log is None:
            self._forget()
            self.say_nothing(
                self.tr("Open a log of what was shown and clicked to see what these runs would have earned on it.")
            )
            return
        if not runs:
            self._forget()
            self.say_nothing(self.tr("Select one or more trained runs."))
            return
        args = {
            "runs": [str(info.folder) for info in runs],
            "log": str(self.log),
            "softmax": TEMPERATURES[self.policy.currentData()],
            "shown": self.shown.currentData(),
        }
        if args != self._asked:
            self._forget()
            self._asked, self._judged = args, runs
            self.say_nothing(self.tr("Judging by {file}…").format(file=self.log.name))
            self._question.ask(args)
        elif self._answer is not None:
            self._judged = runs
            self._lay(self._answer)

    def _forget(self) -> None:
        self._question.forget()
        self._asked = self._answer = None

    @Slot(object, object)
    def _take(self, _asked: Json, answer: Json) -> None:
        self._answer = answer
        self._lay(answer)

    @Slot(object, str, str)
    def _fail(self, _asked: Json, sentence: str, _details: str) -> None:
        self._asked = None  # the same log may be opened again once it is mended
        self.say_nothing(sentence)

    def _lay(self, answer: Json) -> None:
        for combo in (self.policy, self.estimator):
            combo.setVisible(answer["known"])
        # Asked only where the log does not say.
        self.shown.setVisible("propensity" not in answer["log"]["columns"])
        problems, in_full = self._problems(answer)
        chart = clicks(answer, chart_runs(self._judged), self.estimator.currentData(), self.tr)
        if not chart.groups:
            self.say_nothing(problems)
            return
        self.bars.show_chart(chart)
        self.warning.setText(problems)
        self.warning.setToolTip(in_full)
        self.warning.setVisible(bool(problems))
        assert self.log is not None
        number = answer["log"]["refused_count"]
        one, several = self.tr("1 row of the log left out"), self.tr("{n} rows of the log left out")
        more = [one if number == 1 else several.format(n=f"{number:,}")] if number else []
        self.show_content(" · ".join([f"{self.log.name}: {chart.words}", *more]), chart)

    def _problems(self, answer: Json) -> tuple[str, str]:
        """What makes numbers wrong and of which runs, in short and in full; or why there is no estimate."""
        names = titles(self._judged)
        short: dict[str, list[str]] = {}
        lines: list[str] = []
        full: list[str] = []
        for info, found in zip(self._judged, answer["runs"], strict=True):
            name, red = names[info.id], [light for light in found.get("lights", []) if light["red"]]
            lines += [f"{name}: {found['problem']}"] if "problem" in found else []
            full += [f"{name}: {' '.join(light['sentence'] for light in red)}"] if red else []
            for light in red:
                short.setdefault(self._light_words(light["name"]), []).append(name)
        lines += [f"{words}: {', '.join(runs)}" for words, runs in short.items()]
        if not answer["known"]:
            unknown = self.tr("The log does not say with which probability items were shown:")
            lines.append(f"{unknown} {self.tr('nobody can tell what other lists would have earned.')}")
        return "\n".join(lines), "\n".join(full)

    def _light_words(self, name: str) -> str:
        words = {
            "support": self.tr("Shows what the log never showed there"),
            "mean weight": self.tr("The propensities are not those by which was shown"),
            "effective sample": self.tr("Rests on too few impressions"),
            "largest share": self.tr("Hangs on a single click"),
            "clicks": self.tr("Rests on too few clicks"),
        }
        return words.get(name, name)

    @Slot()
    def _choose_log(self) -> None:
        path = choose_one(self.window(), self.tr("Open a log of what was shown and clicked"))
        if path is not None:
            self.show_log(path)

    def show_log(self, path: Path) -> None:
        """Judge by this log, and remember it with the project."""
        self.log = path
        self.keep(log=str(path))
        self._forget()
        self.draw()

    @Slot()
    def _choose(self) -> None:
        self.keep(shown=self.shown.currentData(), policy=self.policy.currentData())
        self.draw()

    @Slot()
    def _choose_estimator(self) -> None:
        self.keep(estimator=self.estimator.currentData())
        self.draw()

    def parts(self) -> list[Part]:
        return [(self.words.full_text(), self.bars)] if not self.nothing() else []

    def table(self) -> list[list[Any]]:
        if self.nothing() or self._answer is None:
            return []
        names = titles(self._judged)
        rows: list[list[Any]] = [["run", "estimate", "value", "low", "high"]]
        for info, found in zip(self._judged, self._answer["runs"], strict=True):
            foretold = {name: {"value": found.get(name)} for name in ("auc", "gauc", "logloss", "ece")}
            estimates = found.get("estimates") or foretold
            if "problem" not in found:
                rows += [
                    [names[info.id], name, one["value"], one.get("low"), one.get("high")]
                    for name, one in estimates.items()
                ]
        return rows
