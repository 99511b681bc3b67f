"""The hyperparameters of the runs of one algorithm, and what they led to."""

import contextlib
import math
from collections.abc import Sequence
from typing import Any

from pydantic.fields import FieldInfo

from workbench.algorithms import find
from workbench.charts.chart import Across, ParallelChart, Upright
from workbench.charts.runs import ChartRun, Translate, tested
from workbench.errors import WorkbenchError
from workbench.metrics import higher_is_better, metric_title

MAX_HYPERPARAMETERS = 8  # hyperparameters that have room beside each other
TICKS = 6  # values that are written at one axis, if there are no more
Ticks = list[tuple[float, str]]


def hyperparameters(runs: Sequence[ChartRun], metric: str, tr: Translate = str) -> ParallelChart:
    """What these runs of one algorithm differ in, an axis each, and the metric; no axes where they do not differ."""
    title = runs[0].algorithm_title if runs else ""
    unlike = differing(runs)
    key, values = judged(runs, metric)
    if not unlike:
        return ParallelChart(title, [], [])
    fields = _fields(runs[0].algorithm)
    titles = [_title(fields.get(name), name) for name in unlike[:MAX_HYPERPARAMETERS]]
    places, axes = [], []
    for name, told in zip(unlike, titles, strict=False):
        at, ticks = _places([run.hyperparameters.get(name) for run in runs], log=_log(fields.get(name)))
        places.append(at)
        axes.append(Upright(told, ticks))
    at, ticks = _places(values, log=False)
    sign = -1 if higher_is_better(key) is False else 1
    good = [None if value is None else sign * value for value in values]
    shares = _places(good, log=False)[0]
    lines = [
        Across(
            run.name,
            [place[row] for place in (*places, at)],
            None if good[row] is None else shares[row],
            _words(run, list(zip(unlike, titles, strict=False)), key, values[row]),
        )
        for row, run in enumerate(runs)
    ]
    best = max((value for value in good if value is not None), default=None)
    winner = runs[good.index(best)].name if best is not None else ""
    more = (
        tr("{n} more differ").format(n=len(unlike) - MAX_HYPERPARAMETERS) if len(unlike) > MAX_HYPERPARAMETERS else ""
    )
    told = tr("blue: worst, orange: best, thick line: {run}").format(run=winner) if winner else ""
    whole = " · ".join(filter(None, [told, more]))
    return ParallelChart(title, [*axes, Upright(metric_title(key), ticks)], lines, winner, whole)


def judged(runs: Sequence[ChartRun], metric: str) -> tuple[str, list[float | None]]:
    """What runs are judged by, and what each has: the test where it is open, else the validation."""
    if tested(runs, metric):
        return metric, [run.mean(metric) for run in runs]
    known = [run.validated for run in runs]
    name = next((value[0] for value in known if value), metric)
    return name, [value[1] if value and value[0] == name else None for value in known]


def differing(runs: Sequence[ChartRun]) -> list[str]:
    """Hyperparameters in which runs differ, in the order of their declaration."""
    names = dict.fromkeys(name for run in runs for name in run.hyperparameters)
    return [name for name in names if len({repr(run.hyperparameters.get(name)) for run in runs}) > 1]


def _words(run: ChartRun, names: list[tuple[str, str]], key: str, value: float | None) -> str:
    given = [f"{title} {_text(run.hyperparameters.get(name))}" for name, title in names]
    found = f"{metric_title(key)} {value:.4f}" if value is not None else ""
    return f"{run.name}: {', '.join(filter(None, [*given, found]))}"


def _fields(algorithm: str) -> dict[str, FieldInfo]:
    with contextlib.suppress(WorkbenchError):  # of another version
        return dict(find(algorithm).model_fields)
    return {}


def _title(field: FieldInfo | None, name: str) -> str:
    return field.title or name if field is not None else name


def _log(field: FieldInfo | None) -> bool:
    extra = field.json_schema_extra if field is not None else None
    return isinstance(extra, dict) and bool(extra.get("log"))


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "–" if value is None else str(value)[:40]
    return f"{value:,.4g}"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _places(values: Sequence[Any], *, log: bool) -> tuple[list[float], Ticks]:
    """Where each value is on an axis, from 0 to 1, and the words there; what is not known is at the foot."""
    numbers = [value for value in values if _is_number(value)]
    words = {_text(value) for value in values if value is not None} - {_text(number) for number in numbers}
    if words or not numbers:  # words in the order of the alphabet
        order = sorted({_text(value) for value in values})
        by_word = {word: at / max(1, len(order) - 1) for at, word in enumerate(order)}
        return [by_word[_text(value)] for value in values], [(place, word) for word, place in by_word.items()]
    log = log and min(numbers) > 0
    low, high = (math.log(end) if log else float(end) for end in (min(numbers), max(numbers)))
    span = high - low

    def place(one: Any) -> float:
        if one is None or not math.isfinite(one):
            return 0.0
        return ((math.log(one) if log else one) - low) / span if span else 0.5

    told = sorted(set(numbers))
    told = told if len(told) <= TICKS else [told[0], told[-1]]
    return [place(word) for word in values], [(place(word), _text(word)) for word in told]
