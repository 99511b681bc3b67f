"""Runs held against each other."""

from collections.abc import Sequence

import pandas as pd

from workbench.commands.compare import test_missing
from workbench.errors import WorkbenchError
from workbench.evaluation.metric_names import metric_key
from workbench.interface.progress import shown
from workbench.interface.runs import Run
from workbench.interface.values import check_kind, one_or_more
from workbench.training.comparing import compare_runs


def compare(
    runs: Sequence[Run],
    metric: str = "ndcg@10",
    *,
    test: str = "wilcoxon",
    progress: bool = True,
) -> pd.DataFrame:
    """Which run is better, by how much, and whether that is more than chance.

    Parameters
    ----------
    runs
        Two or more; those that were not tested yet are tested first.
    metric
        Such as ``ndcg@10`` or ``rmse``.
    test
        By user: ``wilcoxon``, ``t`` or ``permutation``.
    progress
        Whether a bar is drawn.

    Returns
    -------
    DataFrame
        A row for each pair ``a``, ``b``: the ``difference`` of b - a with its 95 % interval ``low`` to ``high``, ``p``,
        ``p_adjusted`` (for all pairs of runs in their folder that were tested alike, whichever are named here), ``words``
        and more. ``attrs["runs"]`` has the mean of each run.

    Raises
    ------
    WorkbenchError
        If there are fewer than two runs, or none of them may be compared with another.
    """
    named = one_or_more(runs) or []
    for run in named:
        check_kind(run, Run, "compare takes runs from train or open_run")
    check_kind(metric, str, "compare looks at one metric such as 'ndcg@10'")
    opened = [run.opened for run in named]
    if len(opened) < 2:  # noqa: PLR2004 - a pair
        raise WorkbenchError("Two or more runs are needed to compare. Give a list of them.")
    metric = metric_key(metric)
    with shown("Comparing", progress) as control:
        test_missing(opened, metric, control)
        answer = compare_runs(opened, metric, test=test)
    if not answer["pairs"]:
        raise WorkbenchError(answer.get("why") or "No two of these runs may be compared.")
    table = pd.DataFrame(answer["pairs"])
    table.attrs = {name: value for name, value in answer.items() if name != "pairs"}
    return table
