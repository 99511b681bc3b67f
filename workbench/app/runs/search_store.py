"""The searches of a project as the window knows them: what they have found, and the orders that a person gives."""

from collections import deque
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from workbench.app.jobs.background import Background
from workbench.app.jobs.slices import Slices
from workbench.app.runs.folder_bin import FolderBin
from workbench.app.runs.run_store import STANDBY_DELAY_MS, Runs
from workbench.app.runs.search_follower import SearchFollowers
from workbench.app.runs.search_info import SearchInfo, read_search
from workbench.errors import WorkbenchError
from workbench.project import Project
from workbench.training.run_state import RunState

if TYPE_CHECKING:
    from workbench.training.run_status import RunStatus


class Searches(QObject):
    """All searches of the open project. One at work takes the place of a run among those that train at once."""

    changed = Signal()
    """Searches were added or removed, or one began or ended."""
    search_changed = Signal(str)
    """Search id: its state or its trials; at most 15 times a second."""
    made = Signal(str)
    """Search id: it was just made by a person."""
    failed = Signal(str, str, str)
    """What failed, a sentence on why and what to do, details."""

    def __init__(self, parent: QObject, runs: Runs) -> None:
        super().__init__(parent)
        self._runs = runs
        self._project: Project | None = None
        self._infos: dict[str, SearchInfo] = {}
        self._queue: deque[str] = deque()
        self._removed = FolderBin()
        self._gone: dict[str, SearchInfo] = {}
        self._followers = SearchFollowers(self)
        self._followers.grown.connect(self._hear_growth)
        self._followers.restarted.connect(self._hear_growth)
        self._followers.status.connect(self._hear_status)
        self._followers.ended.connect(self._hear_end)
        self._reading = Slices(self._read, self)
        self._reading.ended.connect(self._take_up)
        self._making = Background(self)
        self._making.answered.connect(self._take_made)
        runs.changed.connect(self._advance)

    # What there is -------------------------------------------------------------------------------------------------

    def open(self, project: Project) -> None:
        """Read the searches of a project, and follow those that live."""
        self._project = project
        self._reading.begin(project.search_folders())

    def close(self) -> None:
        """Stop following everything; searches at work go on. The runs are closed next, and tell of both."""
        self._reading.stop()
        self._making.forget()
        self._followers.close()
        self._removed.empty()
        self._project, self._infos, self._gone = None, {}, {}
        self._queue.clear()

    def all(self) -> list[SearchInfo]:
        """All searches, oldest first."""
        return list(self._infos.values())

    def get(self, search_id: str) -> SearchInfo | None:
        """One search by its id."""
        return self._infos.get(search_id)

    def all_active(self) -> list[SearchInfo]:
        """Those at work."""
        return [self._infos[name] for name in self._followers if name in self._infos]

    def waiting(self) -> list[SearchInfo]:
        """Those that wait for a place."""
        return [self._infos[name] for name in self._queue if name in self._infos]

    @property
    def making(self) -> bool:
        """Whether one is being made."""
        return self._making.busy

    # Orders --------------------------------------------------------------------------------------------------------

    def add(self, algorithms: list[str], data: Path, split: dict[str, Any], **asked: Any) -> None:
        """Make a search and start it when there is a place; `made` follows, or `failed` where a value is out of range.

        Parameters
        ----------
        asked
            Further fields of `SearchSpec`.
        """
        from workbench.training.run_folder import new_run_name

        if self._project is None or self.making:
            return
        folder = self._project.searches_folder / new_run_name(algorithms[0] if len(algorithms) == 1 else "several")
        asked = {"split": split["name"], "split_settings": split.get("settings") or {}, **asked}
        # Ranges of whole numbers are tried value by value, which takes longer than the window may wait.
        self._making.ask(partial(_made, folder, data, self._project.runs_folder, algorithms, asked))

    def stop(self, search_id: str) -> None:
        """End a search and keep what it has found; asked a second time, by force. One that waits is cancelled."""
        info = self._infos.get(search_id)
        if info is None:
            return
        if search_id in self._queue:
            self._queue.remove(search_id)
            self._end(info, RunState.CANCELLED)
        elif search_id in self._followers:
            if self.is_stopping(search_id):
                self._followers.cancel(search_id)
            else:
                self._ask_to_stop(info)

    def is_stopping(self, search_id: str) -> bool:
        """Whether a search was asked to end and is still at work."""
        info = self._infos.get(search_id)
        return info is not None and search_id in self._followers and (info.folder / "control.json").exists()

    def go_on(self, search_id: str, more: int = 0) -> None:
        """Let a search go on where it ended, with the same budget or with `more` trials."""
        info = self._infos.get(search_id)
        if info is None or not info.over or search_id in self._followers:
            return
        from workbench.searching.search_folder import Search
        from workbench.training.status import StatusWriter

        try:
            search = Search.open(info.folder)
            if more:
                search.change_budget(trials=len(info.trials) + more, minutes=None)
            writer = StatusWriter(info.folder, info.status)
            writer.queue()
        except WorkbenchError as error:
            self.failed.emit(self.tr("The search cannot continue"), str(error), "")
            return
        info.spec, info.status = search.spec, writer.status
        self._queue.append(search_id)
        self.changed.emit()
        self._advance()

    def train_best(self, search_id: str) -> str:
        """Queue the best trial's hyperparameters for a training on train and validation; returns the id of the run."""
        info = self._infos.get(search_id)
        if info is None:
            return ""
        from workbench.searching.search_folder import Search
        from workbench.searching.winner import make_best

        try:
            return self._runs.take_in(make_best(Search.open(info.folder)).folder)
        except WorkbenchError as error:
            self.failed.emit(self.tr("The best cannot be trained"), str(error), "")
            return ""

    def delete(self, search_id: str) -> bool:
        """Remove a search that is over, without its runs; `restore` brings it back until the project is closed."""
        info = self._infos.get(search_id)
        if info is None or not info.over or search_id in self._followers:
            return False
        try:
            self._removed.put(info.folder)
        except WorkbenchError as error:
            self.failed.emit(self.tr("The search was not removed"), str(error), "")
            return False
        self._gone[search_id] = self._infos.pop(search_id)
        self.changed.emit()
        return True

    def restore(self, search_id: str) -> bool:
        """Bring back a search that was removed."""
        info = self._gone.get(search_id)
        try:
            back = info is not None and self._removed.bring_back(info.folder)
        except WorkbenchError as error:
            self.failed.emit(self.tr("The search was not restored"), str(error), "")
            return False
        if info is not None and back:
            del self._gone[search_id]
            self._infos = dict(sorted({**self._infos, search_id: info}.items()))
            self.changed.emit()
        return back

    # What happens --------------------------------------------------------------------------------------------------

    def _read(self, folder: Path) -> None:
        from workbench.searching.search_folder import Search

        try:
            info = read_search(Search.open(folder), self.all())
        except WorkbenchError as error:
            self.failed.emit(self.tr("A search could not be read"), str(error), "")
        else:
            self._infos[info.id] = info

    @Slot()
    def _take_up(self) -> None:
        for info in self.all():
            if info.state.is_active:
                self._followers.follow(info.folder)
        self._queue.extend(info.id for info in self.all() if info.state is RunState.QUEUED)
        self._runs.hold_places(len(self._followers))
        self.changed.emit()
        self._advance()

    @Slot(object)
    def _take_made(self, answer: Path | WorkbenchError) -> None:
        if isinstance(answer, WorkbenchError):
            self.failed.emit(self.tr("This search cannot be started"), str(answer), "")
            self.changed.emit()
            return
        self._read(answer)
        self._queue.append(answer.name)
        self.made.emit(answer.name)
        self.changed.emit()
        self._advance()

    @Slot()
    def _advance(self) -> None:
        """Start what waits, where there is a place for it."""
        while self._queue and self._project is not None and self._runs.has_place and not self._runs.waiting():
            info = self._infos.get(self._queue.popleft())
            if info is not None:
                self._begin(info)

    def _begin(self, info: SearchInfo) -> None:
        try:
            process = self._runs.standby.start(info.folder, partial(_hand_over, info.folder), "search")
        except WorkbenchError:  # another process has taken it since, such as one of the command line
            self._followers.follow(info.folder)
        except OSError as error:
            reason = self.tr("The process could not be started: {reason}.").format(reason=error.strerror)
            self._end(info, RunState.FAILED, reason)
            return
        else:
            self._followers.follow(info.folder, process)
            QTimer.singleShot(STANDBY_DELAY_MS, self._runs, self._runs.prepare)
        info.status = info.status.but(state=RunState.RUNNING)
        self._runs.hold_places(len(self._followers))
        self.changed.emit()

    def _end(self, info: SearchInfo, state: RunState, reason: str = "") -> None:
        from workbench.training.status import StatusWriter

        writer = StatusWriter(info.folder, info.status)
        try:
            writer.end(state, reason)
        except WorkbenchError as error:
            self.failed.emit(self.tr("The search cannot be reached"), str(error), "")
        info.status = writer.status
        self.changed.emit()

    def _ask_to_stop(self, info: SearchInfo) -> None:
        from workbench.searching.search_folder import Search

        try:
            Search.open(info.folder).stop()
        except WorkbenchError as error:
            self.failed.emit(self.tr("The search cannot be reached"), str(error), "")
        self.search_changed.emit(info.id)

    @Slot(str)
    def _hear_growth(self, search_id: str) -> None:
        info = self._infos.get(search_id)
        if info is not None:
            info.read_trials()
            self.search_changed.emit(search_id)

    @Slot(str, object)
    def _hear_status(self, search_id: str, status: "RunStatus") -> None:
        info = self._infos.get(search_id)
        if info is not None:
            about_to_start = status.state is RunState.QUEUED
            info.status = status.but(state=RunState.RUNNING) if about_to_start else status
            self.search_changed.emit(search_id)

    @Slot(str)
    def _hear_end(self, search_id: str) -> None:
        info = self._infos.get(search_id)
        if info is not None:
            info.read_trials()
            self._runs.look_again([trial.run for trial in info.trials.values() if not trial.state.is_over])
            if info.state.is_failure:
                self.failed.emit(
                    self.tr("{title} ended early").format(title=info.title), info.status.reason, info.status.details
                )
        self._runs.hold_places(len(self._followers))
        self.changed.emit()
        self._advance()


def _made(folder: Path, data: Path, runs: Path, algorithms: list[str], asked: dict[str, Any]) -> Path | WorkbenchError:
    from workbench.searching.search_folder import Search

    try:
        return Search.create(folder, data, runs, algorithms, **asked).folder
    except WorkbenchError as error:
        return error


def _hand_over(folder: Path, pid: int) -> None:
    """Write down that a search is a process's from now on, before it knows."""
    from workbench.searching.search_folder import Search

    Search.open(folder).take(pid)
