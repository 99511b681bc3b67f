"""The files of a folder that are called like items; nothing outside the folder is opened."""

from collections.abc import Collection
from pathlib import Path

from workbench.data.side_files.vectors import files_within
from workbench.encoding.base.encoder import Refused
from workbench.errors import WorkbenchError


def files_by_item(folder: Path, endings: Collection[str], what: str) -> tuple[dict[str, Path], Refused]:
    """Files with one of these endings by the id of their item, the first of each; and what is refused.

    Parameters
    ----------
    what
        What the files are, for the sentence.

    Raises
    ------
    WorkbenchError
        If the folder cannot be read or has no such file.
    """
    inside, outside = files_within(folder)
    refused = Refused()
    for path in outside:
        refused.add(path.name, "is a link out of the folder")
    files: dict[str, Path] = {}
    for path in inside:
        if path.suffix.lower() not in endings:
            continue
        if path.stem in files:
            refused.add(path.name, f"{files[path.stem].name} is called like the same item")
        else:
            files[path.stem] = path
    if not files:
        message = f"{folder} has no {what} ({', '.join(endings)}). Choose a folder with a file for each item, called"
        raise WorkbenchError(f"{message} like its id.")
    return files, refused
