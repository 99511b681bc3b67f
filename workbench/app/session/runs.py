"""The session's runs: orders to them, questions to them, and which of them, and which user, are selected."""

from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from workbench.app.jobs.job_process import Done, Failed, Task
from workbench.app.runs.run_store import RunInfo, Runs
from workbench.app.session.project import SessionProject
from workbench.errors import WorkbenchError


class SessionRuns(SessionProject):
    """Tells runs what a person wants of them; what cannot be is shown. A part of `Session`, which is what pages know."""

    runs_changed = Signal()
    """Runs were added or removed, or the queue moved."""
    run_changed = Signal(str)
    """Run id: its state, epoch, validation or metrics."""
    run_grown = Signal(str)
    """Run id: there are more records; at most 15 times a second."""
    run_restarted = Signal(str)
    """Run id: it goes on from its checkpoint; take `records` again from the start."""
    selection_changed = Signal()
    """The selected user or runs."""

    def __init__(
        self, parent: QObject | None = None, worker: list[str] | None = None, standby: list[str] | None = None
    ) -> None:
        super().__init__(parent, worker)
        self._user: str | None = None
        self._selected: list[str] = []
        self.runs = Runs(self, standby)
        self.runs.changed.connect(self.runs_changed)
        self.runs.run_changed.connect(self.run_changed)
        self.runs.grown.connect(self.run_grown)
        self.runs.restarted.connect(self.run_restarted)
        self.runs.failed.connect(self.failure)

    def run(self, run_id: str) -> RunInfo | None:
        """One run by its id."""
        return self.runs.get(run_id)

    def all_runs(self) -> list[RunInfo]:
        """All runs, oldest first."""
        return self.runs.all()

    def records(self, run_id: str) -> list[dict[str, Any]]:
        """All records of a run so far: epoch, epochs, loss, seconds, part (inside an epoch), validation, values."""
        return self.runs.records_of(run_id)

    def queue_run(self, algorithm: str, hyperparameters: dict[str, Any] | None = None, **options: Any) -> str | None:
        """Train an algorithm on the current data, filters and split, when the machine is free; returns the run's id.

        Parameters
        ----------
        options
            ``seed``, ``device``, ``threads``, ``patience``, ``validation_users``, as in `RunSpec`.
        """
        if self.project is None or self.project.data_folder is None or self.split is None:
            self.failure.emit(
                self.tr("Nothing to learn from"), self.tr("Open a ratings file first, on the page Data."), ""
            )
            return None
        try:
            data, options = self.project.data_folder, {"filters": self.filters, **options}
            run_id = self.runs.add(algorithm, hyperparameters or {}, data, self.split, **options)
        except WorkbenchError as error:
            self.failure.emit(self.tr("This run is not possible"), str(error), "")
            return None
        self.select_runs([run_id])
        return run_id

    def pause_run(self, run_id: str) -> None:
        """Let a run wait where it is."""
        self.runs.pause(run_id)

    def unpause_run(self, run_id: str) -> None:
        """Let a paused run go on."""
        self.runs.unpause(run_id)

    def stop_run(self, run_id: str) -> None:
        """End a run and keep the best epoch so far as its model."""
        self.runs.stop(run_id)

    def cancel_run(self, run_id: str) -> None:
        """End a run at once, or take it out of the queue."""
        self.runs.cancel(run_id)

    def resume_run(self, run_id: str) -> None:
        """Go on with a run that ended early, after its last finished epoch."""
        try:
            self.runs.go_on(run_id)
        except WorkbenchError as error:
            self.failure.emit(self.tr("The run cannot go on"), str(error), "")

    def delete_run(self, run_id: str) -> None:
        """Remove a run that is over; `restore_run` brings it back until the project is closed."""
        try:
            self.runs.delete(run_id)
        except WorkbenchError as error:
            self.failure.emit(self.tr("The run was not removed"), str(error), "")
        self.select_runs([one for one in self._selected if one != run_id])

    def restore_run(self, run_id: str) -> None:
        """Bring back a run that was removed."""
        try:
            self.runs.restore(run_id)
        except WorkbenchError as error:
            self.failure.emit(self.tr("The run was not brought back"), str(error), "")

    def describe_run(self, run_id: str, **words: Any) -> None:
        """Give a run a title ("" for its own), tags or a note; kept in its folder."""
        try:
            self.runs.describe(run_id, **words)
        except WorkbenchError as error:
            self.failure.emit(self.tr("What you wrote was not kept"), str(error), "")

    def evaluate(self, run_ids: list[str], *, done: Done | None = None) -> list[Task]:
        """Open the test for some runs, one after another; `run_changed` follows for each."""
        tasks = []
        for info in filter(None, map(self.run, run_ids)):
            title = self.tr("Testing {run}").format(run=info.title)
            task = self.submit("evaluate", {"run": str(info.folder)}, title=title, done=done)
            task.done.connect(partial(self._evaluated, info.id))
            tasks.append(task)
        return tasks

    def _evaluated(self, run_id: str, _result: Any) -> None:
        self.runs.evaluated(run_id)

    def recommend(
        self,
        run_id: str,
        user: str,
        *,
        k: int = 20,
        include_seen: bool = False,
        done: Done | None = None,
        failed: Failed | None = None,
    ) -> Task | None:
        """Ask a run for one user's list; `done` gets ``{"user", "history", "items", "hidden", "known"}``."""
        info = self.run(run_id)
        if info is None:
            return None
        args = {"run": str(info.folder), "user": user, "k": k, "include_seen": include_seen}
        return self.submit("recommend", args, done=done, failed=failed)

    # Selection -----------------------------------------------------------------------------------------------------

    @property
    def user(self) -> str | None:
        """Id of the selected user."""
        return self._user

    def select_user(self, user: str | None) -> None:
        """Select a user by id."""
        if user != self._user:
            self._user = user
            self._keep_selection()

    @property
    def selected_runs(self) -> list[str]:
        """Ids of the selected runs, the one selected first at the head; those removed since left out."""
        return [one for one in self._selected if self.runs.get(one) is not None]

    @property
    def current_run(self) -> RunInfo | None:
        """The first selected run; without a selection, the newest usable one."""
        for one in self.selected_runs:
            return self.runs.get(one)
        return next((info for info in reversed(self.runs.all()) if info.usable), None)

    def select_runs(self, run_ids: list[str]) -> None:
        """Select runs by id, in order."""
        if run_ids != self._selected:
            self._selected = list(run_ids)
            self._keep_selection()

    def _keep_selection(self) -> None:
        self.set_view("selection", {"user": self._user, "runs": list(self._selected)})
        self.selection_changed.emit()
