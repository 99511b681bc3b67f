"""A training that another process leads: this one does its share of each step, and keeps nothing."""

from contextlib import suppress
from pathlib import Path

from workbench.algorithms import find
from workbench.algorithms.base.peers import Peers
from workbench.algorithms.base.training_loop import NeuralAlgorithm
from workbench.control import Control
from workbench.errors import Cancelled, WorkbenchError
from workbench.training.run import Run
from workbench.training.train import threads_of


def check_shared(run: Run) -> None:
    """Raise WorkbenchError where the algorithm of a run has no batches that could be shared."""
    kind = find(run.spec.algorithm)
    if not issubclass(kind, NeuralAlgorithm):
        message = f"{kind.title} has no steps of batches that several processes could share. Train it with one."
        raise WorkbenchError(message)


def learn_along(folder: Path, peers: Peers, control: Control) -> None:
    """Take part in the training of a run until whoever leads it has ended.

    Raises
    ------
    WorkbenchError
        If one of the others is gone.
    """
    peers.meet()  # the first one has settled by then what follows from the data
    run = Run.open(folder)
    algorithm = run.new_algorithm()
    checkpoint = folder / "checkpoint.safetensors"
    if checkpoint.exists():
        run.restore(algorithm, checkpoint)
    algorithm._peers = peers  # type: ignore[attr-defined]  # noqa: SLF001 - checked by `check_shared`
    try:
        with suppress(Cancelled), threads_of(run.spec.threads, algorithm):
            for _ in algorithm.train(run.fold.learned_from, run.spec.seed):
                control.check()
    except RuntimeError as error:  # of gloo
        message = f"A process that shared the training of {run.name} has ended. Train the run again: it goes on."
        raise WorkbenchError(message) from error
    finally:
        peers.leave()
