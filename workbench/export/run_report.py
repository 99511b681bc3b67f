"""What a report says of runs: read from their folders, with anything that may be missing left out."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from workbench.algorithms import Algorithm, find
from workbench.data.importing.versions import name_of
from workbench.errors import WorkbenchError
from workbench.evaluation.comparable import key_of, terms_of
from workbench.evaluation.leaks import LIGHTS
from workbench.evaluation.significance import Difference
from workbench.evaluation.verdict import Verdict, verdict_of
from workbench.metrics import all_metrics
from workbench.training.answer import read_answer
from workbench.training.comparing import compare_runs
from workbench.training.run import Run
from workbench.training.run_notes import RunNotes
from workbench.training.run_spec import RunSpec
from workbench.training.run_status import RunStatus

# A name in a table or a picture has no more letters; a person's title may have more.
MAX_NAME_CHARS = 80
HASH_CHARS = 8  # enough to tell data from other data
# So many runs are held against each other, the best ones: of 12 there are 66 pairs.
MOST_COMPARED = 12
# Marks by which a text from right to left turns what follows it too.
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
Json = dict[str, Any]


@dataclass(frozen=True)
class RunReport:
    """What a report says of one run.

    Attributes
    ----------
    title : str
        What the person calls it, or its algorithm; unlike those of the other runs in the report.
    settings : list of (title, value)
        Hyperparameters.
    metrics : dict
        By name such as ``ndcg@10``: ``mean``, ``low``, ``high``; empty where it was not tested.
    leaks : list of (name, sentence) or None
        Leaks that were found; None where nobody has looked.
    about : list of (what, how)
        Everything else that the numbers of the run depend on.
    """

    run: Run
    title: str
    algorithm: str
    settings: list[tuple[str, str]]
    seconds: str
    metrics: dict[str, dict[str, float | None]]
    records: list[Json]
    protocol: Json
    leaks: list[tuple[str, str]] | None
    about: list[tuple[str, str]]
    versions: str
    remarks: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, run: Run) -> "RunReport":
        """Collect them from the folder of a run."""
        notes, records, status = RunNotes.read(run.folder), run.records(), run.status()
        algorithm = _algorithm(run)
        title = algorithm.title if algorithm is not None else run.spec.algorithm
        found = _tested(run)
        seconds = records[-1].get("seconds") if records else None
        return cls(
            run=run,
            title=short(notes.title or title),
            algorithm=title,
            settings=_settings(run, algorithm),
            seconds=f"{seconds:.1f} s" if is_number(seconds) else "–",
            metrics=_metrics(found.get("metrics")),
            records=records,
            protocol=found.get("protocol") or {},
            leaks=_leaks(found),
            about=_about(run, status, notes),
            versions=", ".join(f"{name} {number}" for name, number in run.spec.versions.items()),
            # Who reads a ranking should know that such an algorithm was not made for it.
            remarks=["made to predict ratings"] if algorithm is not None and algorithm.predicts_ratings else [],
            said=[remark.sentence for remark in status.remarks],
        )

    def mean(self, metric: str) -> float | None:
        """Mean of a metric; None where it has none."""
        value = (self.metrics.get(metric) or {}).get("mean")
        return value if is_number(value) else None

    def interval(self, metric: str) -> tuple[float | None, float | None]:
        """Interval of a metric."""
        value = self.metrics.get(metric) or {}
        low, high = value.get("low"), value.get("high")
        return (low, high) if is_number(low) and is_number(high) else (None, None)


@dataclass(frozen=True)
class Group:
    """Runs that were judged alike, best first, and what their differences mean.

    Attributes
    ----------
    metric : str or None
        By which they are ranked; None where none was tested.
    pairs : list of dict
        As of `compare_runs`, with ``verdict``, what is to be said of them.
    """

    runs: list[RunReport]
    metric: str | None
    columns: list[str]
    pairs: list[Json]
    left_out: int = 0


def is_number(value: Any) -> bool:
    """Whether it is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def short(text: str, most: int = MAX_NAME_CHARS) -> str:
    """A text on one line, cut where it is long, that does not turn around what stands beside it."""
    line = " ".join(TURNING.sub("", str(text)[: 4 * most]).split())
    return line if len(line) <= most else line[: most - 1] + "…"


def report_on(runs: Sequence[Run]) -> list[RunReport]:
    """RunReport of runs; those that are called alike are told apart by what they were given, or by a number."""
    found = [RunReport.of(run) for run in runs]
    names = [match.title for match in found]
    for at, one in enumerate(found):
        same = [other for other, name in zip(found, names, strict=True) if name == names[at]]
        words = _unlike(one, same)
        found[at] = replace(one, title=short(f"{names[at]} ({words})")) if words else one
    names = [match.title for match in found]
    return [
        replace(match, title=f"{match.title} · {names[: at + 1].count(match.title)}")
        if names.count(match.title) > 1
        else match
        for at, match in enumerate(found)
    ]


def _unlike(one: RunReport, others: list[RunReport]) -> str:
    """The settings in which a run differs from others, in words."""
    mine = {**dict(one.settings), "seed": str(one.run.spec.seed)}
    theirs = [{**dict(other.settings), "seed": str(other.run.spec.seed)} for other in others]
    return ", ".join(f"{name} {value}" for name, value in mine.items() if any(o.get(name) != value for o in theirs))


