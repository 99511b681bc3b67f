"""The jobs that the window hands to its worker process; each takes and gives plain JSON values.

Every job takes `control`, through which it tells its progress.
"""

import json
from collections.abc import Callable
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.algorithms import all_algorithms
from workbench.control import Control
from workbench.data.dates import written
from workbench.data.filtering import filters as filtering
from workbench.data.importing.preview import duplicates, import_data, preview
from workbench.data.interactions import Interactions
from workbench.data.overview.density import FIELDS, Ordered
from workbench.data.splitting import SHOWN, TEST, TRAIN, UNUSED, VALIDATION, make_split
from workbench.data.splitting.base import checks
from workbench.export.lists import export_lists, first_lists
from workbench.export.metrics import write_metrics
from workbench.files import read_json
from workbench.insight.explaining import first_reason
from workbench.insight.finding import find_items, item_map, item_story, kinds_of_users, similar_users
from workbench.insight.looking import explain, faithfulness, load, recommend, similar, what_if
from workbench.insight.reordering import reorder
from workbench.training import comparing, side_by_side
from workbench.training.curves import write_curves
from workbench.training.evaluating import evaluate_run
from workbench.training.run import Run

Json = dict[str, Any]


def filter_facts(data: str, filters: list[Json], control: Control) -> Json:
    """What each filter of a chain leaves."""
    return _filtered(Path(data), filters)[1]


def split_facts(data: str, name: str, settings: Json, control: Control, filters: list[Json] | None = None) -> Json:
    """What lands where under a split of what the filters leave."""
    split = make_split(name, settings)
    interactions, _ = _filtered(Path(data), filters or [])
    fold = split.split(interactions)
    test, train = fold.test, fold.train
    sizes = [int(np.count_nonzero(fold.places == place)) for place in range(UNUSED + 1)]
    hidden_items, unknown_items = checks.hidden_items(test, train)
    first_hidden = checks.first_hidden(fold) if split.by_time else None
    return {
        "words": split.describe(),
        "interactions": len(interactions),
        "train": sizes[TRAIN],
        "validation": sizes[VALIDATION],
        "test": sizes[TEST],
        "test_users": len(test),
        "users": int((interactions.by_user.lengths > 0).sum()),
        "cold_users": checks.without_history(test),
        "cold_items": unknown_items,
        "test_items": hidden_items,
        "shown": sizes[SHOWN],
        "unused": sizes[UNUSED],
        "leaked": checks.shown_and_hidden(test, interactions.n_items),
        "learned_later": checks.learned_later(fold) if split.by_time else None,
        "test_starts": None if first_hidden is None else written(first_hidden),
        "by_order": split.by_order,
        "equal_times": checks.equal_times(interactions),
        "picture": _picture(interactions, fold.places),
    }


def density(
    data: str, control: Control, users: list[int] | None = None, items: list[int] | None = None, fields: int = FIELDS
) -> Json:
    """How many interactions fall into each field of a part of the matrix, users and items in the order of their counts.

    `users` and `items` are the first and one past the last place in the order; all where they are left out.
    """
    folder = Path(data)
    ordered = _ordered(folder, read_json(folder / "data.json")["hash"])
    part = [None if one is None else (int(one[0]), int(one[1])) for one in (users, items)]
    counts, rows, columns = ordered.counts(part[0], part[1], min(fields, FIELDS), control)
    return {
        "counts": counts.tolist(),
        "user_edges": rows.tolist(),
        "item_edges": columns.tolist(),
        "users": len(ordered.users),
        "items": len(ordered.items),
    }


@lru_cache(maxsize=1)
def _ordered(folder: Path, data_hash: str) -> Ordered:
    return Ordered(Interactions.open(folder))


def _filtered(folder: Path, filters: list[Json]) -> tuple[Interactions, Json]:
    """What filters leave, and what each of them left; kept until others are asked for."""
    data_hash = read_json(folder / "data.json")["hash"]
    return _applied(folder, data_hash, json.dumps(filters, sort_keys=True))


@lru_cache(maxsize=1)
def _applied(folder: Path, data_hash: str, filters: str) -> tuple[Interactions, Json]:
    data = Interactions.open(folder)
    left, steps = filtering.apply(filtering.make_filters(json.loads(filters)), data)
    return left, filtering.facts(data, steps)


