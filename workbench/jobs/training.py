"""Trainings on an engine: several runs beside each other, or one that several processes share."""

from collections.abc import Sequence
from pathlib import Path

from workbench.control import Control
from workbench.jobs.job import Json, job
from workbench.owned import remove_file

MEETING = "meeting"


@job("train", title="Training", lane="background", silent=True)
def train(run: str, control: Control, test: bool = False) -> Json:
    """Train a run to its end, or on where it stopped, and test it where that is wanted; gives its ``status``."""
    from workbench.training.evaluating import evaluate_run
    from workbench.training.run import Run
    from workbench.training.train import train_run

    status = train_run(Path(run), control)
    if test:
        evaluate_run(Run.open(Path(run)), control=control)
    return {"run": run, "status": status.state.value}


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


def train_all(runs: Sequence[Path], engine: str, control: Control | None = None, *, test: bool = False) -> list[Json]:
    """Train several runs on an engine, such as seeds, folds or trials; gives what `train` gives, in their order.

    A run whose process is lost goes on from its last finished epoch in another one.
    """
    from workbench.engine import open_engine

    pieces = [{"run": str(run.absolute()), "test": test} for run in runs]
    with open_engine(engine) as machines:
        found = {done.number: done.value for done in machines.map("train", pieces, control or Control())}
    return [found[number] for number in range(len(runs))]


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
