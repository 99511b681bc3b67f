"""What filters leave and what lands where under a split, before anything is trained."""

from dataclasses import asdict

from workbench.control import Control
from workbench.jobs.filtered_data import filtered
from workbench.jobs.job import Json, job


@job("filter", title="Filtering the data", lane="interactive")
def filter_data(data: str, filters: list[Json], control: Control) -> Json:
    """What each filter of a chain leaves."""
    return filtered(data, filters)[1]


@job("split", title="Splitting the data", lane="interactive", silent=True)
def split_data(data: str, name: str, settings: Json, control: Control, filters: list[Json] | None = None) -> Json:
    """What lands where under a split of what the filters leave."""
    from workbench.data.splitting import make_split
    from workbench.data.splitting.base.outcome import outcome
    from workbench.evaluation.leaks import Evidence, find_leaks

    split = make_split(name, settings)  # says what is out of range before anything is read
    fold = split.split(filtered(data, filters)[0])
    return {**outcome(split, fold), "leaks": [asdict(leak) for leak in find_leaks(Evidence(fold, split))]}
