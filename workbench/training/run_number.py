"""The number of a run in its project, which it keeps for life: colour, dashes and marker in every chart come from it."""

from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.owned import is_owned
from workbench.stored import read_stored
from workbench.training.run_spec import RunSpec


def numbers_in(runs: Path) -> dict[str, int]:
    """By the name of the folder, the numbers of the runs in a folder; a run that was made without has its place."""
    try:
        found = [folder for folder in runs.iterdir() if (folder / "run.json").is_file()]
    except OSError:  # there is none yet
        return {}
    folders = sorted(folder for folder in found if not is_owned(folder))
    return {
        folder.name: place if (known := _written(folder)) is None else known for place, folder in enumerate(folders)
    }


def next_number(runs: Path) -> int:
    """The number of the next run of a folder."""
    return 1 + max(numbers_in(runs).values(), default=-1)


def _written(folder: Path) -> int | None:
    try:
        return read_stored(RunSpec, folder / "run.json").number
    except WorkbenchError:  # damaged
        return None
