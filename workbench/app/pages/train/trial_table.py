"""The trials of a search as a table: where each stands, what it reached, and with which hyperparameters."""

import math
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot

from workbench.algorithms import all_algorithms
from workbench.app.runs.run_text import duration
from workbench.app.runs.search_info import SearchInfo
from workbench.app.tables.column import Column, numbers, texts
from workbench.app.tables.table_view import TableView
from workbench.app.widgets.field import shown
from workbench.app.widgets.theme import theme
from workbench.app.widgets.translate import translate
from workbench.declaring import schema_of
from workbench.metrics import metric_title
from workbench.searching.measuring import is_better_high
from workbench.training.trials import TrialLine, TrialState

MOST_FIELDS = 12  # columns for hyperparameters
VALUE = 2  # the column of what is searched for


class TrialTable(TableView):
    """Best first, or as somebody sorts it; a row is opened by Return or two clicks."""

    opened = Signal(str)
    """Name of a trial's run."""

    def __init__(self) -> None:
        super().__init__(translate("TrialTable", "Trials"))
        self._trials: list[TrialLine] = []
        self._titles: list[str] = []
        self._search = ""
        self.row_opened.connect(self._open)
        theme().changed.connect(self.viewport().update)

    def show_search(self, info: SearchInfo) -> None:
        """Show the trials of a search as they are now."""
        self._trials = [info.trials[number] for number in sorted(info.trials)]
        columns = _columns(info, self._trials)
        titles = [column.title for column in columns]
        if info.id == self._search and titles == self._titles:
            self.renew(columns, len(self._trials))
            self.fit()
            return
        new = info.id != self._search
        self._search, self._titles = info.id, titles
        self.show_columns(columns, len(self._trials))
        if new:
            self.sort_column(VALUE, falling=is_better_high(info.spec.metric))
        else:
            self.renew(columns, len(self._trials))

    def trials(self) -> list[TrialLine]:
        """What is shown, in the order of the rows."""
        model = self.model()
        return [self._trials[model.source_row(row)] for row in range(model.rowCount())]

    @Slot(int)
    def _open(self, source: int) -> None:
        if 0 <= source < len(self._trials) and self._trials[source].run:
            self.opened.emit(self._trials[source].run)


def _columns(info: SearchInfo, trials: list[TrialLine]) -> list[Column]:
    spec, over = info.spec, info.over
    faint = {
        int(Qt.ItemDataRole.ForegroundRole): lambda row: (
            None if trials[row].state is TrialState.DONE else theme().tokens.color("muted")
        )
    }
    columns = [
        numbers(translate("TrialTable", "trial"), [trial.number + 1 for trial in trials]),
        texts(translate("TrialTable", "state"), [state_words(trial, search_over=over) for trial in trials]),
        numbers(metric_title(spec.metric), _values([_counted(trial) for trial in trials]), 4),
    ]
    columns[1].full = lambda row: trials[row].reason or state_words(trials[row], search_over=over)
    if spec.second is not None:
        second = [trial.figures.get(spec.second) for trial in trials]
        columns.append(numbers(goal_title(spec.second), _values(second), 3))
    if len(spec.algorithms) > 1:
        kinds = all_algorithms()
        titles = [kinds[trial.algorithm].title if trial.algorithm in kinds else trial.algorithm for trial in trials]
        columns.append(texts(translate("TrialTable", "algorithm"), titles))
    columns += _hyperparameters(info, trials)
    if any(trial.epochs for trial in trials):
        columns.append(numbers(translate("TrialTable", "epochs"), [trial.epochs for trial in trials]))
    seconds = _values([trial.seconds if trial.state.is_over else None for trial in trials])
    times = numbers(translate("TrialTable", "time"), seconds)
    times.texts = lambda rows: [duration(trials[row].seconds) if trials[row].state.is_over else "" for row in rows]
    columns.append(times)
    for column in columns:
        column.extra = {**(column.extra or {}), **faint}
    return columns


def _hyperparameters(info: SearchInfo, trials: list[TrialLine]) -> list[Column]:
    names: dict[str, str] = {}
    for algorithm in info.spec.algorithms:
        kind = all_algorithms().get(algorithm)
        entries = schema_of(kind).get("properties", {}) if kind is not None else {}
        for name in info.spec.ranges.get(algorithm, {}):
            names.setdefault(name, entries.get(name, {}).get("title", name))
    found = []
    for name, title in list(names.items())[:MOST_FIELDS]:
        values = [trial.hyperparameters.get(name) for trial in trials]
        if all(value is None or (isinstance(value, int | float) and not isinstance(value, bool)) for value in values):
            column = numbers(title, _values(values))
            column.texts = _written(values)
            found.append(column)
        else:
            found.append(texts(title, ["" if value is None else shown(value) for value in values]))
    return found


def _written(values: list[Any]) -> Any:
    return lambda rows: ["" if values[row] is None else f"{values[row]:,.4g}" for row in rows.tolist()]


def _values(values: list[Any]) -> list[float]:
    return [math.nan if value is None else float(value) for value in values]


def _counted(trial: TrialLine) -> float | None:
    """What a trial reached; that of one given up is of fewer epochs, but says why."""
    return trial.value if trial.state.is_over else None


def state_words(trial: TrialLine, *, search_over: bool) -> str:
    """Where a trial stands, in a word or two."""
    if trial.state is TrialState.RUNNING:
        return translate("TrialTable", "interrupted") if search_over else translate("TrialTable", "training")
    if trial.same_as is not None:
        return translate("TrialTable", "as trial {n}").format(n=trial.same_as + 1)
    if trial.state is TrialState.DONE and not trial.feasible:
        return translate("TrialTable", "over a limit")
    words = {
        TrialState.DONE: translate("TrialTable", "done"),
        TrialState.PRUNED: translate("TrialTable", "given up"),
        TrialState.FAILED: translate("TrialTable", "failed"),
    }
    return words[trial.state]


def goal_title(goal: str) -> str:
    """What a second goal is called, with its unit."""
    return {
        "seconds": translate("TrialTable", "training, s"),
        "list-seconds": translate("TrialTable", "a list, s"),
        "megabytes": translate("TrialTable", "model, MB"),
        "novelty": translate("TrialTable", "novelty"),
        "coverage": translate("TrialTable", "coverage"),
    }.get(goal, goal)
