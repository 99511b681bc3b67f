"""A folder in the layout of MovieLens: the file of interactions, and beside it those of items and users."""

from dataclasses import dataclass
from pathlib import Path

from workbench.errors import WorkbenchError

# In the order in which they are looked for.
INTERACTIONS = ("ratings.csv", "ratings.dat", "u.data", "ratings.parquet", "interactions.csv")
ITEMS = ("movies.csv", "movies.dat", "u.item", "items.csv", "items.parquet")
USERS = ("users.csv", "users.dat", "u.user", "users.parquet")


@dataclass(frozen=True)
class Found:
    """The files of a folder; None where there is no such file."""

    interactions: Path
    items: Path | None
    users: Path | None


def look_into(folder: Path) -> Found:
    """Recognise the files of a folder by their names; RecBole's are called after their folder.

    Raises
    ------
    WorkbenchError
        If the folder cannot be read, or holds no file of interactions.
    """
    try:
        names = {path.name.lower(): path for path in sorted(folder.iterdir()) if path.is_file()}
    except OSError as error:
        raise could_not_open(folder, error) from error

    def first(known: tuple[str, ...], ending: str) -> Path | None:
        ended = [path for name, path in names.items() if name.endswith(ending)]
        return next((names[name] for name in known if name in names), ended[0] if len(ended) == 1 else None)

    interactions = first(INTERACTIONS, ".inter")
    if interactions is None:
        message = f"{folder} is a folder, not a file, and holds none of {', '.join(INTERACTIONS)}."
        raise WorkbenchError(message + " Choose the file with the interactions inside it.")
    return Found(interactions, first(ITEMS, ".item"), first(USERS, ".user"))


def could_not_open(path: Path, error: OSError) -> WorkbenchError:
    """Say in a sentence why the system did not let a file or folder be opened."""
    if isinstance(error, FileNotFoundError):
        return WorkbenchError(f"{path} is not there. Was it moved or renamed? Choose it again.")
    if isinstance(error, PermissionError):
        return WorkbenchError(f"No permission to read {path}. Change its permissions, or copy it to your own folder.")
    return WorkbenchError(f"{path} could not be read: {error.strerror or error}.")
