"""A training whose steps several processes of an engine share."""

from pathlib import Path

from workbench.control import Control
from workbench.jobs.job import Json, job
from workbench.owned import remove_file

MEETING = "meeting"


@job("train_share", title="Training", lane="background", silent=True)
def train_share(run: str, rank: int, size: int, place: str, on_this_machine: bool, control: Control) -> Json:
    """Do the share of one process in a training: the first one, 0, leads it."""
    from workbench.algorithms.base.peers import Peers
    from workbench.training.along import learn_along
    from workbench.training.train import train_run

    peers = Peers(size, rank, Path(place), on_this_machine=on_this_machine)
    if rank:
        learn_along(Path(run), peers, control)
    else:
        train_run(Path(run), control, peers)
    return {"run": run, "rank": rank}


def train_together(run: Path, size: int, engine: str, control: Control | None = None) -> None:
    """Let processes of an engine, `size` in number, share each step of one training.

    Raises
    ------
    WorkbenchError
        If the algorithm has no such steps, the engine has no room for all, or one of them is lost.
    """
    from workbench.engine import open_engine
    from workbench.training.along import check_shared
    from workbench.training.run import Run

    check_shared(Run.open(run))
    run = run.absolute()
    place = run / MEETING
    remove_file(place)  # of an earlier training that was killed
    shared = {"run": str(run), "size": size, "place": str(place), "on_this_machine": not engine.startswith("ray://")}
    try:
        with open_engine(engine) as machines:
            pieces = [{**shared, "rank": rank} for rank in range(size)]
            for _ in machines.map("train_share", pieces, control or Control(), together=True):
                pass
    finally:
        remove_file(place)
