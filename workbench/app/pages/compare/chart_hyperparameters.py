"""The hyperparameters of the runs of one algorithm as lines across axes, coloured by what they led to."""

import math
from typing import Any

from workbench.algorithms import Algorithm
from workbench.app.pages.compare.cells import better
from workbench.app.pages.compare.chart import ComparePicture, Part, fill, tested_runs, titles
from workbench.app.plots.parallel_plot import Across, ParallelPlot, Upright
from workbench.app.runs.run_store import RunInfo
from workbench.app.runs.run_text import algorithm_of, tested, validated
from workbench.app.session.session import Session
from workbench.metrics import metric_title

MOST = 8  # hyperparameters that have room beside each other
TICKS = 6  # values that are written at one axis, if there are no more
Values = dict[str, Any]


class ParallelPicture(ComparePicture):
    """Only what the runs differ in has an axis; the last one is the metric."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.algorithm = self.combo(self.tr("Algorithm"))
        self.algorithm.activated.connect(self.draw)
        self.lines = ParallelPlot(self.tr("Hyperparameters and results"))
        self.set_content(self.lines)

    def draw(self) -> None:
        names: dict[str, str] = {}
        several = [one.algorithm for one in self.runs]
        for info in self.runs:
            kind = algorithm_of(info)
            if kind is not None and several.count(info.algorithm) > 1:
                names[info.algorithm] = kind.title
        fill(self.algorithm, names)
        self.algorithm.setVisible(len(names) > 1)
        runs, key, values = self._shown()
        unlike = differing(runs)
        if not names or not unlike:
            self.say_nothing(
                self.tr("Select two or more runs of one algorithm with different hyperparameters.")
                if not names
                else self.tr("These runs of {algorithm} have the same hyperparameters. Train one with others.").format(
                    algorithm=self.algorithm.currentText()
                )
            )
            return
        kind = algorithm_of(runs[0])
        axes = []
        for name in unlike[:MOST]:
            given = [one.spec["hyperparameters"].get(name) for one in runs]
            axes.append((_title(kind, name), *_places(given, log=_log(kind, name))))
        axes.append((metric_title(key), *_places(values, log=False)))
        good = [better(value, key) if value is not None else None for value in values]
        shares = _places(good, log=False)[0]
        best = max((one for one in good if one is not None), default=None)
        titled = titles(runs)
        lines = [
            Across(
                titled[info.id],
                [places[at] for _, places, _ in axes],
                shares[at] if good[at] is not None else None,
                self._words(titled[info.id], info, unlike, key, values[at]),
            )
            for at, info in enumerate(runs)
        ]
        winner = titled[runs[good.index(best)].id] if best is not None else ""
        self.lines.set_lines([Upright(name, ticks) for name, _, ticks in axes], lines, winner)
        more = self.tr("{n} more differ").format(n=len(unlike) - MOST) if len(unlike) > MOST else ""
        told = self.tr("blue: worst, orange: best, drawn wide: {run}").format(run=winner) if winner else ""
        self.show_content(" · ".join(filter(None, [told, more])))

    def _shown(self) -> tuple[list[RunInfo], str, list[float | None]]:
        """Runs of the chosen algorithm, and what they are judged by: the test where it is open, else the validation."""
        runs = [info for info in self.runs if info.algorithm == self.algorithm.currentData()]
        if tested_runs(runs, self.key):
            return runs, self.key, [tested(info, self.key)[0] for info in runs]
        known = [validated(info) for info in runs]
        name = next((one[0] for one in known if one), self.key)
        return runs, name, [one[1] if one and one[0] == name else None for one in known]

    def _words(self, title: str, info: RunInfo, names: list[str], key: str, value: float | None) -> str:
        kind = algorithm_of(info)
        given = [f"{_title(kind, name)} {_text(info.spec['hyperparameters'].get(name))}" for name in names[:MOST]]
        found = f"{metric_title(key)} {value:.4f}" if value is not None else ""
        return f"{title}: {', '.join(filter(None, [*given, found]))}"

    def parts(self) -> list[Part]:
        return [(f"{self.algorithm.currentText()}: {self.words.full_text()}", self.lines)] if not self.nothing() else []

    def table(self) -> list[list[Any]]:
        if self.nothing():
            return []
        runs, key, values = self._shown()
        names, titled = differing(runs), titles(runs)
        rows = [[titled[one.id], *(one.spec["hyperparameters"].get(name) for name in names)] for one in runs]
        return [["run", *names, key], *([*row, value] for row, value in zip(rows, values, strict=True))]


def differing(runs: list[RunInfo]) -> list[str]:
    """Hyperparameters in which runs differ, in the order of their declaration."""
    given: list[Values] = [dict(info.spec.get("hyperparameters") or {}) for info in runs]
    names = dict.fromkeys(name for one in given for name in one)
    return [name for name in names if len({repr(one.get(name)) for one in given}) > 1]


def _title(kind: type[Algorithm] | None, name: str) -> str:
    field = kind.model_fields.get(name) if kind is not None else None
    return field.title or name if field is not None else name


def _log(kind: type[Algorithm] | None, name: str) -> bool:
    field = kind.model_fields.get(name) if kind is not None else None
    extra = field.json_schema_extra if field is not None else None
    return isinstance(extra, dict) and bool(extra.get("log"))


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "–" if value is None else str(value)[:40]
    return f"{value:,.4g}"


def _places(values: list[Any], *, log: bool) -> tuple[list[float], list[tuple[float, str]]]:
    """Where each value is on an axis, from 0 to 1, and the words there; what is not known is at the foot."""
    numbers = [
        one for one in values if isinstance(one, int | float) and not isinstance(one, bool) and math.isfinite(one)
    ]
    words = {_text(one) for one in values if one is not None} - {_text(one) for one in numbers}
    if words or not numbers:  # words in the order of the alphabet
        order = sorted({_text(one) for one in values})
        by_word = {one: at / max(1, len(order) - 1) for at, one in enumerate(order)}
        return [by_word[_text(one)] for one in values], [(place, one) for one, place in by_word.items()]
    log = log and min(numbers) > 0
    low, high = (math.log(end) if log else float(end) for end in (min(numbers), max(numbers)))
    span = high - low

    def place(one: Any) -> float:
        if one is None or not math.isfinite(one):
            return 0.0
        return ((math.log(one) if log else one) - low) / span if span else 0.5

    told = sorted(set(numbers))
    told = told if len(told) <= TICKS else [told[0], told[-1]]
    return [place(one) for one in values], [(place(one), _text(one)) for one in told]
