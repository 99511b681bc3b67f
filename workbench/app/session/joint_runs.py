"""Runs that were asked for together: each is tested when it is trained, and what they come to is said at the end."""

from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from PySide6.QtCore import QObject, Signal, Slot

from workbench.app.runs.run_store import RunInfo
from workbench.app.session.session import Session


class JointRuns(QObject):
    """Base of them. Which runs belong together is kept with the project, so that a window that is opened again goes on.

    Class attributes
    ----------------
    view : under which the runs are kept with the project
    """

    view: ClassVar[str] = ""

    changed = Signal()
    """It began, came further, or has something to say."""

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._asked: set[str] = set()
        self._given_up: set[str] = set()
        session.runs.changed.connect(self._go_on)
        session.runs.run_changed.connect(self._go_on)

    def keep(self, ids: Sequence[str | None]) -> None:
        """Take these runs for the ones that are asked for."""
        self._asked, self._given_up = set(), set()
        self._session.project.set_view(self.view, {"runs": [run_id for run_id in ids if run_id is not None]})
        self._go_on()
        self.changed.emit()

    @Slot()
    def forget(self) -> None:
        """Say no more of them; the runs stay."""
        self._session.project.set_view(self.view, {})
        self.changed.emit()

    @property
    def runs(self) -> list[RunInfo]:
        """Those of them that are still there."""
        kept = self._session.project.view(self.view).get("runs")
        found = [self._session.runs.get(str(run_id)) for run_id in (kept if isinstance(kept, list) else [])]
        return [info for info in found if info is not None]

    @property
    def tested(self) -> list[RunInfo]:
        """Those of them that are tested."""
        return [info for info in self.runs if info.evaluation is not None]

    @property
    def busy(self) -> bool:
        """Whether something is still to come."""
        return any(
            not info.over
            or (info.usable and info.evaluation is None and not info.damage and info.id not in self._given_up)
            for info in self.runs
        )

    @property
    def over(self) -> bool:
        """Whether there is something to say of all of them."""
        return bool(self.runs) and not self.busy

    @property
    def best(self) -> str:
        """Id of the run whose lists are worth a look; "" where none is better than the others."""
        return ""

    def words(self) -> str:
        """How far it is, or what came of it; "" where nothing is asked."""
        return ""

    def how_far(self, words: str) -> str:
        """How many are done, after `words`."""
        runs = self.runs
        failed = sum(info.over and not info.usable for info in runs)
        said = self.tr("{what}: {done} of {n} are trained and tested.").format(
            what=words, done=len(self.tested), n=len(runs)
        )
        return said + (" " + self.tr("{n} ended without a model.").format(n=failed) if failed else "")

    @Slot()
    def _go_on(self, *_: object) -> None:
        """Test what is trained. One that was stopped and kept is a model like the others."""
        runs = self.runs
        for info in runs:
            if info.usable and info.evaluation is None and not info.damage and info.id not in self._asked:
                self._asked.add(info.id)
                for task in self._session.evaluate([info.id]):
                    task.cancelled.connect(partial(self._give_up, info.id))
                    task.failed.connect(partial(self._give_up, info.id))
        if runs:
            self._follow()
            self.changed.emit()

    def _give_up(self, run_id: str, *_: object) -> None:
        """Wait no more for a test that was cancelled or failed."""
        self._given_up.add(run_id)
        self._go_on()

    def _follow(self) -> None:
        """Do what is to be done with those that are tested."""
