"""A file becomes data: a look at its first rows, the reading of all of it, the list of its duplicates."""

from pathlib import Path
from typing import Any

from workbench.control import Control
from workbench.jobs.job import Json, job


@job("preview", title="Reading the first rows", lane="interactive", silent=True)
def preview(**asked: Any) -> Json:
    """The first rows of a file, its layout, and a guess of its columns."""
    from workbench.data.importing import preview

    return preview.preview(**asked)


@job("doubts", title="Looking for doubts", lane="interactive", silent=True)
def doubts(**asked: Any) -> Json:
    """What is to be doubted of reading a file by a recipe."""
    from workbench.data.importing import preview

    return preview.doubts(**asked)


@job("sort files", title="Looking at the files", lane="interactive", silent=True)
def sort_files(paths: list[str], control: Control) -> Json:
    """What each of several files is for."""
    from workbench.data.importing import preview

    control.check()
    return preview.sort_files(paths)


@job("import", title="Reading the file", lane="background")
def import_data(**asked: Any) -> Json:
    """Read a file (or the person's own training, validation and test files) into a data folder."""
    from workbench.data.importing import preview

    return preview.import_data(**asked)


@job("duplicates", title="Looking for duplicates", lane="background")
def duplicates(data: str, control: Control) -> Json:
    """List the rows that repeat a user and an item."""
    from workbench.data.importing.duplicates import list_duplicates

    return list_duplicates(Path(data), control)
