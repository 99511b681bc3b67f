"""What runs would have earned on a log of clicks, with intervals; or how well they foretell them."""

from collections.abc import Sequence
from typing import Any

from workbench.charts.chart import Bar, BarChart, BarGroup
from workbench.charts.runs import ChartRun, Translate

Json = dict[str, Any]
FORETOLD = "auc"


def clicks(answer: Json, runs: Sequence[ChartRun], estimator: str, tr: Translate = str) -> BarChart:
    """The estimate of each run that has one, the best first; without propensities the AUC of its scores."""
    found = [(run, told) for run, told in zip(runs, answer["runs"], strict=True) if "problem" not in told]
    if not answer["known"]:
        groups = [_bar(run, {"value": told[FORETOLD]}, "{:.4f}") for run, told in found if told[FORETOLD] is not None]
        words = tr("area under the curve of the scores over clicks; .5 is chance")
        return BarChart(tr("How well clicks are foretold"), _sorted(groups), words)
    groups = [_bar(run, told["estimates"][estimator], "{:.3%}") for run, told in found]
    logged = found[0][1]["logged"]["value"] if found else 0.0
    words = tr("the log itself: {rate}").format(rate=f"{logged:.3%}")
    interval = (
        tr("lines: 95 % interval") if any(group.bars[0].low is not None for group in groups) else tr("no interval")
    )
    return BarChart(tr("Estimated clicks per impression"), _sorted(groups), f"{words} · {interval}")


def _sorted(groups: list[BarGroup]) -> list[BarGroup]:
    return sorted(groups, key=lambda group: -(group.bars[0].value or 0))


def _bar(run: ChartRun, told: Json, form: str) -> BarGroup:
    value, low, high = told["value"], told.get("low"), told.get("high")
    words = f"{run.name}: {form.format(value)}"
    words += f" ({form.format(low)} – {form.format(high)})" if low is not None else ""
    return BarGroup(run.name, [Bar(run.number, value, low, high, words, run.name)])
