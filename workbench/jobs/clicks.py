"""What runs would have earned on a log of clicks."""

from functools import partial
from pathlib import Path

from workbench.control import Control
from workbench.jobs.job import Json, job


@job("clicks", title="Judging by clicks", lane="background")
def clicks(runs: list[str], log: str, control: Control, softmax: float | None = None, shown: str = "unknown") -> Json:
    """Judge runs by a log: ``log``, what was read; ``known``, whether propensities are; ``runs``, an answer for each.

    An answer is that of `estimating.estimate`, or of `foretelling.foretell` where no propensities are known; or
    ``problem``, a sentence.
    """
    from workbench.clicks import policies
    from workbench.clicks.estimating import estimate
    from workbench.clicks.foretelling import foretell
    from workbench.clicks.reading import read_impressions
    from workbench.errors import WorkbenchError

    read = read_impressions(Path(log), None, control)
    read = read.shown_at_random() if shown == "random" and read.propensity is None else read
    answers = []
    for at, folder in enumerate(runs):
        control.check()
        run = Path(folder)
        judge = partial(policies.lists_of_run, run=run)
        if softmax is not None:
            judge = partial(policies.softmax_of_run, run=run, temperature=softmax)
        try:
            answers.append(foretell(read, run) if read.propensity is None else estimate(read, judge))
        except WorkbenchError as error:
            answers.append({"problem": str(error)})
        control.progress((at + 1) / len(runs), f"{at + 1} of {len(runs)} runs")
    told = {"impressions": len(read), "items": read.n_items, "users": None if read.users is None else len(read.users)}
    return {"log": read.told | told, "known": read.propensity is not None, "runs": answers}
