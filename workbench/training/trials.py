"""What became of the trials of a search: ``trials.jsonl``, a line for each news of a trial, read without the library.

The journal of the search is what counts; this file is written from it anew whenever the search goes on. Whoever watches
reads it: the window, the command line, and the protocol of a run that is a trial.
"""

import json
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from workbench.amounts import counted
from workbench.files import readable_errors, whole_file
from workbench.stored import LARGEST, MAX_COUNT, Count, Shape, Text
from workbench.training.run_status import read_status

if TYPE_CHECKING:
    from workbench.training.run import Run

FILE = "trials.jsonl"
FINAL = "-final"  # behind the name of a trial's run: the same on train and validation


class TrialState(StrEnum):
    """Where a trial stands."""

    RUNNING = "running"
    DONE = "done"
    PRUNED = "pruned"
    """Given up, because others were better after as many epochs."""
    FAILED = "failed"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come of it."""
        return self is not TrialState.RUNNING


class TrialLine(Shape):
    """A line of ``trials.jsonl``: all that is known of one trial by then."""

    number: Count
    state: TrialState
    algorithm: Text
    run: Text = Field("", description="The name of its run folder.")
    hyperparameters: dict[Text, Any] = Field({}, description="Those that were searched or fixed.")
    value: float | None = Field(None, description="Of the metric that is searched for, on validation.")
    figures: dict[Text, float | None] = Field({}, description='All that was measured, such as {"seconds": 1.2}.')
    feasible: bool = Field(True, description="Whether it keeps the limits.")
    epochs: Count = 0
    seconds: float = Field(0.0, ge=0, le=MAX_COUNT)
    same_as: int | None = Field(None, ge=0, le=LARGEST, description="An earlier trial of the same hyperparameters.")
    reason: Text = Field("", description="Why it failed.")


def read_trials(folder: Path) -> list[TrialLine]:
    """The trials of the search in a folder by their numbers; of each what was told last, up to a line that is damaged."""
    path, found = folder / FILE, dict[int, TrialLine]()
    if not path.exists():
        return []
    with readable_errors(path):
        text = path.read_text(encoding="utf-8", errors="replace")
    for line in text.splitlines():
        try:
            told = TrialLine.model_validate_json(line)
        except ValueError:  # cut short by a kill or a full disk
            break
        found[told.number] = told
    return [found[number] for number in sorted(found)]


def chosen_from(run: "Run") -> str:
    """From how many trials of a search a run was chosen, and for how many the test was opened; empty where from none."""
    if run.spec.trial is None:
        return ""
    folder = (run.folder / run.spec.trial.search).resolve()
    trials = [trial for trial in read_trials(folder) if trial.state.is_over]
    best = read_status(folder).best
    if not trials:
        return ""
    which = "best" if best is not None and best.epoch == run.spec.trial.number else "one"
    tested = {run.name} | {
        name for trial in trials for name in (trial.run, f"{trial.run}{FINAL}") if _is_tested(run.folder.parent / name)
    }
    told = f"{which} of {counted(len(trials), 'trial')} on validation, where its figure is optimistic"
    told += f"; when this was tested, the test had been opened for {len(tested)} of them"
    return told if len(tested) == 1 else f"{told}, and the best of those is optimistic, too"


def _is_tested(folder: Path) -> bool:
    return (folder / "opened.json").exists()


def write_trials(folder: Path, trials: Iterable[TrialLine]) -> None:
    """Write all trials anew, whole or not at all."""
    with whole_file(folder / FILE) as part:
        part.write_text("".join(_line(trial) for trial in trials), encoding="utf-8")


def add_trial(folder: Path, trial: TrialLine) -> None:
    """Add the news of a trial."""
    with readable_errors(folder / FILE), (folder / FILE).open("a", encoding="utf-8") as file:
        file.write(_line(trial))


def _line(trial: TrialLine) -> str:
    return json.dumps(trial.model_dump(mode="json", exclude_defaults=True), allow_nan=False) + "\n"
