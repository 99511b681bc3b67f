"""A report of some runs on the same data: one HTML file that needs nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from workbench import __version__
from workbench.data.interactions import Interactions
from workbench.errors import WorkbenchError
from workbench.export import svg
from workbench.files import read_json, whole_file
from workbench.resources import resource
from workbench.training.run import Run, now

HEADLINE = "ndcg@10"
COLUMNS = (HEADLINE, "recall@10", "hit@10", "mrr@10", "coverage@10", "rmse")
TAIL_POINTS = 200


@dataclass(frozen=True)
class Facts:
    """What a report says of one run."""

    title: str
    settings: str
    seconds: str
    metrics: dict[str, dict[str, float | None]]
    records: list[dict[str, Any]]
    protocol: dict[str, Any]

    @classmethod
    def of(cls, run: Run) -> "Facts":
        """Collect them from the folder of a run that was evaluated."""
        answer, records = read_json(run.folder / "evaluation.json"), run.records()
        algorithm = run.new_algorithm()
        # Who reads a ranking should know that such an algorithm was not made for it.
        words = ["made to predict ratings"] if algorithm.predicts_ratings else []
        settings = ", ".join([*words, *(f"{name} {value}" for name, value in run.spec.hyperparameters.items())])
        seconds = f"{records[-1]['seconds']:.1f} s" if records else "–"
        return cls(algorithm.title, settings, seconds, answer["metrics"], records, answer["protocol"])


@dataclass(frozen=True)
class Plot:
    """A plot with what stands above and below it."""

    title: str
    caption: str
    svg: Markup
    names: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Person:
    """A person's history and list, in titles."""

    user: str
    total: int
    history: list[str]
    items: list[str]


def write_report(output: Path, title: str, runs: Sequence[Run], people: Sequence[Person] = (), terms: str = "") -> None:
    """Write a report of evaluated runs on the same data and split.

    Parameters
    ----------
    people
        Examples of recommendations of the best run.
    terms
        Where the data comes from and what may be done with it.
    """
    if not runs:
        raise WorkbenchError("A report needs at least one run.")
    data = runs[0].data
    found = ranked(runs)
    page = _template().render(
        title=title,
        facts=_data_facts(data),
        headline=HEADLINE.upper(),
        columns=[name for name in COLUMNS if any(name in one.metrics for one in found)],
        runs=found,
        plots=[plot for plot in _plots(found, data) if plot.svg],
        people=people,
        protocol=_protocol(found[0].protocol),
        terms=terms,
        version=__version__,
        made=now()[:10],
    )
    with whole_file(output) as part:
        part.write_text(page, encoding="utf-8")


def ranked(runs: Sequence[Run]) -> list[Facts]:
    """Facts of the runs, best first."""
    return sorted((Facts.of(run) for run in runs), key=lambda one: -_mean(one, HEADLINE))


def _mean(one: Facts, name: str) -> float:
    return float((one.metrics.get(name) or {}).get("mean") or 0.0)


def _template() -> Any:
    source = resource("report/report.html").read_text(encoding="utf-8")
    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True).from_string(source)


def _data_facts(data: Interactions) -> list[str]:
    users, items = int((data.by_user.lengths > 0).sum()), int((data.item_counts > 0).sum())
    density = len(data) / max(1, users * items)
    return [f"{len(data):,} interactions", f"{users:,} users", f"{items:,} items", f"{density:.2%} of all pairs"]


def _plots(found: list[Facts], data: Interactions) -> list[Plot]:
    head = [svg.Bar(one.title, _mean(one, HEADLINE), *_interval(one)) for one in found]
    return [
        Plot("NDCG@10", "Mean over users with its 95 % interval; longer is better.", svg.bars(head, "NDCG@10")),
        _at_cutoffs(found),
        *_learning(found),
        _long_tail(data),
    ]


def _interval(one: Facts) -> tuple[float | None, float | None]:
    value = one.metrics.get(HEADLINE) or {}
    return value.get("low"), value.get("high")


def _at_cutoffs(found: list[Facts]) -> Plot:
    series = []
    for one in found:
        at = sorted((int(name.partition("@")[2]), name) for name in one.metrics if name.startswith("ndcg@"))
        series.append(svg.Series(one.title, [k for k, _ in at], [_mean(one, name) for _, name in at]))
    drawn = svg.lines(series, "length of the list", "NDCG")
    return Plot(
        "NDCG by length of the list",
        "An ordering that holds at every length is worth more.",
        drawn,
        [s.name for s in series],
    )


def _learning(found: list[Facts]) -> list[Plot]:
    """One plot for each run that learned step by step: losses of different algorithms have no common scale."""
    plots = []
    for one in found:
        ends = [record for record in one.records if "part" not in record and record.get("epochs")]
        loss = [(record["epoch"], record["loss"]) for record in ends if record.get("loss") is not None]
        if len(loss) < 2:  # noqa: PLR2004 - a line needs two points
            continue
        drawn = svg.lines([svg.Series("loss", *zip(*loss, strict=True))], "epoch", "loss")
        plots.append(Plot(f"{one.title}: loss by epoch", _validation_words(ends), drawn))
    return plots


def _validation_words(ends: list[dict[str, Any]]) -> str:
    known = [
        (record["epoch"], name, value) for record in ends for name, value in (record.get("validation") or {}).items()
    ]
    if not known:
        return "Mean training loss of each epoch."
    sign = -1 if known[0][1] == "rmse" else 1
    epoch, name, value = max(known, key=lambda one: sign * one[2])
    best = f"Best validation {name.upper()}: {value:.4f} in epoch {epoch}, which was kept."
    return f"Mean training loss of each epoch. {best}"


def _long_tail(data: Interactions) -> Plot:
    counts = np.sort(data.item_counts[data.item_counts > 0])[::-1]
    ranks = np.unique(np.geomspace(1, len(counts), TAIL_POINTS).astype(int)) if len(counts) else np.zeros(0, int)
    drawn = svg.lines(
        [svg.Series("items", ranks.tolist(), counts[ranks - 1].tolist())], "rank of the item", "interactions", log=True
    )
    top = counts[: max(1, len(counts) // 10)].sum() / max(1, counts.sum())
    caption = (
        f"Interactions of each item, most popular first, on logarithmic scales. A tenth of the items has {top:.0%}."
    )
    return Plot("Long tail", caption, drawn)


def _protocol(protocol: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        *([("filters", protocol["filters_in_words"])] if protocol.get("filters") else []),
        ("split", protocol["split_in_words"]),
        ("history", protocol["history"]),
        ("candidates", protocol["candidates"]),
        ("left out of lists", protocol["masked"]),
        ("relevant", protocol["relevance"]),
        ("users evaluated", f"{protocol['users']:,}"),
        ("seed", str(protocol["seed"])),
        ("interval", protocol["interval"]),
        *[(name, formula) for name, formula in protocol["formulas"].items()],
        ("data (SHA-256)", protocol["data_hash"]),
    ]
