"""The runs of a project as the window knows them: their state, the queue, and the orders that a person gives."""

import contextlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from workbench.app.jobs.slices import Slices
from workbench.app.runs.outside_changes import OutsideChanges
from workbench.app.runs.run_bin import RunBin
from workbench.app.runs.run_followers import Followers
from workbench.app.runs.run_info import RunInfo, read_info
from workbench.app.runs.run_memory import one_more_fits
from workbench.errors import WorkbenchError
from workbench.project import Project, log_folder, settings
from workbench.training.run_state import RunState
from workbench.training.standby import Standby, hand_over

if TYPE_CHECKING:
    from workbench.training.run_status import RunStatus
    from workbench.training.status import StatusWriter

__all__ = ["RunInfo", "Runs"]

STANDBY_DELAY_MS = 3000  # the run that has just started has the computer to itself first
TOLD_MS = 250  # between two words that more runs are read
MEMORY_RETRY_MS = 5000  # until it is asked again whether there is memory for one more


class Runs(QObject):
    """All runs of the open project. Some train at once, the others wait in an order that the person may change."""

    changed = Signal()
    """Runs were added or removed, or the queue moved."""
    run_changed = Signal(str)
    """Run id: its state, epoch, validation or metrics."""
    grown = Signal(str)
    """Run id: there are more records; at most 15 times a second."""
    restarted = Signal(str)
    """Run id: it goes on from its checkpoint; take `records_of` again from the start."""
    deleted = Signal(str)
    """Run id; `restore` may bring it back."""
    failed = Signal(str, str, str)
    """What failed, a sentence on why and what to do, details."""

    def __init__(self, parent: QObject | None = None, command: list[str] | None = None) -> None:
        super().__init__(parent)
        self._project: Project | None = None
        self._shut = False
        self._infos: dict[str, RunInfo] = {}
        self._removed = RunBin()
        self._places: dict[str, int] = {}  # of the runs that were there, for those of before they had numbers
        self._followers = Followers(self)
        self._followers.grown.connect(self.grown)
        self._followers.restarted.connect(self.restarted)
        self._followers.status.connect(self._hear_status)
        self._followers.ended.connect(self._hear_end)
        self._queue: deque[str] = deque()
        self._reading = Slices(self._read, self)
        self._reading.paused.connect(self._tell_of_slice)
        self._told = QTimer(self, singleShot=True, interval=TOLD_MS)
        self._reading.ended.connect(self._take_up)
        self._outside = OutsideChanges(self)
        self._outside.appeared.connect(self._take_up_new)
        self._outside.changed.connect(self._take_up_changed)
        self._at_once = settings().at_once
        self._places_held, self._together = 0, False
        self._leaves_queue = command is None  # who trains with a command of their own goes on with it themselves
        self.standby = Standby(command, log_folder() / "training.log")

    def open(self, project: Project) -> None:
        """Read the runs of a project, follow those that live, and go on with the queue.

        Hundreds of runs are read in slices; `changed` tells of the first, and then now and then, for whoever hears it has
        much to do. Nothing trains before all are there.
        """
        self._project = project
        folders = project.run_folders()
        self._places = {folder.name: place for place, folder in enumerate(folders)}
        self._reading.begin(folders)

    @Slot()
    def _tell_of_slice(self) -> None:
        if not self._told.isActive():
            self._told.start()
            self.changed.emit()

    def _read(self, folder: Path) -> None:
        from workbench.training.run import Run

        try:
            run = Run.open(folder)
            info = self._add(run, run.status())
            if info.damage:
                self.failed.emit(
                    self.tr("The test of {title} could not be read").format(title=info.title), info.damage, ""
                )
            if info.notes_damage:
                what = self.tr("What was noted about {title} could not be read")
                self.failed.emit(what.format(title=info.title), info.notes_damage, "")
        except WorkbenchError as error:
            self.failed.emit(self.tr("A run could not be read"), str(error), "")

    @Slot()
    def _take_up(self) -> None:
        """Follow what trains and go on with the queue, now that all runs are known."""
        for info in self.all():
            if info.state.is_active and not info.search:
                self._followers.follow(info.folder)
        waiting = [info for info in self.all() if info.state is RunState.QUEUED and not info.search]
        self._queue.extend(info.id for info in sorted(waiting, key=_place_in_queue))
        self.changed.emit()
        self._advance()
        self._outside.start(self._project.runs_folder)

    @Slot(list)
    def _take_up_new(self, folders: list[Path]) -> None:
        """Show runs that somebody else has made, once they have begun: until then their maker has them in hand."""
        from workbench.training.run_status import read_status

        new = [folder for folder in folders if folder.name not in self._infos and self._project is not None]
        begun = [folder for folder in new if read_status(folder).state is not RunState.QUEUED]
        for folder in set(new).difference(begun):
            self._outside.overlook(folder.name)
        for folder in begun:
            self._read(folder)
            info = self._infos.get(folder.name)
            if info is not None and info.state.is_active and not info.search:
                self._followers.follow(folder)
        if begun:
            self.changed.emit()

    def take_in(self, folder: Path) -> str:
        """Put a run in the queue that was made elsewhere; returns its id, "" where it cannot be read."""
        if folder.name not in self._infos:
            self._read(folder)
        info = self._infos.get(folder.name)
        if info is None:
            return ""
        if info.state is RunState.QUEUED and info.id not in self._queue:
            self._queue.append(info.id)
        self.changed.emit()
        self._advance()
        return info.id

    @Slot(list)
    def _take_up_changed(self, run_ids: list[str]) -> None:
        """Show what somebody else has done with runs that nobody trained here."""
        for run_id in run_ids:
            info = self._infos.get(run_id)
            if info is not None and run_id not in self._followers and run_id not in self._queue:
                self._look_again(info)
                before = info.evaluation
                info.read_evaluation()
                if info.evaluation != before:
                    self.run_changed.emit(run_id)

    def close(self) -> None:
        """Stop following everything. Runs in progress go on without the window, and so does the queue."""
        self._outside.stop()
        if self._queue and self._project is not None and self._leaves_queue:
            self._leave_queue(self._project.folder)
        self._followers.close()
        self._removed.empty()
        self._project = None
        self._reading.stop()
        self._infos, self._places_held = {}, 0
        self._queue.clear()
        self.changed.emit()

    def _leave_queue(self, project: Path) -> None:
        from workbench.training.queue import leave_to_process

        try:
            leave_to_process(project)
        except OSError as error:
            sentence = self.tr("{n} runs wait until the project is opened again ({reason}).")
            words = sentence.format(n=len(self._queue), reason=error.strerror)
            self.failed.emit(self.tr("The queue cannot go on"), words, "")

    def shut(self) -> None:
        """Close, and end the process that stands by."""
        self._shut = True
        self.close()
        self.standby.close()

    def all(self) -> list[RunInfo]:
        """All runs, oldest first."""
        return list(self._infos.values())

    def get(self, run_id: str) -> RunInfo | None:
        """One run by its id."""
        return self._infos.get(run_id)

    def active(self) -> RunInfo | None:
        """The run that trains or is paused; of several the one that was begun first."""
        return next(iter(self.all_active()), None)

    def all_active(self) -> list[RunInfo]:
        """All runs that train or are paused."""
        return [self._infos[run_id] for run_id in self._followers if run_id in self._infos]

    @property
    def at_once(self) -> int:
        """How many may train at once."""
        return self._at_once

    def set_at_once(self, number: int) -> None:
        """Let more or fewer train at once; those that do go on. One more begins only where there is memory for it."""
        self._at_once = max(1, number)
        self._advance()

    def hold_places(self, number: int) -> None:
        """Let so many of those that may train at once be searches, whose trials nobody follows here."""
        self._places_held = number
        self._advance()

    @property
    def has_place(self) -> bool:
        """Whether fewer train than may do so at once."""
        return len(self._followers) + self._places_held < self._at_once

    def waiting(self) -> list[RunInfo]:
        """Runs in the queue, the next one first."""
        return [self._infos[run_id] for run_id in self._queue]

    def records_of(self, run_id: str) -> list[dict[str, Any]]:
        """All records of a run so far, read from its folder now: for few. Curves are read as they grow.

        Each has epoch, epochs, loss, seconds, part (inside an epoch), validation, values.
        """
        from workbench.training.records import read_records

        info = self._infos.get(run_id)
        return read_records(info.folder / "records.jsonl") if info is not None else []

    def add(
        self, algorithm: str, hyperparameters: dict[str, Any], data: Path, split: dict[str, Any], **options: Any
    ) -> str:
        """Make a run and put it in the queue; returns its id. Raises WorkbenchError where a value is out of range."""
        from workbench.training.run import Run
        from workbench.training.run_folder import new_run_name

        if self._project is None:
            raise WorkbenchError(self.tr("There is no project to train in. Make or open one first."))
        self._reading.finish()  # what is there comes first
        folder = self._project.runs_folder / new_run_name(algorithm)
        run = Run.create(
            folder,
            data,
            algorithm,
            hyperparameters,
            split["name"],
            split.get("settings") or {},
            number=self._next_number(),
            **options,
        )
        info = self._add(run, run.status())
        self._queue.append(info.id)
        self.changed.emit()
        self._advance()
        return info.id

    def move(self, run_id: str, place: int) -> None:
        """Let a waiting run have another place in the queue, 0 being the next one; the order outlives the window."""
        if run_id not in self._queue:
            return
        self._queue.remove(run_id)
        self._queue.insert(max(0, min(place, len(self._queue))), run_id)
        for at, waiting in enumerate(self._queue):
            if self._infos[waiting].status.place != at:
                self._write(waiting, partial(_queue, place=at))
        self.changed.emit()

    def extend(self, run_id: str, epochs: int) -> None:
        """Queue a run that has ended, for more epochs. Raises WorkbenchError where it has none."""
        from workbench.training.run import Run

        info = self._infos.get(run_id)
        if info is None or not info.over:
            return
        run = Run.open(info.folder)
        run.extend(epochs)
        info.spec, info.metrics, info.evaluation = run.spec.model_dump(), {}, None
        self._wait_again(info, run.status())

    def adjust(self, run_id: str, name: str, value: float) -> None:
        """Let a run go on with another value of a hyperparameter. Raises WorkbenchError where that cannot be."""
        from workbench.training.run import Run

        info = self._infos.get(run_id)
        if info is not None and run_id in self._followers:
            Run.open(info.folder).adjust(name, value)

    def pause(self, run_id: str) -> None:
        """Let a run wait where it is."""
        self._order(run_id, "pause")

    def unpause(self, run_id: str) -> None:
        """Let a paused run go on."""
        self._order(run_id, "resume")

    def stop(self, run_id: str) -> None:
        """End a run and keep its best epoch."""
        self._order(run_id, "stop")

    def cancel(self, run_id: str) -> None:
        """End a run now, by force where it does not listen; or take it out of the queue."""
        if run_id in self._queue:
            self._queue.remove(run_id)
            self._write(run_id, lambda writer: writer.end(RunState.CANCELLED))
            return
        if run_id in self._followers:
            self._order(run_id, "cancel")
            self._followers.cancel(run_id)

    def put_back(self, run_id: str, place: int) -> bool:
        """Let a run that was taken out of the queue wait again at its place; False where it is not one of those."""
        info = self._infos.get(run_id)
        if info is None or info.state is not RunState.CANCELLED:
            return False
        self.go_on(run_id, place)
        return not info.over

    def go_on(self, run_id: str, place: int | None = None) -> None:
        """Queue a run that ended early, to go on after its last finished epoch; at the end, or at a place."""
        from workbench.training.run import Run

        info = self._infos.get(run_id)
        if info is None or not info.resumable or run_id in self._queue:
            return
        with self._telling(self.tr("The run cannot continue")):
            run = Run.open(info.folder)
            run.queue()
            self._wait_again(info, run.status(), place)

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """Tell once, at the end, of all runs that are added or removed meanwhile."""
        self._together = True
        try:
            yield
        finally:
            self._together = False
            self.changed.emit()

    def delete(self, run_id: str) -> None:
        """Remove a run that is over; `restore` brings it back until the project is closed."""
        info = self._infos.get(run_id)
        if info is None or run_id in self._followers or (info.search and info.state.is_active):
            return
        if run_id in self._queue:
            self._queue.remove(run_id)
        with self._telling(self.tr("The run was not removed")):
            self._removed.put(info)
            del self._infos[run_id]
            if not self._together:
                self.changed.emit()
            self.deleted.emit(run_id)

    def removed(self) -> list[RunInfo]:
        """Runs that can be brought back, the one removed last at the end."""
        return self._removed.all()

    def restore(self, run_id: str) -> None:
        """Bring back a run that was removed; one that waited in the queue is cancelled."""
        info = None
        with self._telling(self.tr("The run was not restored")):
            info = self._removed.bring_back(run_id)
        if info is None:
            return
        self._infos[run_id] = info
        self._infos = dict(sorted(self._infos.items(), key=lambda one: one[1].number))
        if info.state is RunState.QUEUED:
            self._write(run_id, lambda writer: writer.end(RunState.CANCELLED))
        if not self._together:
            self.changed.emit()

    def describe(self, run_id: str, **changes: Any) -> None:
        """Give a run a title ("" for its own), tags or a note, kept in its folder as in `RunNotes`."""
        info = self._infos.get(run_id)
        if info is None:
            return
        notes = info.notes.but(**changes)
        with self._telling(self.tr("Your changes were not saved")):
            notes.write(info.folder)
            info.notes, info.title = notes, notes.title or info.own_title
            self.run_changed.emit(run_id)

    def evaluated(self, run_id: str) -> None:
        """Read a run's evaluation again."""
        info = self._infos.get(run_id)
        if info is not None:
            info.read_evaluation()
            self.run_changed.emit(run_id)

    def prepare(self) -> None:
        """Have a process stand by."""
        # The next one is asked for some time after a run has begun: by then the window may be closing.
        if not self._shut and (self._project is not None or self.parent() is not None):
            try:
                self.standby.prepare()
            except OSError as error:
                self.failed.emit(self.tr("Training cannot be prepared"), str(error), "")

    @contextlib.contextmanager
    def _telling(self, what: str) -> Iterator[None]:
        """Show what cannot be done instead of raising it."""
        try:
            yield
        except WorkbenchError as error:
            self.failed.emit(what, str(error), "")

    def _add(self, run: Any, status: "RunStatus") -> RunInfo:
        number = run.spec.number
        if number is None:  # as `Run.number` has it
            number = self._places.get(run.name, self._next_number())
        info = self._infos[run.name] = read_info(run, status, number, list(self._infos.values()))
        return info

    def _next_number(self) -> int:
        there = [*self._infos.values(), *self._removed.all()]
        return 1 + max((info.number for info in there), default=-1)

    def _wait_again(self, info: RunInfo, status: "RunStatus", place: int | None = None) -> None:
        self._queue.append(info.id)
        self._set(info.id, status)
        if place is not None:
            self.move(info.id, place)
        self.changed.emit()
        self._advance()

    def _fits(self) -> bool:
        """Whether there is memory for one more run beside those at work."""
        import psutil

        held = [info.memory for info in self.all_active()]
        return one_more_fits(held, psutil.virtual_memory().available)

    @Slot()
    def _advance(self) -> None:
        """Start the next runs of the queue where there is room for them."""
        while self._queue and self._reading.over and self._project is not None and self.has_place:
            if self._followers and not self._fits():
                QTimer.singleShot(MEMORY_RETRY_MS, self, self._advance)
                return
            self._begin_next()

    def _begin_next(self) -> None:
        info = self._infos[self._queue.popleft()]
        try:
            process = self.standby.start(info.folder, partial(hand_over, info.folder))
        except WorkbenchError:  # another process has taken it since, such as one of the command line
            self._look_again(info)
            return
        except OSError as error:
            reason = self.tr("The training process could not be started: {reason}.").format(reason=error.strerror)
            self._write(info.id, lambda writer: writer.end(RunState.FAILED, reason))
            return
        self._followers.follow(info.folder, process)
        self._set(info.id, info.status.but(state=RunState.RUNNING, place=None))
        QTimer.singleShot(STANDBY_DELAY_MS, self, self.prepare)

    def _settle(self, info: RunInfo) -> None:
        """Take up what followed from the data when the training began."""
        from workbench.training.run import Run

        with contextlib.suppress(WorkbenchError):
            info.spec = Run.open(info.folder).spec.model_dump()

    def look_again(self, run_ids: Iterable[str]) -> None:
        """See how runs stand that nobody follows, and whose process has ended."""
        for info in filter(None, map(self._infos.get, run_ids)):
            self._look_again(info)

    def _look_again(self, info: RunInfo) -> None:
        """Take up what somebody else has done with a run."""
        from workbench.training.run_status import read_status

        status = read_status(info.folder)
        if status != info.status:
            self._set(info.id, status)
        if info.state.is_active and not info.search:
            self._followers.follow(info.folder)

    def _order(self, run_id: str, command: Any) -> None:
        from workbench.training.run import Run

        info = self._infos.get(run_id)
        if info is not None and run_id in self._followers:
            with self._telling(self.tr("The run cannot be reached")):
                Run.open(info.folder).control(command)

    def _set(self, run_id: str, status: "RunStatus") -> None:
        info = self._infos[run_id]
        info.status = status
        if status.device and "" in info.spec.get("from_data", {}).values():
            self._settle(info)
        self.run_changed.emit(run_id)

    def _write(self, run_id: str, change: "Callable[[StatusWriter], object]") -> None:
        """Change the status of a run that no process trains, in its folder too."""
        from workbench.training.status import StatusWriter

        info = self._infos[run_id]
        writer = StatusWriter(info.folder, info.status)
        with self._telling(self.tr("The run cannot be reached")):
            change(writer)
        self._set(run_id, writer.status)

    @Slot(str, object)
    def _hear_status(self, run_id: str, status: "RunStatus") -> None:
        if run_id in self._infos:
            about_to_start = status.state is RunState.QUEUED
            self._set(run_id, status.but(state=RunState.RUNNING) if about_to_start else status)

    @Slot(str)
    def _hear_end(self, run_id: str) -> None:
        info = self._infos.get(run_id)
        if info is not None and info.state.is_failure:
            self.failed.emit(self.tr("{title} ended early").format(title=info.title), info.reason, info.details)
        self.changed.emit()
        self._advance()


def _queue(writer: "StatusWriter", place: int) -> None:
    writer.queue(place)


def _place_in_queue(info: RunInfo) -> tuple[int, str]:
    from workbench.training.queue import place_in_queue

    return place_in_queue(info.status, info.number, info.id)