def _picture(data: Interactions, places: np.ndarray, users: int = 24, newest: int = 40) -> list[str]:
    """For some users, spread over all: the place (0, 1, 2) of each of their newest interactions, the newest last."""
    starts = data.by_user.indptr
    lively = np.flatnonzero(data.by_user.lengths >= 3)  # noqa: PLR2004 - fewer show nothing
    chosen = np.unique(lively[np.linspace(0, len(lively) - 1, users).astype(int)]) if len(lively) else lively
    return ["".join(map(str, places[max(starts[u], starts[u + 1] - newest) : starts[u + 1]])) for u in chosen]


def evaluate(run: str, control: Control) -> Json:
    """Open the test for a run; the answer is also kept in its folder."""
    return evaluate_run(Run.open(Path(run)), control=control)


def compare(runs: list[str], control: Control, metric: str = "ndcg@10", test: str = "wilcoxon") -> Json:
    """Hold tested runs against each other in one metric, all pairs, with tests by user."""
    opened = [Run.open(Path(one)) for one in runs]
    return comparing.compare_runs(opened, metric, test=test)


def segments(run: str, control: Control, metric: str = "ndcg@10", by: str = "activity") -> list[Json]:
    """For whom the number of a run holds: users by activity, or items by age or genre. The parts sum to the number."""
    return [asdict(one) for one in comparing.segments(Run.open(Path(run)), metric, by)]


def gains(a: str, b: str, control: Control, metric: str = "ndcg@10") -> Json:
    """Each user's values in two runs, those who gain most by the second first."""
    users, first, second = comparing.by_user(Run.open(Path(a)), Run.open(Path(b)), metric)
    return {"users": users, "a": first.tolist(), "b": second.tolist()}


def overlap(a: str, b: str, control: Control) -> Json:
    """How alike the lists of two runs are, user by user (rank-biased overlap), and on average."""
    users, values = comparing.overlap(Run.open(Path(a)), Run.open(Path(b)))
    known = values[~np.isnan(values)]
    mean = float(known.mean()) if len(known) else None
    return {"users": users, "overlap": [None if np.isnan(one) else float(one) for one in values], "mean": mean}


def waterfall(a: str, b: str, control: Control, metric: str = "ndcg@10") -> Json:
    """Who gains and who loses by the second of two runs, as a curve."""
    return side_by_side.gains(Run.open(Path(a)), Run.open(Path(b)), metric)


def waterfall_users(a: str, b: str, place: int, control: Control, metric: str = "ndcg@10", n: int = 12) -> list[Json]:
    """Users around a place of that curve."""
    return side_by_side.users_at(Run.open(Path(a)), Run.open(Path(b)), metric, place, n)


def waterfall_file(a: str, b: str, output: str, control: Control, metric: str = "ndcg@10") -> Json:
    """Write every user's values in two runs to a .csv file."""
    return {"rows": side_by_side.write_gains(Run.open(Path(a)), Run.open(Path(b)), metric, Path(output))}


def parts(runs: list[str], control: Control, metric: str = "ndcg@10", by: str = "activity") -> Json:
    """For whom the numbers of several runs hold."""
    return side_by_side.parts([Run.open(Path(one)) for one in runs], metric, by, control)


def overlaps(runs: list[str], control: Control) -> list[list[float | None]]:
    """How alike the lists of several runs are on average, each with each."""
    return side_by_side.overlaps([Run.open(Path(one)) for one in runs], control)


def curves(runs: list[str], output: str, control: Control) -> Json:
    """Write all records of some runs to a .csv file."""
    return {"rows": write_curves([Path(one) for one in runs], Path(output))}


def estimate(data: str, asked: Json, control: Control, filters: list[Json] | None = None) -> Json:
    """What a training will take; `asked` has algorithm, hyperparameters, split, settings, validation_users, threads."""
    from workbench.training.estimating import estimate_training

    interactions, _ = _filtered(Path(data), filters or [])
    return asdict(estimate_training(interactions, asked, control))


