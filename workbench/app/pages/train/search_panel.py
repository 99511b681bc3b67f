"""One search while it is at work and afterwards: how far it is, what it has found, and the orders that it takes."""

from typing import Any

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QStackedWidget, QVBoxLayout, QWidget

from workbench.algorithms import all_algorithms
from workbench.app.pages.train.fitted_label import Fitting
from workbench.app.pages.train.trial_table import TrialTable, goal_title
from workbench.app.plots.line_plot import LinePlot
from workbench.app.plots.parallel_plot import ParallelPlot
from workbench.app.plots.scatter_plot import ScatterPlot
from workbench.app.runs.search_info import SearchInfo
from workbench.app.runs.state_text import STATE_INK, state_title
from workbench.app.session.now import now_of
from workbench.app.session.search_changes import remove_search
from workbench.app.session.session import Session
from workbench.app.widgets.basic import Button, Card, Elided, Text, show_if
from workbench.app.widgets.deferred import Deferred
from workbench.app.widgets.tabs import Tabs
from workbench.app.widgets.theme import GRID, SMALL, theme
from workbench.app.widgets.translate import translate
from workbench.charts import searches as charts
from workbench.charts.runs import ChartRun
from workbench.charts.settings import hyperparameters
from workbench.metrics import metric_title
from workbench.searching.measuring import is_better_high
from workbench.training.run_state import RunState
from workbench.training.trials import FINAL, TrialLine, TrialState

FRAME_MS = 250  # between two drawings
MORE = 20  # trials that a search that is done can go on for


