"""A report of some runs: one HTML file that needs nothing else, to read, to print and to keep."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from workbench.amounts import counted, percent
from workbench.charts.style import DARK, LIGHT
from workbench.data.data_file import read_about
from workbench.data.interactions import Interactions
from workbench.errors import WorkbenchError
from workbench.evaluation.leaks import CAUTIONS
from workbench.evaluation.significance import about
from workbench.evaluation.verdict import p_words
from workbench.export.report_plots import data_of, plots_of
from workbench.export.run_report import Group, RunReport, data_name, groups_of, lights, report_on
from workbench.export.svg.page import SHAPES, rules
from workbench.export.svg.text import writable
from workbench.export.tables import check_folder
from workbench.files import whole_file
from workbench.metrics import all_metrics, metric_title
from workbench.resources import resource
from workbench.training.run import Run
from workbench.training.status import now
from workbench.version import __version__

HEADLINE = "ndcg@10"
COLUMNS = ("ndcg@10", "recall@10", "hit@10", "mrr@10", "coverage@10", "rmse")


@dataclass(frozen=True)
class Person:
    """A person's history and list, in titles."""

    user: str
    total: int
    history: list[str]
    items: list[str]


def write_report(
    output: Path,
    title: str,
    runs: Sequence[Run],
    people: Sequence[Person] = (),
    terms: str = "",
    *,
    metric: str = HEADLINE,
) -> int:
    """Write a report of runs; returns how many of them are in it.

    Runs that were judged unlike each other, or on other data, are shown apart, each group with its protocol, and never
    ranked together. Those that were not tested are named.

    Parameters
    ----------
    people
        Examples of recommendations of the best run.
    terms
        Where the data comes from and what may be done with it.
    metric
        By which runs are ranked and held against each other, where they were tested by it.

    Raises
    ------
    WorkbenchError
        If there is no run.
    """
    check_folder(output)
    if not runs:
        raise WorkbenchError("A report needs at least one run.")
    found = report_on(runs)
    groups = groups_of(found, metric)
    datas = data_of(runs)
    page = _template().render(
        title=title,
        facts=[_data_facts(name, data, alone=len(datas) == 1) for name, data in datas.items()],
        groups=groups,
        untested=[opened for opened in found if not opened.metrics],
        runs=[run for group in groups for run in group.runs] + [run for run in found if not run.metrics],
        plots=plots_of(groups, datas),
        data_name=lambda group: data_name(group.runs[0].run) if len(_hashes(runs)) > 1 else "",
        look=Markup(SHAPES + rules(LIGHT)),  # noqa: S704 - our own
        dark_look=Markup(rules(DARK)),  # noqa: S704 - our own
        versions=sorted({opened.versions for opened in found}),
        source=list(dict.fromkeys(name for run in runs for name in _source(run))),
        people=people,
        terms=terms,
        version=__version__,
        made=now()[:10],
        tests=about(),
        metric_title=metric_title,
        columns=_columns,
        protocol=_protocol,
        lights=lights,
        cautions=CAUTIONS,
        number=_number,
        p_value=p_words,
    )
    with whole_file(output) as part:
        part.write_text(page, encoding="utf-8", errors="replace")
    return len(found)


def ranked(runs: Sequence[Run], metric: str = HEADLINE) -> list[RunReport]:
    """RunReport of tested runs, best first in each group of those that were judged alike."""
    return [run for group in groups_of(report_on(runs), metric) for run in group.runs]


def _template() -> Any:
    source = resource("report/report.html").read_text(encoding="utf-8")
    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, finalize=_clean).from_string(
        source
    )


def _clean(value: Any) -> Any:
    return writable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _hashes(runs: Sequence[Run]) -> set[str]:
    return {run.spec.data_hash for run in runs}


def _data_facts(name: str, data: Interactions, *, alone: bool) -> str:
    users, items = int((data.by_user.lengths > 0).sum()), int((data.item_counts > 0).sum())
    density = len(data) / max(1, users * items)
    counts = (counted(n, what) for what, n in (("interaction", len(data)), ("user", users), ("item", items)))
    return " · ".join([*([] if alone else [name]), *counts, f"{percent(density)} of all pairs"])


def _source(run: Run) -> list[str]:
    """Names of the files that the data came from."""
    try:
        given = read_about(run.data_folder).get("source") or {}
    except WorkbenchError:
        return []
    return [Path(value["path"]).name for value in given.values()]


def _columns(group: Group) -> list[str]:
    """Metrics that stand in the first table: that by which runs are ranked, then the usual ones."""
    first = [group.metric] if group.metric else []
    return [*first, *(name for name in COLUMNS if name in group.columns and name not in first)]


def _number(value: float | None, digits: int = 4) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _without_evidence(group: Group) -> str:
    """Of how many people nothing is known, by run: an algorithm may know of somebody of whom another knows nothing."""
    counts = [int(run.protocol.get("without_evidence") or 0) for run in group.runs]
    told = " or ".join(counted(n, "user") for n in dict.fromkeys(counts))
    people = f"{told} of whom a run knows nothing got the most popular items" if any(counts) else ""
    places = [int(run.protocol.get("filled_places") or 0) for run in group.runs]
    filled = " or ".join(counted(n, "place") for n in dict.fromkeys(places))
    return "; ".join(filter(None, [people, f"{filled} filled with popular items" if any(places) else ""]))


def _of_each(group: Group, what: str) -> str:
    """What the protocols of the runs say, each named where there are several."""
    told = [(run.title, run.protocol[what]) for run in group.runs if run.protocol.get(what)]
    return told[0][1] if len(group.runs) == len(told) == 1 else "; ".join(f"{title}: {words}" for title, words in told)


def _protocol(group: Group) -> list[tuple[str, str]]:
    """What the numbers of a group depend on, and the formula of each metric."""
    protocol = group.runs[0].protocol
    users = sorted({int(run.protocol.get("users") or 0) for run in group.runs})
    seeds = sorted({run.run.spec.seed for run in group.runs})
    formulas = protocol.get("formulas") or {}
    said = [
        ("Filters", protocol.get("filters_in_words")),
        ("Split", protocol.get("split_in_words")),
        ("History", protocol.get("history")),
        ("Learned from", _of_each(group, "learned")),
        ("Chosen", _of_each(group, "chosen")),
        ("Candidates", "; ".join(filter(None, [protocol.get("candidates"), protocol.get("few_candidates")]))),
        ("Feedback", protocol.get("feedback")),
        ("Left out of lists", protocol.get("masked")),
        ("Without evidence", _without_evidence(group)),
        ("Relevant", protocol.get("relevance")),
        ("Cutoffs", ", ".join(map(str, protocol.get("cutoffs") or []))),
        ("As", protocol.get("as")),
        ("Users evaluated", ", ".join(f"{n:,}" for n in users)),
        ("Seeds", ", ".join(map(str, seeds))),
        ("Interval", protocol.get("interval")),
        *(
            (all_metrics()[name].title if name in all_metrics() else name, formula)
            for name, formula in formulas.items()
        ),
        ("No number", " ".join((protocol.get("undefined") or {}).values())),
        ("Data", data_name(group.runs[0].run)),
        ("Data (SHA-256)", protocol.get("data_hash")),
        *(("In doubt", told) for told in protocol.get("doubts") or []),
    ]
    return [(what, str(how)) for what, how in said if how]