def find_users(data: str, query: str, control: Control, limit: int = 50) -> list[Json]:
    """Users whose id holds the query; those who start with it first, then by number of interactions."""
    interactions = Interactions.open(Path(data))
    lengths = interactions.by_user.lengths
    holds = pc.match_substring(interactions.user_ids, query, ignore_case=True) if query else None
    found = np.arange(interactions.n_users) if holds is None else np.flatnonzero(holds.to_numpy(zero_copy_only=False))
    ids = interactions.user_ids.take(pa.array(found))
    starts = pc.starts_with(ids, query).to_numpy(zero_copy_only=False)
    order = np.lexsort((-lengths[found], ~starts))[:limit]
    return [{"user": ids[int(at)].as_py(), "interactions": int(lengths[found[at]])} for at in order]


def export(
    run: str,
    output: str,
    control: Control,
    users: list[str] | None = None,
    k: int = 10,
    include_seen: bool = False,
    columns: list[str] | None = None,
) -> Json:
    """Write the lists of some or all users to a file."""
    opened, algorithm, items = load(Path(run))
    return export_lists(
        opened,
        algorithm,
        Path(output),
        users=users,
        k=k,
        include_seen=include_seen,
        items=items,
        columns=columns,
        reason=first_reason(algorithm),
        control=control,
    )


def first_lines(
    run: str,
    users: list[str],
    control: Control,
    k: int = 10,
    include_seen: bool = False,
    columns: list[str] | None = None,
) -> Json:
    """What `export` would write for a few users: names of the columns in their order, and the values of each."""
    opened, algorithm, items = load(Path(run))
    table = first_lists(
        opened,
        algorithm,
        users,
        k=k,
        include_seen=include_seen,
        items=items,
        columns=columns,
        reason=first_reason(algorithm),
    )
    return {"columns": table.column_names, "values": [one.to_pylist() for one in table.columns]}


def report(runs: list[str], output: str, title: str, control: Control, metric: str = "ndcg@10") -> Json:
    """Write a report of some runs as one HTML file."""
    from workbench.export.report import write_report

    number = write_report(Path(output), title, [Run.open(Path(one)) for one in runs], metric=metric)
    return {"path": output, "runs": number}


def metrics(runs: list[str], output: str, control: Control) -> Json:
    """Write the metrics of some runs as a table."""
    return {"path": output, "rows": write_metrics(Path(output), [Run.open(Path(one)) for one in runs])}


def plots(runs: list[str], output: str, control: Control, metric: str = "ndcg@10") -> Json:
    """Write pictures of some runs into a folder."""
    from workbench.export.report_plots import write_plots

    return {"path": output, "files": write_plots(Path(output), [Run.open(Path(one)) for one in runs], metric)}


def script(runs: list[str], output: str, control: Control) -> Json:
    """Write a Python script that trains and tests some runs again."""
    from workbench.export.script import write_script

    return {"path": output, "runs": write_script(Path(output), [Run.open(Path(one)) for one in runs])}


def warm_up(control: Control) -> Json:
    """Load what the first recommendation would wait for."""
    from workbench.evaluation.ranking import make_ready

    make_ready()
    return {"algorithms": list(all_algorithms())}


JOBS: dict[str, Callable[..., Any]] = {
    "preview": preview,
    "import": import_data,
    "duplicates": duplicates,
    "filter": filter_facts,
    "split": split_facts,
    "density": density,
    "evaluate": evaluate,
    "compare": compare,
    "segments": segments,
    "gains": gains,
    "overlap": overlap,
    "waterfall": waterfall,
    "waterfall_users": waterfall_users,
    "waterfall_file": waterfall_file,
    "parts": parts,
    "overlaps": overlaps,
    "recommend": recommend,
    "explain": explain,
    "similar": similar,
    "what_if": what_if,
    "reorder": reorder,
    "kinds_of_users": kinds_of_users,
    "similar_users": similar_users,
    "faithfulness": faithfulness,
    "find_items": find_items,
    "item_story": item_story,
    "item_map": item_map,
    "curves": curves,
    "estimate": estimate,
    "find_users": find_users,
    "export": export,
    "first_lines": first_lines,
    "report": report,
    "metrics": metrics,
    "plots": plots,
    "script": script,
    "warm_up": warm_up,
}