class SearchPanel(QWidget):
    """Follows the selected search."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._soon = QTimer(self, singleShot=True, interval=FRAME_MS)
        self._soon.timeout.connect(self.refresh)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addLayout(self._build_head())
        self.state = Text("", ink="muted", wrap=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        self.bar.setAccessibleName(self.tr("Progress of the search"))
        self.apart = Text("", SMALL, "muted", wrap=True)
        self.problem = Text("", ink="error", wrap=True)
        self.words = Text("", SMALL, "muted", wrap=True)
        self.tabs = Tabs({
            "best": self.tr("Best so far"), "goals": self.tr("Both goals"), "parallel": self.tr("Hyperparameters"),
        })  # fmt: skip
        self.tabs.chosen.connect(self._draw)
        self.told = Elided("", SMALL, "muted")
        self._pictures = QStackedWidget()
        self.table = TrialTable()
        self.table.opened.connect(self._open_run)
        said = Fitting()
        above = QVBoxLayout(said)
        above.setContentsMargins(4, 0, 0, 0)
        above.setSpacing(GRID)
        for widget in (self.state, self.bar, self.apart, self.problem, self.words):
            above.addWidget(widget)
        column.addWidget(said)
        row = QHBoxLayout()
        row.addWidget(self.tabs)
        row.addWidget(self.told, 1)
        column.addLayout(row)
        card = Card()
        card.body.setContentsMargins(GRID, GRID, GRID, GRID)
        card.add(self._pictures, 1)
        card.setMinimumHeight(18 * GRID)
        column.addWidget(card, 5)
        column.addWidget(self.table, 4)
        for signal in (session.searches.changed, session.selection.changed, session.runs.changed):
            signal.connect(self._hear)
        session.searches.search_changed.connect(self._hear_search)
        theme().changed.connect(self._draw)

    def _build_head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(4, 0, 0, 0)
        row.setSpacing(GRID)
        self.title = Elided("", bold=True)
        row.addWidget(self.title, 1)
        self.stop = Button(
            self.tr("Stop and keep"), "quiet", tip=self.tr("End the search; what it has found stays, and it can go on")
        )
        self.go_on = Button(
            self.tr("Continue"), "quiet", tip=self.tr("Continue exactly where it ended; nothing is tried twice")
        )
        self.more = Button(
            self.tr("{n} more trials").format(n=MORE), "quiet", tip=self.tr("Search on from what is known")
        )
        self.delete = Button(
            self.tr("Delete"), "quiet", tip=self.tr("Remove the search and its runs; undo brings them back")
        )
        self.train_best = Button(
            self.tr("Train the best"),
            tip=self.tr("Train the best trial's hyperparameters once more, on train and validation together"),
        )
        pairs = (
            (self.stop, self._stop), (self.go_on, self._go_on), (self.more, self._go_on_longer),
            (self.delete, self._delete), (self.train_best, self._train_best),
        )  # fmt: skip
        for button, order in pairs:
            button.clicked.connect(order)
            row.addWidget(button)
        return row

    @Deferred
    def best(self) -> LinePlot:
        """The best value after each trial."""
        plot = LinePlot(
            self.tr("Best so far"),
            whole=True,
            legend=False,
            empty=self.tr("The best value after each trial will be drawn here."),
        )
        plot.plot.getAxis("left").enableAutoSIPrefix(False)
        return self._picture(plot)

    @Deferred
    def goals(self) -> ScatterPlot:
        """Both goals of each trial, and the front."""
        return self._picture(
            ScatterPlot(self.tr("Both goals"), empty=self.tr("Each trial will be a point between both goals."))
        )

    @Deferred
    def parallel(self) -> ParallelPlot:
        """Which hyperparameters led to what."""
        return self._picture(ParallelPlot(self.tr("Hyperparameters and results")))

    def _picture(self, made: Any) -> Any:
        self._pictures.addWidget(made)
        return made

    @property
    def info(self) -> SearchInfo | None:
        """The search that is shown."""
        return self.session.searches.get(self.session.selection.search)

    # Following -----------------------------------------------------------------------------------------------------

    @Slot()
    def _hear(self, *_: object) -> None:
        if self.isVisible():
            self._later()

    @Slot(str)
    def _hear_search(self, search_id: str) -> None:
        if self.isVisible() and search_id == self.session.selection.search:
            self._later()

    def _later(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Catch up with the search; nothing happens while nobody looks."""
        info = self.info
        if info is None or not self.isVisible():
            return
        self._say(info)
        self.table.show_search(info)
        self._draw()

    def _say(self, info: SearchInfo) -> None:
        searches = self.session.searches
        self.title.set_text(info.title)
        stopping = searches.is_stopping(info.id)
        self.state.setText(self.tr("Stopping…") if stopping else state_words(info))
        self.state.set_ink(STATE_INK.get(info.state, "muted"))
        self.problem.setText(info.status.reason)
        show_if(self.problem, bool(info.status.reason))
        show_if(self.bar, not info.over)
        share = info.fraction
        self.bar.setRange(0, 1000 if share >= 0 else 0)
        self.bar.setValue(round(1000 * max(share, 0.0)))
        apart = now_of(self.session).mark_in_full(_terms(info))
        self.apart.setText(apart[:1].upper() + apart[1:])
        show_if(self.apart, bool(apart))
        best = info.best
        self.words.setText(honest_words(info))
        show_if(self.words, best is not None)
        self.stop.setText(self.tr("Stop now") if stopping else self.tr("Stop and keep"))
        ended = info.over and info not in searches.all_active()
        show_if(self.stop, not ended)
        show_if(self.go_on, ended and info.state.is_resumable)
        show_if(self.more, ended and info.state is RunState.DONE)
        show_if(self.delete, ended)
        show_if(self.train_best, best is not None and ended)
        final = best is not None and self.session.runs.get(f"{best.run}{FINAL}") is not None
        self.train_best.setText(self.tr("Show the best") if final else self.tr("Train the best"))

    # Pictures ------------------------------------------------------------------------------------------------------

    @Slot()
    def _draw(self, *_: object) -> None:
        info = self.info
        if info is None or not self.isVisible():
            return
        show_if(self.tabs.buttons["goals"], info.spec.second is not None)
        if info.spec.second is None and self.tabs.current == "goals":
            self.tabs.buttons["best"].setChecked(True)
        draw = {"best": self._draw_best, "goals": self._draw_goals, "parallel": self._draw_parallel}
        self.told.set_text(draw[self.tabs.current](info))

    def _draw_best(self, info: SearchInfo) -> str:
        trials = [(trial.number, trial.value if _counts(trial) else None) for trial in info.ended_trials]
        metric = metric_title(info.spec.metric)
        chart = charts.best_so_far(trials, metric, higher=is_better_high(info.spec.metric), tr=self.tr)
        self._pictures.setCurrentWidget(self.best)
        self.best.set_labels(chart.x.label, chart.y.label)
        keys = {line.key for line in chart.lines}
        for old in self.best.lines():
            if old not in keys:
                self.best.remove_line(old)
        for line in chart.lines:
            self.best.set_line(
                line.key, line.x, line.y, line.number, markers=line.markers or len(line.x) == 1, faint=line.markers
            )
        return chart.words

    def _draw_goals(self, info: SearchInfo) -> str:
        from workbench.searching.standing import front_of

        second = str(info.spec.second)
        done = [trial for trial in info.ended_trials if _counts(trial)]
        front = [trial.number for trial in front_of(done, info.spec)]
        points = [(trial.number, trial.value, trial.figures.get(second)) for trial in done]
        chart = charts.two_goals(points, front, metric_title(info.spec.metric), goal_title(second))
        self._pictures.setCurrentWidget(self.goals)
        self.goals.show_chart(chart)
        return front_words(len(front))

    def _draw_parallel(self, info: SearchInfo) -> str:
        """Of several algorithms that of the best trial."""
        best = info.best
        algorithm = best.algorithm if best is not None else info.spec.algorithms[0]
        kind = all_algorithms().get(algorithm)
        title = kind.title if kind is not None else algorithm
        runs = [
            ChartRun(
                str(trial.number), self.tr("trial {n}").format(n=trial.number + 1), trial.number, algorithm, title,
                validated=None if trial.value is None else (info.spec.metric, trial.value),
                hyperparameters=trial.hyperparameters,
            )
            for trial in info.ended_trials
            if trial.algorithm == algorithm and trial.state is not TrialState.FAILED
        ]  # fmt: skip
        chart = hyperparameters(runs, info.spec.metric, self.tr)
        self._pictures.setCurrentWidget(self.parallel)
        self.parallel.show_chart(chart)
        if not chart.axes:
            return self.tr("Drawn when two trials have ended")
        return f"{title}: {chart.words}" if len(info.spec.algorithms) > 1 else chart.words

    # Orders --------------------------------------------------------------------------------------------------------

    @Slot()
    def _stop(self) -> None:
        self.session.searches.stop(self.session.selection.search)
        self.refresh()

    @Slot()
    def _go_on(self) -> None:
        self.session.searches.go_on(self.session.selection.search)
        self.refresh()

    @Slot()
    def _go_on_longer(self) -> None:
        self.session.searches.go_on(self.session.selection.search, MORE)
        self.refresh()

    @Slot()
    def _delete(self) -> None:
        words = remove_search(self.session, self.session.selection.search)
        if words:
            self.session.notice.emit("info", words + " · " + self.tr("Ctrl+Z brings it back"))

    @Slot()
    def _train_best(self) -> None:
        run_id = self.session.searches.train_best(self.session.selection.search)
        if run_id:
            self.session.selection.select_runs([run_id])

    @Slot(str)
    def _open_run(self, run_id: str) -> None:
        if self.session.runs.get(run_id) is not None:
            self.session.selection.select_runs([run_id])


