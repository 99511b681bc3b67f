"""Runs side by side: whether a difference is real, for whom it holds, and how alike their lists are."""

from dataclasses import asdict
from pathlib import Path

from workbench.control import Control
from workbench.jobs.job import Json, job
from workbench.jobs.open_run import open_run, open_runs


@job("compare", title="Comparing runs", lane="interactive", silent=True)
def compare(runs: list[str], control: Control, metric: str = "ndcg@10", test: str = "wilcoxon") -> Json:
    """Hold tested runs against each other in one metric, all pairs, with tests by user."""
    from workbench.training import comparing

    return comparing.compare_runs(open_runs(runs), metric, test=test)


@job("segments", title="Calculating segments", lane="interactive")
def segments(run: str, control: Control, metric: str = "ndcg@10", by: str = "activity") -> list[Json]:
    """For whom the number of a run holds: users by activity, or items by age or genre. The parts sum to the number."""
    from workbench.training import comparing

    return [asdict(segment) for segment in comparing.segments(open_run(run), metric, by)]


@job("gains", title="Comparing users", lane="interactive")
def gains(a: str, b: str, control: Control, metric: str = "ndcg@10") -> Json:
    """Each user's values in two runs, those who gain most by the second first."""
    from workbench.training import comparing

    users, first, second = comparing.by_user(open_run(a), open_run(b), metric)
    return {"users": users, "a": first.tolist(), "b": second.tolist()}


@job("overlap", title="Comparing lists", lane="interactive")
def overlap(a: str, b: str, control: Control) -> Json:
    """How alike the lists of two runs are, user by user (rank-biased overlap), and on average."""
    import numpy as np

    from workbench.training import comparing

    users, values = comparing.overlap(open_run(a), open_run(b))
    known = values[~np.isnan(values)]
    mean = float(known.mean()) if len(known) else None
    return {"users": users, "overlap": [None if np.isnan(value) else float(value) for value in values], "mean": mean}


@job("overlaps", title="Comparing lists", lane="interactive")
def overlaps(runs: list[str], control: Control) -> list[list[float | None]]:
    """How alike the lists of several runs are on average, each with each."""
    from workbench.training import side_by_side

    return side_by_side.overlaps(open_runs(runs), control)


@job("parts", title="Calculating segments", lane="interactive")
def parts(runs: list[str], control: Control, metric: str = "ndcg@10", by: str = "activity") -> Json:
    """For whom the numbers of several runs hold."""
    from workbench.training import side_by_side

    return side_by_side.parts(open_runs(runs), metric, by, control)


@job("waterfall", title="Comparing users", lane="interactive")
def waterfall(a: str, b: str, control: Control, metric: str = "ndcg@10") -> Json:
    """Who gains and who loses by the second of two runs, as a curve."""
    from workbench.training import side_by_side

    return side_by_side.gains(open_run(a), open_run(b), metric)


@job("waterfall_users", title="Comparing users", lane="interactive")
def waterfall_users(a: str, b: str, place: int, control: Control, metric: str = "ndcg@10", n: int = 12) -> list[Json]:
    """Users around a place of that curve."""
    from workbench.training import side_by_side

    return side_by_side.users_at(open_run(a), open_run(b), metric, place, n)


@job("waterfall_file", title="Writing the values of users", lane="background")
def waterfall_file(a: str, b: str, output: str, control: Control, metric: str = "ndcg@10") -> Json:
    """Write every user's values in two runs to a .csv file."""
    from workbench.training import side_by_side

    return {"rows": side_by_side.write_gains(open_run(a), open_run(b), metric, Path(output))}
