"""Runs held against each other: differences by user with tests, for whom they hold, and how alike the lists are.

All of it reads what the test left in the run folders. Nothing is trained or scored.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.data.interactions import Array
from workbench.data.side_files.vector_files import further_name, kind_of
from workbench.declaring import nearest
from workbench.errors import WorkbenchError
from workbench.evaluation import significance
from workbench.evaluation.aggregating import repeats
from workbench.evaluation.comparable import key_of, terms_of, unlike
from workbench.evaluation.content_groups import groups_of
from workbench.evaluation.intervals import bootstrap
from workbench.evaluation.lists import catalogue_of, compare_lists, only_relevant
from workbench.evaluation.overlap import rank_biased_overlap
from workbench.evaluation.segments import ERRORS, Segment, ages, attribute, by_items, by_users, deciles
from workbench.evaluation.significance import Difference
from workbench.evaluation.verdict import verdict_of
from workbench.metrics import Ranked, all_metrics
from workbench.owned import is_owned
from workbench.stored import read_values
from workbench.training.answer import read_answer
from workbench.training.evaluating import masked_part
from workbench.training.results import damaged, in_both, lists_of, read_users, tested, values_of
from workbench.training.run import Run
from workbench.training.run_spec import RunSpec

Json = dict[str, Any]


def compare_runs(runs: Sequence[Run], metric: str = "ndcg@10", *, test: str = "wilcoxon") -> Json:
    """Hold every run against every other in one metric.

    What is said of a pair is the same whichever other runs are asked for: p is corrected for all pairs of the runs beside
    them that were tested alike (`workbench.evaluation.significance` says why).

    Returns
    -------
    dict
        ``metric``, ``runs`` (name to mean), ``pairs`` (``a``, ``b``, all of `Difference`, ``more_than_chance``, ``size``,
        ``words``) of those that may be compared, ``comparable`` and ``why`` not, ``repeats`` (several seeds or folds,
        summed up), ``protocol``, ``tests``.
    """
    names = _names(runs)
    found = {name: tested(run) for name, run in names.items()}
    means = {name: _mean(difference, metric, name) for name, difference in found.items()}
    protocols = {name: difference["protocol"] for name, difference in found.items()}
    specs = {name: run.spec.model_dump() for name, run in names.items()}
    terms = {name: terms_of(specs[name], protocols[name]) for name in names}
    values = {name: values_of(run, metric) for name, run in names.items()}
    family = Family(metric)
    pairs = [
        _pair(names, a, b, metric, in_both(values[a], values[b])[1:], family.size(names[a], names[b]), test)
        for a, b in combinations(names, 2)
        if unlike({a: terms[a], b: terms[b]}, metric) is None
    ]
    why = unlike(terms, metric)
    return {
        "metric": metric,
        "higher_is_better": all_metrics()[metric.partition("@")[0]].higher_is_better,
        "runs": means,
        "pairs": pairs,
        "comparable": why is None,
        **({"why": why} if why else {}),
        "repeats": [{**asdict(repeat), "words": repeat.describe(metric)} for repeat in repeats(specs, means)],
        "protocol": next(iter(protocols.values())) if why is None else protocols,
        "tests": significance.about(test),
    }


def _pair(
    names: Mapping[str, Run], a: str, b: str, metric: str, values: tuple[Array, Array], family: int, test: str
) -> Json:
    one = significance.compare_pair(*values, runs=family, test=test)
    if metric in ERRORS:
        one = _over_ratings(one, *_ratings(names[a], names[b], metric))
    said = verdict_of(one, a, b, metric)
    verdict = {"more_than_chance": said.more_than_chance, "size": said.size, "words": said.in_full()}
    return {"a": a, "b": b, **asdict(one), **verdict}


class Family:
    """How many runs lie beside a pair that were tested alike by a metric: what p is corrected for."""

    def __init__(self, metric: str) -> None:
        self._metric = metric
        self._known: dict[Path, Counter[str | None]] = {}

    def size(self, a: Run, b: Run) -> int:
        """Runs in the folders in which these two lie, themselves included, which were tested alike."""
        key = _tested_like(a.folder, self._metric)
        folders = {run.folder.resolve().parent for run in (a, b)}
        return sum(self._in(folder)[key] for folder in folders)

    def _in(self, folder: Path) -> Counter[str | None]:
        """Runs of a folder by how they were tested; each folder is read once."""
        if folder not in self._known:
            tested = (path.parent for path in folder.glob("*/evaluation.json") if not is_owned(path.parent))
            self._known[folder] = Counter(_tested_like(run, self._metric) for run in tested)
        return self._known[folder]


def _tested_like(folder: Path, metric: str) -> str | None:
    """How a run was tested by a metric; None where it was not, or where what lies there cannot be read."""
    try:
        spec, answer = read_values(RunSpec, folder / "run.json"), read_answer(folder)
        return key_of(terms_of(spec, answer["protocol"]), metric) if metric in answer["metrics"] else None
    except WorkbenchError:
        return None


def _ratings(a: Run, b: Run, metric: str) -> tuple[Array, Array, Array, bool]:
    """Errors of users that both runs have, how many ratings are behind each, and whether they are roots of squares."""
    users, first, second = in_both(values_of(a, metric), values_of(b, metric))
    table = read_users(a.folder, ["ratings"])
    rows = pc.index_in(users, value_set=table.column("user").combine_chunks()).to_numpy()
    return first, second, table.column("ratings").to_numpy()[rows], metric == "rmse"


def _over_ratings(found: Difference, a: Array, b: Array, counts: Array, squared: bool) -> Difference:
    """The same test by user (by their own errors), with the difference of the errors over all ratings.

    The difference of two roots is that of the squares / the sum of the roots, which is taken as it is.
    """
    if not len(counts):
        return found
    a, b = (a**2, b**2) if squared else (a, b)
    total = counts.sum()
    means = [float((errors * counts).sum() / total) for errors in (a, b)]
    scale = sum(np.sqrt(means)) if squared else 1.0
    scale = scale if scale > 0 else 1.0
    low, high = (float(end[0]) / scale for end in bootstrap((b - a)[:, None], counts))
    several = len(counts) > 1
    return replace(
        found,
        mean_a=float(np.sqrt(means[0])) if squared else means[0],
        mean_b=float(np.sqrt(means[1])) if squared else means[1],
        difference=(means[1] - means[0]) / scale,
        low=low if several else None,
        high=high if several else None,
    )


def _names(runs: Sequence[Run]) -> dict[str, Run]:
    """Runs by the name of their folder, by the whole path where two folders are called alike."""
    folders = [run.folder.resolve() for run in runs]
    if len(set(folders)) < len(folders) or len(folders) < 2:  # noqa: PLR2004 - a pair
        raise WorkbenchError("Two or more different run folders are needed to compare.")
    short = [folder.name for folder in folders]
    return dict(zip(short if len(set(short)) == len(short) else map(str, folders), runs, strict=True))


def _mean(answer: Json, metric: str, name: str) -> float:
    known = answer["metrics"]
    if metric not in known:
        there = ", ".join(dict.fromkeys(key.partition("@")[0] for key in known))
        raise WorkbenchError(f"The run {name} has no {metric}. Its test found: {there}.")
    return float(known[metric]["mean"])


def by_user(a: Run, b: Run, metric: str) -> tuple[list[str], Array, Array]:
    """Who gains and who loses: users by id with both values, those with the greatest gain of b first.

    Users for whom either is not defined are left out.
    """
    users, first, second = in_both(values_of(a, metric), values_of(b, metric))
    difference = second - first
    order = np.argsort(-difference, kind="stable")
    order = order[~np.isnan(difference[order])]
    return users.take(pa.array(order)).to_pylist(), first[order], second[order]


def overlap(a: Run, b: Run, p: float = 0.9) -> tuple[list[str], Array]:
    """Rank-biased overlap of the lists of each user that both runs tested; by id."""
    if a.data_identity != b.data_identity:
        message = f"The runs {a.name} and {b.name} were trained on different data, so their lists cannot be compared."
        raise WorkbenchError(message)
    (users_a, lists_a), (users_b, lists_b) = (lists_of(run) for run in (a, b))
    rows = np.arange(len(users_a)).astype(np.float64), np.arange(len(users_b)).astype(np.float64)
    users, at_a, at_b = in_both((users_a, rows[0]), (users_b, rows[1]))
    found = rank_biased_overlap(lists_a[at_a.astype(np.int64)], lists_b[at_b.astype(np.int64)], p)
    return users.to_pylist(), found


def segments(run: Run, metric: str, by: str = "activity") -> list[Segment]:
    """For whom the number of a run holds.

    Parameters
    ----------
    by : {"activity", "age", "genre"} or str
        Users by the length of their history in training, or by an attribute such as ``gender``; or items, for metrics that
        are sums over hits. ``age`` is that of the items: where users have one too, it is called ``user age``. Items are
        grouped by what they are by a kind of their vectors, such as ``vectors:posters``.

    Returns
    -------
    list of Segment
        Their parts sum to the metric of all (for RMSE to its square, and their means are roots already).
    """
    name, _, k = metric.partition("@")
    if by not in ("age", "genre", *_kinds_of_vectors(run)):
        _, values = values_of(run, metric)
        table = read_users(run.folder)
        squared = name == "rmse"
        if not {"history", *(["ratings"] if name in ERRORS else [])} <= set(table.column_names):
            raise damaged(run.folder, "users.parquet")
        weights = table.column("ratings").to_numpy() if name in ERRORS else None
        groups = deciles(table.column("history").to_numpy()) if by == "activity" else _attribute(run, by, table)
        found = by_users(values**2 if squared else values, *groups, weights)
        if not squared:
            return found
        roots = [None if segment.mean is None else float(np.sqrt(segment.mean)) for segment in found]
        return [Segment(own.name, own.count, root, own.part) for own, root in zip(found, roots, strict=True)]
    known = all_metrics()
    if name not in known:
        raise WorkbenchError(nearest("metric", name, list(known)))
    groups_of_items = {"age": lambda: ages(run.data, run.fold.train), "genre": lambda: _genres(run)}
    shares, names = groups_of_items.get(by, lambda: _alike(run, by))()
    return by_items(_ranked(run), known[name], int(k or 0), shares, names)


def _attribute(run: Run, by: str, table: pa.Table) -> tuple[Array, list[str]]:
    """Groups of the tested users by what is known of them; those of whom it is not known are the last one."""
    people = run.data.user_features
    name = by.removeprefix("user ") if people is not None and by not in people.names else by
    if people is None or name.casefold() not in [known.casefold() for known in people.names]:
        kinds = [
            "activity",
            "age",
            "genre",
            *_kinds_of_vectors(run),
            *(f"user {attribute_name}" for attribute_name in (people.names if people is not None else [])),
        ]
        raise WorkbenchError(nearest("kind of segment", by, kinds))
    group, names = attribute(people, name)
    at = pc.index_in(table["user"].combine_chunks(), value_set=run.data.user_ids)
    mine = group[at.to_numpy(zero_copy_only=False)]
    return np.where(mine < 0, len(names), mine), [*names, "unknown"] if (mine < 0).any() else names


def _kinds_of_vectors(run: Run) -> list[str]:
    """What groups of items by each kind of their vectors are called."""
    features = run.data.item_features
    return [] if features is None else [further_name(kind) for kind in features.vectors]


def _alike(run: Run, by: str) -> tuple[Array, list[str]]:
    features = run.data.item_features
    assert features is not None
    group, names = groups_of(features, kind_of(by))
    shares = np.zeros((len(group), len(names)))
    there = np.flatnonzero(group >= 0)
    shares[there, group[there]] = 1
    return shares, names


def _genres(run: Run) -> tuple[Array, list[str]]:
    shares = catalogue_of(run.fold.train).genres
    if shares is None:
        raise WorkbenchError("The items have no genres. Import an item file, or choose other segments.")
    lists = run.data.item_features.genres  # type: ignore[union-attr]
    flat = pc.drop_null(pc.list_flatten(lists))
    return shares, flat.dictionary_encode().dictionary.to_pylist()


def _ranked(run: Run) -> Ranked:
    """The stored lists beside the truth again, as they were tested."""
    protocol = tested(run)["protocol"]
    relevant_from = protocol.get("relevant_from")
    part = only_relevant(masked_part(run.fold, protocol.get("mask", "train+validation")), relevant_from)
    users, lists = lists_of(run)
    judged = run.data.user_ids.take(pa.array(part.who))
    rows = pc.index_in(judged, value_set=users).to_numpy()
    ranked = compare_lists(lists[rows], part, run.data.n_items, train=run.fold.train)
    variants: Mapping[str, str] = protocol.get("definitions") or {}
    return replace(ranked, variants=variants, threshold=relevant_from or 0.0)