def data_name(run: Run) -> str:
    """What the data of a run is called, with enough of its hash to tell it from others."""
    short_hash = run.spec.data_hash[:HASH_CHARS]
    try:
        name = name_of(run.data_folder)
    except WorkbenchError:  # it lies elsewhere
        name = ""
    return f"{short(name)} ({short_hash})" if name else short_hash


def groups_of(found: Sequence[RunReport], metric: str) -> list[Group]:
    """Runs by how they were judged: those whose numbers may be ranked together; the largest group first."""
    together: dict[str, list[RunReport]] = {}
    for match in found:
        if match.metrics:
            key = key_of(terms_of(match.run.spec.model_dump(), match.protocol), metric)
            together.setdefault(key, []).append(match)
    return [_group(alike, metric) for alike in sorted(together.values(), key=lambda group: -len(group))]


def _group(runs: list[RunReport], metric: str) -> Group:
    known = list(dict.fromkeys(name for run in runs for name in run.metrics))
    chosen = metric if metric in known else next(iter(known), None)
    if chosen is None:
        return Group(runs, None, [], [])
    sign = -1 if all_metrics()[chosen.partition("@")[0]].higher_is_better is False else 1
    best = sorted(runs, key=lambda one: (one.mean(chosen) is None, -sign * (one.mean(chosen) or 0.0)))
    compared = [run for run in best if run.mean(chosen) is not None][:MOST_COMPARED]
    return Group(best, chosen, known, _pairs(compared, chosen), len(best) - len(compared))


def _pairs(runs: list[RunReport], metric: str) -> list[Json]:
    """Every run against every one that is worse, the best first; none where the metric is not one of users."""
    if len(runs) < 2:  # noqa: PLR2004 - a pair
        return []
    try:
        answer = compare_runs([run.run for run in reversed(runs)], metric)
    except WorkbenchError:  # one number of all lists together, or what was kept of the users is gone
        return []
    titles = {run.run.name: run.title for run in runs}
    place = {name: at for at, name in enumerate(titles)}
    pairs = sorted(answer["pairs"], key=lambda one: (place[one["b"]], place[one["a"]]))
    return [{**pair, "verdict": _verdict(pair, titles, metric)} for pair in pairs]


def _verdict(pair: Json, titles: dict[str, str], metric: str) -> Verdict:
    found = Difference(**{entry.name: pair[entry.name] for entry in fields(Difference)})
    return verdict_of(found, titles[pair["a"]], titles[pair["b"]], metric)


def _algorithm(run: Run) -> type[Algorithm] | None:
    try:
        return find(run.spec.algorithm)
    except WorkbenchError:  # of another version
        return None


def _settings(run: Run, algorithm: type[Algorithm] | None) -> list[tuple[str, str]]:
    fields = algorithm.model_fields if algorithm is not None else {}
    titles = {name: field.title or name for name, field in fields.items()}
    return [(titles.get(name, name), _value(value)) for name, value in run.spec.hyperparameters.items()]


def _value(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else short(str(value), 400)


def _tested(run: Run) -> Json:
    try:
        return read_answer(run.folder) if (run.folder / "evaluation.json").exists() else {}
    except WorkbenchError:  # damaged: as if it was not tested
        return {}


def _metrics(given: Any) -> dict[str, dict[str, float | None]]:
    known = all_metrics()
    found = given if isinstance(given, dict) else {}
    return {
        name: {key: value[key] if is_number(value.get(key)) else None for key in ("mean", "low", "high")}
        for name, value in found.items()
        if isinstance(value, dict) and name.partition("@")[0] in known
    }


def _leaks(found: Json) -> list[tuple[str, str]] | None:
    given = found.get("leaks")
    if not isinstance(given, list):
        return None
    return [(str(value.get("name")), str(value.get("sentence"))) for value in given if isinstance(value, dict)]


def lights(runs: Sequence[RunReport]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every leak light by name, with the runs in which it was found and what is said of them."""
    found: dict[str, dict[str, list[str]]] = {name: {} for name in LIGHTS}
    for run in runs:
        for name, told in run.leaks or ():
            found.setdefault(name, {}).setdefault(told, []).append(run.title)
    return [(name, [(_who(titles, runs), told) for told, titles in red.items()]) for name, red in found.items()]


def _who(titles: list[str], runs: Sequence[RunReport]) -> str:
    return "all of these runs" if len(titles) == len(runs) > 1 else ", ".join(titles)


def _threads(spec: RunSpec) -> str:
    if not spec.threads:
        return "as many as are best for the algorithm"
    return " – ".join(filter(None, [str(spec.threads), spec.from_data.get("threads")]))


def _about(run: Run, status: RunStatus, notes: RunNotes) -> list[tuple[str, str]]:
    spec = run.spec
    device = status.device
    said = [
        ("Seed", str(spec.seed)),
        ("Device", " – ".join(filter(None, [str(device or spec.device), status.device_reason]))),
        ("Arithmetic", status.arithmetic),
        ("Threads", _threads(spec)),
        ("Early stopping", f"after {spec.patience} epochs without a better validation" if spec.patience else "never"),
        (
            "Changed",
            "; ".join(f"{change.name} {change.value:g} since epoch {change.since:g}" for change in spec.changes),
        ),
        ("State", status.state.label),
        ("Created", spec.created),
        ("Tags", ", ".join(notes.tags)),
        ("Note", notes.note),
        ("Folder", run.name),
    ]
    return [(what, how) for what, how in said if how]
