"""The queue of a project goes on where no window is open: what waits is trained, one run after another.

A process of its own does it, which `leave_to_process` starts; it ends when nothing waits, or when a window has the project
open, which then goes on. Nobody trains a run twice: it is handed over under a lock (`Run.take`), as by the window.
"""

import sys
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import WorkbenchError
from workbench.files import alone
from workbench.project import Project, log_folder
from workbench.training.standby import Standby, close_input, hand_over, start_apart

if TYPE_CHECKING:
    from workbench.training.run_status import RunStatus

POLL_SECONDS = 1.0
CLOSING_SECONDS = 10.0  # that a window has for closing


def place_in_queue(status: "RunStatus", number: int, name: str) -> tuple[int, str]:
    """By which waiting runs are ordered: the place that a person gave one, else in the order in which they were made."""
    return (number if status.place is None else status.place), name


def leave_to_process(project: Path) -> None:
    """Let the queue of a project go on without this process; raises OSError where none can be started."""
    process = start_apart(
        [sys.executable, "-m", "workbench.worker", "--queue", str(project)], log_folder() / "queue.log"
    )
    close_input(process)


def go_on(folder: Path, standby: Standby | None = None, *, poll: float = POLL_SECONDS) -> list[str]:
    """Train what waits in the project in `folder`; returns the names of the runs that were begun.

    Raises
    ------
    WorkbenchError
        If the folder is no project, or another process goes on with it already.
    """
    project = Project.open(folder)
    project.runs_folder.mkdir(exist_ok=True)
    standby = standby or Standby(log=log_folder() / "training.log")
    with alone(project.runs_folder, f"Another process goes on with the queue of {folder}."):
        patience = time.monotonic() + CLOSING_SECONDS
        while project.holder() is not None and time.monotonic() < patience:
            time.sleep(poll)  # the window that asked for this is still closing
        try:
            return _until_nothing_waits(project, standby, poll)
        finally:
            standby.close()


def _until_nothing_waits(project: Project, standby: Standby, poll: float) -> list[str]:
    tried: set[str] = set()
    begun: list[str] = []
    while project.holder() is None:
        standby.reap()  # or what has died would look as if it lived
        waiting, active = _runs(project)
        left = [run for run in waiting if run.name not in tried]
        if not left:
            break
        if not active:
            tried.add(left[0].name)
            begun += [left[0].name] if _begin(standby, left[0]) else []
        time.sleep(poll)
    return begun


def _begin(standby: Standby, folder: Path) -> bool:
    """Start a run; False where somebody else has taken it, or it cannot be read: then its status says why."""
    from workbench.training.run_state import RunState
    from workbench.training.run_status import read_status
    from workbench.training.status import StatusWriter

    try:
        standby.start(folder, partial(hand_over, folder))
    except (WorkbenchError, OSError) as error:
        status = read_status(folder)
        if status.state is RunState.QUEUED:
            with suppress(WorkbenchError):  # a disk that is full says nothing either
                StatusWriter(folder, status).end(RunState.FAILED, f"It could not be started. {error}")
        return False
    return True


def _runs(project: Project) -> tuple[list[Path], int]:
    """Folders of the runs that wait, the next one first, and how many train or search."""
    from workbench.training.run_state import RunState
    from workbench.training.run_status import read_status

    found = [(folder, read_status(folder)) for folder in project.run_folders()]
    waiting = [
        (place_in_queue(status, number, folder.name), folder)
        for number, (folder, status) in enumerate(found)
        if status.state is RunState.QUEUED and not _is_trial(folder)
    ]
    searches = [read_status(folder).state.is_active for folder in project.search_folders()]
    return [folder for _, folder in sorted(waiting)], sum(status.state.is_active for _, status in found) + sum(searches)


def _is_trial(folder: Path) -> bool:
    """Whether a run is a trial, which its search trains in a moment; the best, trained once more, is a run like others."""
    from workbench.training.run import Run

    with suppress(WorkbenchError):
        spec = Run.open(folder).spec
        return spec.trial is not None and not spec.learns_validation
    return False
