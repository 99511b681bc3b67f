"""The search itself: ask, train, judge, tell, until the budget is spent. A kill at any moment changes nothing of it."""

import math
import os
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.amounts import counted
from workbench.control import Control
from workbench.errors import Cancelled, WorkbenchError, sentence_of
from workbench.owned import remove_file
from workbench.searching.helping import Leader, helpers
from workbench.searching.journal import quiet, set_sampler
from workbench.searching.search_folder import CONTROL, Search
from workbench.searching.standing import best_of, line_of
from workbench.searching.trying import Stopped, Trier
from workbench.training.run_state import RunState
from workbench.training.run_status import EpochSummary, RunStatus
from workbench.training.status import StatusWriter
from workbench.training.trials import TrialLine, TrialState, add_trial, write_trials

if TYPE_CHECKING:
    from optuna.trial import Trial

ASK_SECONDS = 60.0  # that other workers have for asking
MAX_FAILURES = 3  # trials that fail before any succeeds: then all would
MAX_REPEATS = 20  # trials in a row that were tried before: then everything was


class Searcher(Trier):
    """One process at work on one search, until its budget is spent."""

    def refresh(self) -> None:
        """Take up what other workers have told."""
        if self.spec.workers > 1:
            self.trials = {trial.number: line_of(trial, self.spec) for trial in self.frozen()}

    def work(self, left: Sequence[int], tell: Any) -> None:
        """Finish the trials that were left, then ask for others until the budget is spent.

        Parameters
        ----------
        tell
            Is called with what is new of a trial.
        """
        from optuna.trial import Trial

        for identity in left:
            with quiet():
                trial = Trial(self.study, identity)
            self.one(trial, tell)
        while (further := self._next()) is not None:
            self.one(further, tell)

    def _next(self) -> "Trial | None":
        self.check()
        self.refresh()
        self._end_if_senseless()
        with self.search.alone(ASK_SECONDS), quiet():
            if self.is_over_time or len(self.frozen()) >= (self.spec.trials or math.inf):
                return None
            set_sampler(self.study, self.spec.seed)
            return self.study.ask()

    def _end_if_senseless(self) -> None:
        over = [trial for _, trial in sorted(self.trials.items()) if trial.state.is_over]
        if len(over) >= MAX_FAILURES and all(trial.state is TrialState.FAILED for trial in over):
            raise WorkbenchError(f"The first {len(over)} trials all failed. The last one: {over[-1].reason}")
        last = over[-MAX_REPEATS:]
        if len(last) == MAX_REPEATS and all(trial.same_as is not None for trial in last):
            raise _AllTried


class _AllTried(Exception):  # noqa: N818 - the end of a search
    """Everything in the ranges was tried."""


def search(folder: Path, control: Control | None = None) -> RunStatus:
    """Search, from the start or from where a process has ended.

    Returns
    -------
    RunStatus
        The final one. A failure is recorded in the folder, then raised.

    Raises
    ------
    Cancelled
        If `control` says so; the search can go on.
    WorkbenchError
        If it cannot be done.
    """
    found = Search.open(folder)
    found.take(os.getpid())
    status = StatusWriter(folder, found.status())
    try:
        with status.heartbeat():
            state = _searched(found, control or Control(), status)
    except (Cancelled, KeyboardInterrupt):
        status.end(RunState.CANCELLED)
        raise
    except WorkbenchError as error:
        status.end(RunState.FAILED, str(error))
        raise
    except Exception as error:
        sentence = sentence_of(error)
        status.end(RunState.FAILED, sentence, traceback.format_exc())
        raise WorkbenchError(sentence) from error
    finally:
        remove_file(folder / CONTROL)
    return status.end(state)


def _searched(search: Search, control: Control, status: StatusWriter) -> RunState:
    searcher = Searcher(search, control)
    left = searcher.read()
    write_trials(search.folder, searcher.trials.values())
    status.note(epochs=search.spec.trials or 0)

    def tell(line: TrialLine) -> None:
        add_trial(search.folder, line)
        over = [trial for trial in searcher.trials.values() if trial.state.is_over]
        best = best_of(over, search.spec)
        if best is not None:
            reached = {search.spec.metric: best.value or 0.0}
            status.note(best=EpochSummary(epoch=best.number, validation=reached))
        status.note(epoch=len(over))
        control.progress(len(over) / (search.spec.trials or max(len(over), 1)), counted(len(over), "trial"))

    try:
        with helpers(search) as there:
            searcher.work(left, tell)
        if there:  # one that has ended unforeseen leaves a trial
            searcher.work(searcher.read(), tell)
            write_trials(search.folder, searcher.trials.values())
    except Stopped:
        return RunState.STOPPED
    except _AllTried:
        return RunState.DONE
    return RunState.DONE


def work_along(folder: Path, leader: int) -> None:
    """Do trials of a search beside the process that leads it, until nothing is left to ask or that process ends."""
    search = Search.open(folder)
    searcher = Searcher(search, Leader(leader))
    searcher.read()
    with suppress(_AllTried):
        searcher.work([], lambda line: add_trial(folder, line))
