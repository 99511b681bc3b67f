"""Runs that were removed, until it is certain that nobody wants them back."""

from workbench.app.runs.folder_bin import FolderBin
from workbench.app.runs.run_info import RunInfo


class RunBin:
    """What was known of them, while their folders lie in a `FolderBin`."""

    def __init__(self) -> None:
        self._runs: dict[str, RunInfo] = {}
        self._folders = FolderBin()

    def all(self) -> list[RunInfo]:
        """Runs that can be brought back, the one removed last at the end."""
        return list(self._runs.values())

    def put(self, info: RunInfo) -> None:
        """Take a run. Raises WorkbenchError where its folder cannot be renamed."""
        self._folders.put(info.folder)
        self._runs[info.id] = info

    def bring_back(self, run_id: str) -> RunInfo | None:
        """Give a run back, None where it is not here. Raises WorkbenchError where its folder cannot be renamed."""
        info = self._runs.get(run_id)
        if info is None:
            return None
        self._folders.bring_back(info.folder)
        return self._runs.pop(run_id)

    def empty(self) -> None:
        """Remove for good what is here."""
        self._folders.empty()
        self._runs = {}
