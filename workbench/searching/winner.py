"""The best trial of a search, trained once more on all that is not the test."""

import os
from pathlib import Path

from workbench.control import Control
from workbench.errors import WorkbenchError
from workbench.searching.search_folder import Search
from workbench.searching.standing import best_of
from workbench.training.run import Run
from workbench.training.run_spec import Trial
from workbench.training.train import train_run
from workbench.training.trials import FINAL


def make_best(search: Search, number: int | None = None) -> Run:
    """The run of the best trial's hyperparameters on train and validation, made where it is not there yet.

    Nothing is left to judge its epochs by, so it has as many as were best on validation.

    Parameters
    ----------
    number
        Of another trial, such as one of the front of two goals.

    Raises
    ------
    WorkbenchError
        If no trial has ended well.
    """
    trials = search.trials()
    chosen = best_of([trial for trial in trials if number in (None, trial.number)], search.spec)
    if chosen is None:
        raise WorkbenchError("There is no trial that has ended well and within the limits. Search on first.")
    trial = Run.open(search.runs_folder / chosen.run)
    folder = search.runs_as_named / f"{chosen.run}{FINAL}"
    if (folder / "run.json").exists():
        return Run.open(folder)
    hyperparameters, best = dict(trial.new_algorithm().model_dump()), trial.status().best
    if "epochs" in hyperparameters and best is not None and best.epoch:
        hyperparameters["epochs"] = best.epoch
    spec, place = trial.spec, Path(os.path.relpath(search.folder.resolve(), folder.resolve()))
    return Run.create(
        folder,
        search.data_folder,
        spec.algorithm,
        hyperparameters,
        spec.split,
        spec.split_settings,
        filters=spec.filters,
        seed=spec.seed,
        device=spec.device,
        threads=spec.threads,
        patience=0,
        validation_users=spec.validation_users,
        include_seen=spec.include_seen,
        learns_validation=True,
        trial=Trial(search=place.as_posix(), number=chosen.number),
    )


def train_best(search: Search, control: Control | None = None) -> Run:
    """Make that run and train it to its end."""
    run = make_best(search)
    if not run.status().state.is_usable:
        train_run(run.folder, control)
    return run
