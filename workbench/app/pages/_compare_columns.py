"""The columns of the table of runs, and the table as a file."""

import csv
import io
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QCoreApplication

from workbench.app.columns import SERIES
from workbench.app.pages._curves import LOWER_IS_BETTER
from workbench.app.pages._protocols import key_of
from workbench.app.pages._run_delegates import BOLD, DETAIL, INK, INTERVAL
from workbench.app.pages._run_table import Group, RunColumn
from workbench.app.pages._run_words import (
    NONE,
    STATE_INK,
    duration,
    figure,
    metric_title,
    seconds_of,
    short_title,
    state_words,
    tested,
    validated,
)
from workbench.app.runs import RunInfo
from workbench.metrics import all_metrics

# Shown beside the chosen metric, where they are not it.
BESIDE = ("recall@10", "ndcg@10", "coverage@10")


def _tr(text: str) -> str:
    return QCoreApplication.translate("ComparePage", text)


def metrics_of(runs: Sequence[RunInfo]) -> list[str]:
    """Test metrics that any of these has, as they were first named."""
    names: dict[str, None] = {}
    for info in runs:
        if isinstance(info.metrics, dict):
            names.update(dict.fromkeys(str(one)[:60] for one in info.metrics))
    return list(names)


def is_usual(key: str) -> bool:
    """Whether a metric such as ``ndcg@10`` is one of those that are shown where nobody chose."""
    known = all_metrics().get(key.partition("@")[0])
    return known is not None and known.usual


def columns(
    metric: str, groups: Sequence[Group], details: dict[str, str], testing: Callable[[RunInfo], bool]
) -> list[RunColumn]:
    """Columns for a chosen test metric.

    Parameters
    ----------
    details
        By run id, what tells a run from its like.
    testing
        Whether a run is being tested now.
    """
    spans = {key_of(info): span for group in groups if (span := _span(group, metric)) for info in group.runs[:1]}
    beside = [one for one in BESIDE if one != metric][:2]
    number = {SERIES: lambda info: info.number}
    shown = [
        RunColumn(
            _tr("run"),
            short_title,
            lambda info: short_title(info).lower(),
            lambda info: info.title[:2000],
            extra={**number, DETAIL: lambda info: details.get(info.id, "")},
        ),
        RunColumn(
            _tr("state"),
            lambda info: _tr("Testing…") if testing(info) else state_words(info),
            lambda info: info.state,
            lambda info: info.reason[:600],
            extra={INK: lambda info: "muted" if info.state == "done" else STATE_INK.get(info.state, "muted")},
        ),
        RunColumn(
            _tr("validation"),
            _validation,
            _validation_key,
            lambda info: _full(validated(info)),
            right=True,
            tip=_tr("On the validation part, after the best epoch; it chooses"),
        ),
        _metric_column(metric, bold=True),
        RunColumn(
            _tr("95 % interval"),
            lambda _info: "",
            lambda info: tested(info, metric)[0],
            lambda info: _interval(info, metric),
            extra={**number, INTERVAL: lambda info: _shares(info, metric, spans)},
        ),
    ]
    return [
        *shown,
        *map(_metric_column, beside),
        RunColumn(_tr("time"), lambda info: duration(seconds_of(info)), seconds_of, right=True, tip=_tr("Training")),
    ]


def _metric_column(metric: str, *, bold: bool = False) -> RunColumn:
    return RunColumn(
        metric_title(metric),
        lambda info: figure(tested(info, metric)[0]),
        lambda info: tested(info, metric)[0],
        lambda info: _interval(info, metric),
        right=True,
        tip=_tr("On the test part"),
        extra={BOLD: lambda _info: bold},
    )


def _validation(info: RunInfo) -> str:
    known = validated(info)
    if known is None:
        return NONE
    name, value = known
    return figure(value) if name == "ndcg@10" else f"{metric_title(name)[:20]} {figure(value)}"


def _validation_key(info: RunInfo) -> tuple[str, float] | None:
    """Better ones are larger; different metrics are never mixed."""
    known = validated(info)
    if known is None:
        return None
    name, value = known
    return name, -value if name in LOWER_IS_BETTER else value


def _full(known: tuple[str, float] | None) -> str:
    return f"{metric_title(known[0])} {known[1]!r}" if known is not None else ""


def _interval(info: RunInfo, metric: str) -> str:
    mean, low, high = tested(info, metric)
    if mean is None:
        return ""
    words = f"{metric_title(metric)} {mean!r}"
    return (
        words
        if low is None or high is None
        else f"{words}, {_tr('95 %: {low} to {high}').format(low=figure(low, 4), high=figure(high, 4))}"
    )


def _span(group: Group, metric: str) -> tuple[float, float] | None:
    """Least and greatest end of the intervals of a group."""
    ends = [end for info in group.runs for end in tested(info, metric) if end is not None]
    return (min(ends), max(ends)) if ends else None


def _shares(info: RunInfo, metric: str, spans: dict[str, tuple[float, float]]) -> tuple[float, float, float] | None:
    mean, low, high = tested(info, metric)
    span = spans.get(key_of(info))
    if mean is None or span is None:
        return None
    wide = (span[1] - span[0]) or 1.0
    low, high = (mean if low is None else low), (mean if high is None else high)
    return (low - span[0]) / wide, (mean - span[0]) / wide, (high - span[0]) / wide


def table_text(groups: Sequence[Group], delimiter: str = ",") -> str:
    """All runs with all their figures, one line each; numbers in full, with a point."""
    metrics = metrics_of([info for group in groups for info in group.runs])
    out = io.StringIO()
    write = csv.writer(out, delimiter=delimiter, lineterminator="\n").writerow
    ends = [f"{one}{end}" for one in metrics for end in ("", " low", " high")]
    write(["protocol", "run", "algorithm", "state", "validation metric", "validation", "seconds", *ends])
    for group in groups:
        for info in group.runs:
            name, value = validated(info) or ("", None)
            figures = [end for one in metrics for end in tested(info, one)]
            fields: list[Any] = [
                group.title,
                _safe(info.title),
                info.algorithm,
                info.state,
                name,
                value,
                seconds_of(info),
            ]
            write([*fields, *figures])
    return out.getvalue()


def _safe(text: str) -> str:
    """A title that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text