def _terms(info: SearchInfo) -> dict[str, Any]:
    """What decides whether its trials may be compared with the next run."""
    found = info.spec.model_dump(include={"data_hash", "split", "split_settings"})
    return found | {"filters": [chosen.model_dump() for chosen in info.spec.filters]}


def _counts(trial: TrialLine) -> bool:
    return trial.state is TrialState.DONE and trial.feasible


def state_words(info: SearchInfo) -> str:
    """How far a search is, in a line."""
    done, trials = len(info.ended_trials), info.spec.trials
    parts = [translate("SearchPanel", "Searching") if info.state is RunState.RUNNING else state_title(info.state)]
    if trials:
        parts.append(translate("SearchPanel", "{n} of {m} trials").format(n=done, m=trials))
    else:
        words = translate("SearchPanel", "{n} trials in {m} minutes at most")
        parts.append(words.format(n=done, m=f"{info.spec.minutes:g}"))
    given_up, failed = info.count(TrialState.PRUNED), info.count(TrialState.FAILED)
    parts += [translate("SearchPanel", "{n} given up early").format(n=given_up)] if given_up else []
    parts += [translate("SearchPanel", "{n} failed").format(n=failed)] if failed else []
    return " · ".join(parts)


def front_words(count: int) -> str:
    """How many trials are on the front of two goals."""
    if count == 1:
        return translate("SearchPanel", "1 trial is best in both")
    return translate("SearchPanel", "{n} trials on the front").format(n=count) if count else ""


def honest_words(info: SearchInfo) -> str:
    """The best value, and how far it may be trusted."""
    best = info.best
    if best is None or best.value is None:
        return ""
    words = translate(
        "SearchPanel",
        "Trial {trial} is the best of {n}: {metric} {value:.4f} on validation, which is optimistic for the best of many. "
        "Open the test once, for the run you will use.",
    )
    metric = metric_title(info.spec.metric)
    return words.format(trial=best.number + 1, n=len(info.ended_trials), metric=metric, value=best.value)
