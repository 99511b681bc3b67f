"""What a training will take, and how well a trained run does."""

from dataclasses import asdict

from workbench.control import Control
from workbench.jobs.filtered_data import filtered
from workbench.jobs.job import Json, job
from workbench.jobs.open_run import open_run


@job("estimate", title="Measuring time and memory", lane="measuring", silent=True)
def estimate(data: str, asked: Json, control: Control, filters: list[Json] | None = None) -> Json:
    """What a training will take; `asked` has algorithm, hyperparameters, split, settings, validation_users, threads.

    Beside the estimate stands ``facts``, what defaults follow of the data that the filters leave.
    """
    from workbench.training.estimating import estimate_training

    left = filtered(data, filters)[0]
    return asdict(estimate_training(left, asked, control)) | {"facts": list(left.facts)}


@job("evaluate", title="Running the test", lane="background")
def evaluate(run: str, control: Control) -> Json:
    """Open the test for a run; the answer is also kept in its folder."""
    from workbench.training.evaluating import evaluate_run

    return evaluate_run(open_run(run), control=control)
