"""Where data and runs lie while nobody named a folder for them."""

import shutil
import weakref
from pathlib import Path
from tempfile import mkdtemp


class Place:
    """A temporary folder laid out like a project; it goes with the last object that holds it."""

    def __init__(self) -> None:
        self.folder = Path(mkdtemp(prefix="workbench-"))
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
    weakref.finalize(owner, shutil.rmtree, folder, ignore_errors=True)
