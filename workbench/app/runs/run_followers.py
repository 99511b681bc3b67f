"""The followers of all runs that train: one for each, and no word of one that follows no more."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import QObject, Signal, Slot

from workbench.app.runs.run_follower import Follower


class Followers(QObject):
    """Followers by run id, those first that were begun first."""

    grown = Signal(str)
    restarted = Signal(str)
    status = Signal(str, object)
    ended = Signal(str)
    """As those of a `Follower`."""

    kind: ClassVar[type[Follower]] = Follower

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._following: dict[str, Follower] = {}
        self._leaving: list[Follower] = []

    def __contains__(self, run_id: str) -> bool:
        return run_id in self._following

    def __iter__(self) -> Iterator[str]:
        return iter(self._following)

    def __len__(self) -> int:
        return len(self._following)

    def follow(self, folder: Path, process: "subprocess.Popen[str] | None" = None) -> None:
        """Follow a run that somebody trains, or that this process was started for."""
        follower = self._following[folder.name] = self.kind(folder, process)
        follower.grown.connect(self._hear_growth)
        follower.status.connect(self._hear_status)
        follower.restarted.connect(self._hear_restart)
        follower.ended.connect(self._hear_end)
        follower.start()

    def cancel(self, run_id: str) -> None:
        """See that a run ends: politely, then by force."""
        self._following[run_id].cancel()

    def close(self) -> None:
        """Stop following everything; the runs go on."""
        followers = [*self._following.values(), *self._leaving]
        for follower in followers:
            follower.leave()
        for follower in followers:
            follower.close()
        self._following, self._leaving = {}, []

    def _is_heard(self, run_id: str) -> bool:
        """Whether the one that speaks follows the run still: what it said may arrive after it has gone."""
        return run_id in self._following and self.sender() is self._following[run_id]

    @Slot(str)
    def _hear_growth(self, run_id: str) -> None:
        if self._is_heard(run_id):
            self.grown.emit(run_id)

    @Slot(str)
    def _hear_restart(self, run_id: str) -> None:
        if self._is_heard(run_id):
            self.restarted.emit(run_id)

    @Slot(str, object)
    def _hear_status(self, run_id: str, status: object) -> None:
        if self._is_heard(run_id):
            self.status.emit(run_id, status)

    @Slot(str)
    def _hear_end(self, run_id: str) -> None:
        if not self._is_heard(run_id):
            return
        follower = self._following.pop(run_id)
        self._leaving.append(follower)
        follower.finished.connect(self._let_go)
        self.ended.emit(run_id)

    @Slot()
    def _let_go(self) -> None:
        """Forget a follower whose thread has ended; a connection that held it would keep it for ever."""
        follower = self.sender()
        if follower in self._leaving:
            follower.wait()
            self._leaving.remove(follower)
