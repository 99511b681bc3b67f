"""Curves of some runs, read from their folders while these grow; however long they are, the UI thread never waits."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from workbench.app.jobs.background import Background
from workbench.app.runs.curve import MAX_DIRECT_BYTES, Curve, columns_in
from workbench.app.runs.tail import Tail

REREAD_BYTES = 500_000  # where more was added to a file, reading it again from its start is quicker
BLOCK_BYTES = 1 << 25  # that are read at once outside the UI thread
FRAME_MS = 16  # between two looks where there is more than fits into one
FILE = "records.jsonl"
MAX_REMEMBERED, MAX_REMEMBERED_STEPS = 40, 5000  # curves that are kept after they were shown, and steps of each


class CurveReader(QObject):
    """What is short is read at once, what is added piece by piece; what is long, as a whole off the UI thread.

    Attributes
    ----------
    curves : dict of str to Curve
        By run id; as far as they are read.
    """

    grown = Signal()
    """Something long has been read, or there is more to take in: `look` again, and draw."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.curves: dict[str, Curve] = {}
        self._folders: dict[str, Path] = {}
        self._tails: dict[str, Tail] = {}
        self._begun: set[str] = set()  # runs of which something was read, so that only what is added is new
        self._resting: dict[tuple[str, Path], tuple[Tail, Curve]] = {}
        self._reading = ""  # the run that is read off the UI thread
        self._work = Background(self)
        self._work.answered.connect(self._take)
        self._work.refused.connect(self._give_up)
        self._rest = QTimer(self, singleShot=True, interval=FRAME_MS)
        self._rest.timeout.connect(self.grown)

    def follow(self, folders: dict[str, Path]) -> None:
        """Read these runs (id to folder) and no others; one that comes back soon is not read again from its start."""
        for run_id, folder in self._folders.items():
            tail, curve = self._tails[run_id], self.curves[run_id]
            if folders.get(run_id) != folder:
                if run_id in self._begun:
                    self._remember(run_id, folder, tail, curve)
                self._begun.discard(run_id)
                del self._tails[run_id]
        for run_id, folder in folders.items():
            if run_id not in self._tails:
                known = self._resting.pop((run_id, folder), None)
                self._begun |= {run_id} if known is not None else set()
                self._tails[run_id], self.curves[run_id] = known or (Tail(folder / FILE), Curve())
        self._folders = dict(folders)
        self._tails = {run_id: self._tails[run_id] for run_id in folders}
        self.curves = {run_id: self.curves[run_id] for run_id in folders}

    def _remember(self, run_id: str, folder: Path, tail: Tail, curve: Curve) -> None:
        if len(curve.steps) <= MAX_REMEMBERED_STEPS:
            self._resting[run_id, folder] = tail, curve
        if len(self._resting) > MAX_REMEMBERED:
            del self._resting[next(iter(self._resting))]

    def begin_again(self, run_id: str) -> None:
        """Forget what was read of a run: it is written again."""
        self._resting = {known: reader for known, reader in self._resting.items() if known[0] != run_id}
        if run_id in self._folders:
            self._tails[run_id], self.curves[run_id] = Tail(self._folders[run_id] / FILE), Curve()
            self._begun.discard(run_id)

    def look(self) -> None:
        """Take in what is new, as much as a frame has time for."""
        room = MAX_DIRECT_BYTES
        for run_id, tail in self._tails.items():
            left = tail.unread_bytes
            if left > (REREAD_BYTES if run_id in self._begun else MAX_DIRECT_BYTES):
                self._read_long(run_id)
            elif left > room < MAX_DIRECT_BYTES:
                self._rest.start()
                return
            elif left:
                lines = tail.lines(MAX_DIRECT_BYTES)
                if tail.restarted:
                    self.curves[run_id] = Curve()
                self.curves[run_id].extend(columns_in(lines))
                self._begun.add(run_id)
                room -= left
                if left > MAX_DIRECT_BYTES:  # there is more of it
                    self._rest.start()
                    return

    def _read_long(self, run_id: str) -> None:
        if not self._reading:
            self._reading = run_id
            self._work.ask(partial(_read, run_id, self._folders[run_id]))

    @Slot(object)
    def _take(self, answer: tuple[str, Path, Tail, Curve]) -> None:
        run_id, folder, tail, curve = answer
        self._reading = ""
        if self._folders.get(run_id) == folder:
            self._tails[run_id], self.curves[run_id] = tail, curve
            self._begun.add(run_id)
        else:
            self._remember(run_id, folder, tail, curve)
        self._rest.start()  # several that arrive in one frame are drawn together

    @Slot(str)
    def _give_up(self, _sentence: str) -> None:
        self._reading = ""  # and is tried again with the next record: memory comes and goes


def _read(run_id: str, folder: Path) -> tuple[str, Path, Tail, Curve]:
    tail, curve = Tail(folder / FILE), Curve()
    while lines := tail.lines(BLOCK_BYTES):
        curve.extend(columns_in(lines))
    return run_id, folder, tail, curve
