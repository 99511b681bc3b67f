"""Runs that were removed, until it is certain that nobody wants them back."""

import shutil
from pathlib import Path

from workbench.app.runs.run_info import RunInfo
from workbench.app.widgets.translate import translate
from workbench.errors import WorkbenchError


class RunBin:
    """Their folders lie beside the others under a name that nobody reads; emptied when the project is closed."""

    def __init__(self) -> None:
        self._runs: dict[str, RunInfo] = {}

    def all(self) -> list[RunInfo]:
        """Runs that can be brought back, the one removed last at the end."""
        return list(self._runs.values())

    def put(self, info: RunInfo) -> None:
        """Take a run. Raises WorkbenchError where its folder cannot be renamed."""
        try:
            info.folder.rename(_gone(info))
        except OSError as error:
            words = translate("RunBin", "The run could not be removed: {reason}.")
            raise WorkbenchError(words.format(reason=error.strerror)) from error
        self._runs[info.id] = info

    def bring_back(self, run_id: str) -> RunInfo | None:
        """Give a run back, None where it is not here. Raises WorkbenchError where its folder cannot be renamed."""
        info = self._runs.get(run_id)
        if info is None:
            return None
        try:
            _gone(info).rename(info.folder)
        except OSError as error:
            words = translate("RunBin", "The run could not be restored: {reason}.")
            raise WorkbenchError(words.format(reason=error.strerror)) from error
        return self._runs.pop(run_id)

    def empty(self) -> None:
        """Remove for good what is here."""
        for info in self._runs.values():
            shutil.rmtree(_gone(info), ignore_errors=True)
        self._runs = {}

    @staticmethod
    def clean(folder: Path) -> None:
        """Remove for good what a window left that did not end well."""
        for left in folder.glob(".*.part"):
            shutil.rmtree(left, ignore_errors=True)


def _gone(info: RunInfo) -> Path:
    """Where the folder of a removed run lies until the project is closed."""
    return info.folder.with_name(f".{info.folder.name}.part")
