"""The folder of a new run: for one process alone, and gone again where no run comes about."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.commands.same_command import FILE as COMMAND
from workbench.commands.same_command import has_same_files, refuse_other
from workbench.errors import WorkbenchError
from workbench.files import LOCK, alone, check_replaceable, readable_errors, remove_written
from workbench.owned import remove_empty, remove_file, sweep

BUSY = "Another process is at work in {folder}. Wait for it, or name another folder."


def begins_again(folder: Path) -> bool:
    """Whether a run of the same command is one to be made again; then what it has left is removed.

    It is where its data was damaged, or is not what the files now say, because they were mended since, and it has learned
    nothing.

    Raises
    ------
    WorkbenchError
        If it has learned something from what the files said before.
    """
    from workbench.training.run import Run
    from workbench.training.run_folder import refuse_taken

    with alone(folder, BUSY.format(folder=folder)):
        run = Run.open(folder)
        same = has_same_files(folder / "data")
        if run.has_learned or run.status().state.is_active:
            if not same:
                refuse_taken(folder)
            return False
        if same and _is_sound(folder / "data"):
            return False
        check_replaceable(folder / "data")
        remove_written(folder / "data")
        run.remove_trace()
    return True


def _is_sound(data: Path) -> bool:
    from workbench.data.interactions import Interactions

    try:
        return len(Interactions.open(data)) > 0
    except WorkbenchError:
        return False


@contextmanager
def new_folder(
    folder: Path, made: str = "run.json", refuse_taken: Callable[[Path], None] | None = None
) -> Iterator[Path]:
    """The data folder of a new run folder, for this process alone; where no run comes about, nothing new stays behind.

    Parameters
    ----------
    made
        The file that is there when the run, or whatever the folder is for, has come about.
    refuse_taken
        Raises WorkbenchError where the folder is not free; None: that of runs.
    """
    from workbench.training.run_folder import refuse_taken as of_runs

    refuse_taken = refuse_taken or of_runs
    refuse_taken(folder)
    refuse_other(folder)
    data = folder / "data"
    check_replaceable(data)  # before the time is spent
    there = data.exists()
    new = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    try:
        with readable_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
        with alone(folder, BUSY.format(folder=folder)):
            refuse_taken(folder)
            sweep(folder)
            try:
                yield data
            except BaseException:
                if not (folder / made).exists():  # else the run did come about, and goes on
                    _clear(folder, with_data=not there, with_files=bool(new))
                raise
    except BaseException:
        remove_empty(*new)
        raise


def _clear(folder: Path, *, with_data: bool, with_files: bool) -> None:
    """Remove what was written for a run that does not come about."""
    if with_data:
        remove_written(folder / "data")
    for name in (LOCK, COMMAND) if with_files else ():
        remove_file(folder / name)
