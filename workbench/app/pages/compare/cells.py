"""Figures of runs in the table: one run's, and the mean of repeats with its standard error."""

from collections.abc import Sequence

from workbench.app.pages.compare.comparable import is_sampled
from workbench.app.pages.compare.model import Total
from workbench.app.runs.run_store import RunInfo
from workbench.app.runs.run_text import figure, tested, validated
from workbench.app.widgets.translate import translate
from workbench.evaluation.aggregating import together
from workbench.metrics import all_metrics, metric_title

LEAST = 0.0005  # of an error that three digits can show


def figure_of(info: RunInfo, metric: str) -> str:
    """A test metric of a run, which says so where it was sampled."""
    mean = tested(info, metric)[0]
    # Red alone would not be seen by everybody, nor in a copy.
    return (
        translate("ComparePage", "sampled {value}").format(value=figure(mean))
        if mean is not None and is_sampled(info)
        else figure(mean)
    )


def better(value: float | None, metric: str) -> float | None:
    """Better ones are larger, so that a click on the column has the best ones first."""
    known = all_metrics().get(metric.partition("@")[0])
    return -value if value is not None and known is not None and known.higher_is_better is False else value


def metric_total(runs: Sequence[RunInfo], metric: str) -> Total | None:
    """What repeats come to in a test metric; None where fewer than two have it."""
    values = {info.id: mean for info in runs if (mean := tested(info, metric)[0]) is not None}
    return _total(runs, values, metric, all(map(is_sampled, runs)))


def validation_total(runs: Sequence[RunInfo]) -> Total | None:
    """The same of the validation, where all were validated by the same metric."""
    known = {info.id: one for info in runs if (one := validated(info)) is not None}
    names = {name for name, _ in known.values()}
    if len(names) != 1:
        return None
    return _total(runs, {run_id: value for run_id, (_, value) in known.items()}, names.pop())


def _total(runs: Sequence[RunInfo], values: dict[str, float], metric: str, sampled: bool = False) -> Total | None:
    """Mean of repeats and its standard error; None where fewer than two have a number."""
    one = together(list(values), {info.id: info.spec for info in runs}, values)
    if one is None:
        return None
    same = one.low == one.high  # their deviation is then what rounding leaves of 0
    error = figure(one.error) if same or one.error >= LEAST else translate("ComparePage", "<0.001")
    text = f"{figure(one.mean)} ± {error}"
    what = translate("ComparePage", "folds") if one.what == "folds" else translate("ComparePage", "seeds")
    full = translate("ComparePage", "{metric} {mean} ± {error} (standard error; {n} {what}, {low} to {high})").format(
        metric=metric_title(metric),
        mean=figure(one.mean, 4),
        error=figure(one.error, 4),
        n=one.number,
        what=what,
        low=figure(one.low, 4),
        high=figure(one.high, 4),
    )
    return Total(
        translate("ComparePage", "sampled {value}").format(value=text) if sampled else text,
        full,
        better(one.mean, metric),
    )
