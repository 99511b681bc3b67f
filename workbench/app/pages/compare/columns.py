"""The columns of the table of runs: which there are, and what they say."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtGui import QFontMetricsF

from workbench.app.pages.compare.cells import better, figure_of, metric_total, validation_total
from workbench.app.pages.compare.comparable import is_sampled
from workbench.app.pages.compare.delegates import BOLD, DETAIL, INK, INTERVAL, LIGHTS
from workbench.app.pages.compare.grouping import details, leaves
from workbench.app.pages.compare.leak_checks import leaks_of, lights, lights_in_full, lights_words
from workbench.app.pages.compare.model import Group, RunColumn
from workbench.app.runs.curve import LOWER_IS_BETTER
from workbench.app.runs.run_store import RunInfo
from workbench.app.runs.run_text import (
    NONE,
    algorithm_of,
    duration,
    figure,
    seconds_of,
    short_title,
    state_text,
    tested,
    validated,
)
from workbench.app.runs.state_text import STATE_INK
from workbench.app.tables.column import SERIES
from workbench.app.widgets.theme import GRID, SMALL, font
from workbench.app.widgets.translate import translate
from workbench.metrics import all_metrics, metric_title
from workbench.training.run_state import RunState

# Shown beside the chosen metric, where they are not it.
BESIDE = ("recall@10", "ndcg@10", "coverage@10")
TEST = "test:"
SUMMED, BOLDER = 110, 10  # pixels for a mean with its error, and how much more they take in bold
SAMPLED = 128  # pixels for a figure with the word that it is sampled


def plain() -> dict[str, str]:
    """Columns that do not depend on what was measured: name to title."""
    return {
        "state": translate("ComparePage", "state"),
        "algorithm": translate("ComparePage", "algorithm"),
        "tags": translate("ComparePage", "tags"),
        "validation": translate("ComparePage", "validation"),
        "interval": translate("ComparePage", "95 % interval"),
        "checks": translate("ComparePage", "checks"),
        "epochs": translate("ComparePage", "epochs"),
        "seconds": translate("ComparePage", "time"),
        "note": translate("ComparePage", "note"),
    }


def metrics_of(runs: Sequence[RunInfo]) -> list[str]:
    """Test metrics that any of these has, as they were first named."""
    # Most runs have the same ones, and there are many.
    kinds = dict.fromkeys(tuple(info.metrics) for info in runs if isinstance(info.metrics, dict))
    return list(dict.fromkeys(str(option)[:60] for kind in kinds for option in kind))


def is_usual(key: str) -> bool:
    """Whether a metric such as ``ndcg@10`` is one of those that are shown where nobody chose."""
    known = all_metrics().get(key.partition("@")[0])
    return known is not None and known.usual


def choices(runs: Sequence[RunInfo]) -> dict[str, str]:
    """Columns that can be chosen beside the name and the chosen metric: name to title; metrics begin with ``test:``."""
    metrics = sorted(metrics_of(runs), key=lambda one: not is_usual(one))
    return plain() | {f"{TEST}{metric}": metric_title(metric) for metric in metrics}


def usual_columns(metric: str) -> list[str]:
    """Columns that are shown where nobody chose."""
    beside = [f"{TEST}{one}" for one in BESIDE if one != metric][:2]
    return ["state", "validation", "interval", *beside, "checks", "seconds"]


def columns(
    metric: str,
    groups: Sequence[Group],
    rows: Sequence[Group],
    testing: Callable[[RunInfo], bool],
    chosen: Sequence[str] | None = None,
) -> list[RunColumn]:
    """Columns for a chosen test metric.

    Parameters
    ----------
    groups
        Runs that may be compared, whose intervals share one scale.
    rows
        The same runs as they are shown, divided further perhaps.
    testing
        Whether a run is being tested now.
    chosen
        Names of the columns to show, as in `choices`; the usual ones where left out.
    """
    spans = {info.id: span for group in groups if (span := _span(group, metric)) for info in group.runs}
    wanted = usual_columns(metric) if chosen is None else list(chosen)
    found = _plain_columns(details(rows), testing)
    found["metric"] = _metric_column(metric, bold=True)
    found["interval"] = RunColumn(
        "interval",
        plain()["interval"],
        lambda _info: "",
        lambda info: better(tested(info, metric)[0], metric),
        lambda info: _interval(info, metric),
        extra={SERIES: lambda info: info.number, INTERVAL: lambda info: _shares(info, metric, spans)},
        width=104,
    )
    others = [key.removeprefix(TEST) for key in wanted if key.startswith(TEST) and key != f"{TEST}{metric}"]
    found |= {f"{TEST}{other}": _metric_column(other) for other in others}
    if any(is_sampled(info) for group in groups for info in group.runs):
        for name in ("metric", *(f"{TEST}{other}" for other in others)):
            found[name].width = max(found[name].width, SAMPLED)
    if any(leaf.summed for group in rows for leaf in leaves(group)):  # a mean and its error stand there
        for column in found.values():
            wide = SUMMED + (BOLDER if column.name == "metric" else 0)
            column.width = max(column.width, wide) if column.total is not None else column.width
    order = ["state", "algorithm", "tags", "validation", "metric", "interval", *(f"{TEST}{other}" for other in others)]
    order += ["checks", "epochs", "seconds", "note"]
    return [found["run"], *(found[key] for key in order if key in wanted or key == "metric")]


def _plain_columns(apart: dict[str, str], testing: Callable[[RunInfo], bool]) -> dict[str, RunColumn]:
    """What is known of a run without its test, and what the checks of the test found."""
    titles = plain()
    all_columns = [
        RunColumn(
            "run",
            translate("ComparePage", "run"),
            short_title,
            lambda info: short_title(info).lower(),
            _whole_title,
            extra={SERIES: lambda info: info.number, DETAIL: lambda info: apart.get(info.id, "")},
        ),
        RunColumn(
            "state",
            titles["state"],
            lambda info: translate("ComparePage", "Testing…") if testing(info) else state_text(info),
            lambda info: info.state,
            lambda info: info.reason[:600],
            extra={INK: lambda info: "muted" if info.state is RunState.DONE else STATE_INK.get(info.state, "muted")},
            width=124,
        ),
        RunColumn("algorithm", titles["algorithm"], _algorithm, _algorithm, width=128, extra={INK: _muted}),
        RunColumn("tags", titles["tags"], _tags, lambda info: _tags(info).lower() or None, width=120),
        RunColumn(
            "validation",
            titles["validation"],
            _validation,
            _validation_key,
            lambda info: _full(validated(info)),
            right=True,
            tip=translate("ComparePage", "On the validation part, after the best epoch; for choosing between runs"),
            width=108,
            total=validation_total,
        ),
        RunColumn(
            "checks",
            titles["checks"],
            lights_words,
            lambda info: None if (found := leaks_of(info)) is None else len(found),
            lights_in_full,
            tip=translate("ComparePage", "One light for each leak check: a square where a leak was found"),
            extra={LIGHTS: lights},
            width=64,
        ),
        RunColumn("epochs", titles["epochs"], _epochs, lambda info: info.epoch or None, right=True, width=72),
        RunColumn(
            "seconds",
            titles["seconds"],
            lambda info: duration(seconds_of(info)),
            seconds_of,
            lambda info: "" if (known := seconds_of(info)) is None else f"{known:,.2f} s",
            right=True,
            tip=translate("ComparePage", "Training"),
            width=88,
        ),
        RunColumn("note", titles["note"], _note, lambda info: _note(info).lower() or None, _whole_note, width=200),
    ]
    return {column.name: column for column in all_columns}


def _metric_column(metric: str, *, bold: bool = False) -> RunColumn:
    title = metric_title(metric)
    return RunColumn(
        "metric" if bold else f"{TEST}{metric}",
        title,
        partial(figure_of, metric=metric),
        lambda info: better(tested(info, metric)[0], metric),
        lambda info: _interval(info, metric),
        right=True,
        tip=translate("ComparePage", "On the test part"),
        extra={BOLD: lambda _info: bold, INK: lambda info: "error" if is_sampled(info) else "text"},
        width=max(104 if bold else 84, min(160, _room(title))),
        total=partial(metric_total, metric=metric),
    )


def _room(title: str) -> int:
    """Pixels that a title needs in the header."""
    return round(QFontMetricsF(font(SMALL)).horizontalAdvance(title)) + 3 * GRID


def _whole_title(info: RunInfo) -> str:
    """The title with all that a person said of the run."""
    tags = translate("ComparePage", "Tags: {tags}").format(tags=", ".join(info.notes.tags)) if info.notes.tags else ""
    return "\n".join(filter(None, [info.title[:2000], tags, _whole_note(info)]))


def _algorithm(info: RunInfo) -> str:
    kind = algorithm_of(info)
    return kind.title if kind is not None else info.algorithm[:60]


def _muted(_info: RunInfo) -> str:
    return "muted"


def _tags(info: RunInfo) -> str:
    return ", ".join(info.notes.tags)[:400]


def _note(info: RunInfo) -> str:
    return " ".join(info.notes.note[:400].split())


def _whole_note(info: RunInfo) -> str:
    return info.notes.note[:2000]


def _epochs(info: RunInfo) -> str:
    return f"{info.epoch:,}" if info.epoch else NONE


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
    if low is None or high is None:
        return words
    interval = translate("ComparePage", "95 %: {low} to {high}")
    return f"{words}, {interval.format(low=figure(low, 4), high=figure(high, 4))}"


def _span(group: Group, metric: str) -> tuple[float, float] | None:
    """Least and greatest end of the intervals of a group."""
    ends = [end for info in group.runs for end in tested(info, metric) if end is not None]
    return (min(ends), max(ends)) if ends else None


def _shares(info: RunInfo, metric: str, spans: dict[str, tuple[float, float]]) -> tuple[float, float, float] | None:
    mean, low, high = tested(info, metric)
    span = spans.get(info.id)
    if mean is None or span is None:
        return None
    wide = (span[1] - span[0]) or 1.0
    low, high = (mean if low is None else low), (mean if high is None else high)
    return (low - span[0]) / wide, (mean - span[0]) / wide, (high - span[0]) / wide
