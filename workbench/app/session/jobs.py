"""The session's processes for jobs, and how it tells that something failed."""

from functools import partial
from typing import Any, get_args

from PySide6.QtCore import QObject, Signal

from workbench.app.jobs.declared_jobs import find_job
from workbench.app.jobs.job_process import Done, Failed, Progress, Task, TaskWorker
from workbench.jobs.job import Lane
from workbench.project import log_folder


class Jobs(QObject):
    """Hands jobs to the processes that do them: ``session.jobs``."""

    changed = Signal()
    """A job was handed over, has got on, or has ended."""
    failed = Signal(str, str, str)
    """What failed, a sentence on why and what to do, details."""

    def __init__(self, parent: QObject, worker: list[str] | None = None) -> None:
        super().__init__(parent)
        log = log_folder() / "worker.log"
        # One each: a question that somebody waits for need not queue behind the export of a million lists.
        self.workers: dict[Lane, TaskWorker] = {lane: TaskWorker(self, worker, log) for lane in get_args(Lane)}
        for process in self.workers.values():
            process.changed.connect(self.changed)

    @property
    def tasks(self) -> list[Task]:
        """Jobs that wait or run."""
        return [task for worker in self.workers.values() for task in worker.tasks]

    def submit(
        self,
        job: str,
        args: dict[str, Any],
        *,
        title: str = "",
        done: Done | None = None,
        failed: Failed | None = None,
        progress: Progress | None = None,
    ) -> Task:
        """Let a job of `workbench.jobs` be done outside the window's process.

        Give bound methods of widgets, not lambdas: they are disconnected when the widget goes. Without `failed`, a
        failure is shown as a card.
        """
        task = self._worker(job).submit(job, args, title=title, done=done, failed=failed, progress=progress)
        if failed is None:
            task.failed.connect(partial(self._failed, task.title))
        return task

    def _failed(self, title: str, sentence: str, details: str) -> None:
        self.failed.emit(self.tr("{job} failed").format(job=title), sentence, details)

    def cancel(self, task: Task) -> None:
        """End a job at once; what it was to replace stays as it was."""
        self._worker(task.job).cancel(task)

    def _worker(self, job: str) -> TaskWorker:
        return self.workers[find_job(job).lane]

    def start(self) -> None:
        """Start the processes that wait for jobs."""
        # One after the other: together they would take the machine from the window.
        self.submit("warm_up", {}).finished.connect(self.workers["background"].start)

    def close(self) -> None:
        """End all of them."""
        for worker in self.workers.values():
            worker.close()
