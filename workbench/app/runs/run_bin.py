"""Runs that were removed, until it is certain that nobody wants them back."""

from pathlib import Path

from workbench.app.runs.run_info import RunInfo
from workbench.app.widgets.translate import translate
from workbench.errors import WorkbenchError
from workbench.owned import discard, owned


class RunBin:
    """Their folders lie beside the others under a name that nobody reads; emptied when the project is closed.

    Where the window is killed before, they come back: nobody can say any more that they were not wanted.
    """

    def __init__(self) -> None:
        self._runs: dict[str, RunInfo] = {}
        self._places: dict[str, Path] = {}  # by the id of a run, where its folder lies

    def all(self) -> list[RunInfo]:
        """Runs that can be brought back, the one removed last at the end."""
        return list(self._runs.values())

    def put(self, info: RunInfo) -> None:
        """Take a run. Raises WorkbenchError where its folder cannot be renamed."""
        try:
            place = owned(info.folder, "aside")
            info.folder.rename(place)
        except OSError as error:
            words = translate("RunBin", "The run could not be removed: {reason}.")
            raise WorkbenchError(words.format(reason=error.strerror)) from error
        self._runs[info.id], self._places[info.id] = info, place

    def bring_back(self, run_id: str) -> RunInfo | None:
        """Give a run back, None where it is not here. Raises WorkbenchError where its folder cannot be renamed."""
        info = self._runs.get(run_id)
        if info is None:
            return None
        try:
            self._places[run_id].rename(info.folder)
        except OSError as error:
            words = translate("RunBin", "The run could not be restored: {reason}.")
            raise WorkbenchError(words.format(reason=error.strerror)) from error
        return self._runs.pop(run_id)

    def empty(self) -> None:
        """Remove for good what is here."""
        for run_id in self._runs:
            discard(self._places[run_id])
        self._runs, self._places = {}, {}
