"""The session's processes for jobs, and how it tells that something failed."""

import logging
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, get_args

from PySide6.QtCore import QObject, Signal, Slot

from workbench.app.jobs.declared_jobs import find_job
from workbench.app.jobs.job_process import Done, Failed, Progress, Task, TaskWorker
from workbench.jobs.compiling import is_compiled
from workbench.jobs.job import Lane
from workbench.project import log_folder

MAX_ENDED = 50
log = logging.getLogger("workbench")


@dataclass(frozen=True)
class Ended:
    """A job that is over: what it was, how it ended ("done", "failed", "cancelled"), when, and what it said."""

    title: str
    state: str
    at: datetime
    sentence: str = ""


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
        self._asked_to_compile = False
        self.ended: deque[Ended] = deque(maxlen=MAX_ENDED)
        """Background jobs that are over, the newest last."""
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
        worker = self._worker(job)
        for other in worker.tasks:
            if find_job(other.job).gives_way:
                worker.cancel(other)
        task = worker.submit(job, args, title=title, done=done, failed=failed, progress=progress)
        if failed is None:
            task.failed.connect(partial(self._failed, task.title))
        if find_job(job).lane == "background":
            task.done.connect(partial(self._note, task.title, "done", ""))
            task.failed.connect(partial(self._note_failure, task.title))
            task.cancelled.connect(partial(self._note, task.title, "cancelled", ""))
        return task

    def _note(self, title: str, state: str, sentence: str, *_: object) -> None:
        self.ended.append(Ended(title, state, datetime.now().astimezone(), sentence))

    def _note_failure(self, title: str, sentence: str, _details: str) -> None:
        self._note(title, "failed", sentence)

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
        self.submit("warm_up", {"kernels": False}).finished.connect(self.workers["background"].start)

    def load_kernels(self) -> None:
        """Let the one that recommends load the compiler (80 MB), which only a project needs."""
        self.submit("warm_up", {})

    @Slot()
    def compile_loops(self) -> None:
        """Let algorithms be compiled beside the person, once, where set-up has not done so."""
        if not self._asked_to_compile and not is_compiled():
            task = self.submit("compile", {}, failed=self._not_compiled)
            task.finished.connect(self.workers[find_job("compile").lane].rest)
        self._asked_to_compile = True

    def _not_compiled(self, sentence: str, _details: str) -> None:
        log.warning("loops were not compiled ahead: %s", sentence)

    def close(self) -> None:
        """End all of them."""
        for worker in self.workers.values():
            worker.close()
