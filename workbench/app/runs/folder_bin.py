"""Folders that were removed, until it is certain that nobody wants them back."""

from pathlib import Path

from workbench.app.widgets.translate import translate
from workbench.errors import WorkbenchError
from workbench.owned import discard, owned


class FolderBin:
    """They lie beside the others under a name that nobody reads; emptied when the project is closed.

    Where the window is killed before, they come back: nobody can say any more that they were not wanted.
    """

    def __init__(self) -> None:
        self._places: dict[Path, Path] = {}  # by where a folder was, where it lies

    def put(self, folder: Path) -> None:
        """Take a folder. Raises WorkbenchError where it cannot be renamed."""
        try:
            place = owned(folder, "aside")
            folder.rename(place)
        except OSError as error:
            words = translate("FolderBin", "{folder} could not be removed: {reason}.")
            raise WorkbenchError(words.format(folder=folder.name, reason=error.strerror)) from error
        self._places[folder] = place

    def bring_back(self, folder: Path) -> bool:
        """Put a folder where it was; False where it is not here. Raises WorkbenchError where it cannot be renamed."""
        if folder not in self._places:
            return False
        try:
            self._places[folder].rename(folder)
        except OSError as error:
            words = translate("FolderBin", "{folder} could not be restored: {reason}.")
            raise WorkbenchError(words.format(folder=folder.name, reason=error.strerror)) from error
        del self._places[folder]
        return True

    def empty(self) -> None:
        """Remove for good what is here."""
        for place in self._places.values():
            discard(place)
        self._places = {}
