"""Where data and runs lie while nobody named a folder for them."""

import weakref
from contextlib import suppress
from pathlib import Path

from workbench.owned import discard, new_temporary_folder


class Place:
    """A temporary folder laid out like a project; it goes with the last object that holds it."""

    def __init__(self) -> None:
        self.folder = new_temporary_folder()
        remove_with(self, self.folder)
        self._taken: dict[str, int] = {}

    def data_folder(self) -> Path:
        """Where the data of this place lies."""
        return self.folder / "data" / "imported"

    def run_folder(self, algorithm: str) -> Path:
        """A folder for one more run, called like its algorithm: ``ease``, ``ease-2``, ``ease-3``."""
        self._taken[algorithm] = number = self._taken.get(algorithm, 0) + 1
        return self.folder / "runs" / (algorithm if number == 1 else f"{algorithm}-{number}")


def remove_with(owner: object, folder: Path) -> None:
    """Remove a folder as soon as nobody holds `owner` any more."""
    weakref.finalize(owner, _discard, folder)


def _discard(folder: Path) -> None:
    with suppress(ValueError):  # a process that was forked from its owner ends first, and leaves it alone
        discard(folder)
