"""Dialogs in which files with data are chosen; what their names end with is what can be read."""

import contextlib
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from workbench.app.widgets.translate import translate
from workbench.errors import WorkbenchError
from workbench.project import files_folder, projects_folder, set_setting

# Tables of items and users, and vectors, may be called so too.
SIDE_ENDINGS = (".item", ".user", ".npy")


def data_endings() -> tuple[str, ...]:
    """What names of files with data end with."""
    from workbench.data.reading.formats import endings

    return (*endings(packed=True), *SIDE_ENDINGS)


def choose_data(parent: QWidget, title: str, more: tuple[str, ...] = ()) -> list[Path]:
    """Ask for files with data, or with names that end with `more`; nothing where the person changed their mind."""
    paths, _ = QFileDialog.getOpenFileNames(parent, title, "", _filters(more))
    return [Path(path) for path in paths]


def choose_one(parent: QWidget, title: str) -> Path | None:
    """Ask for one file with data."""
    path, _ = QFileDialog.getOpenFileName(parent, title, "", _filters())
    return Path(path) if path else None


def choose_place(
    parent: QWidget, title: str, name: str, kinds: str, otherwise: Path | None = None, *, confirm: bool = True
) -> Path | None:
    """Ask where a file shall be written; None where the person changed their mind. The folder is offered next time.

    Parameters
    ----------
    name
        What the file is called if nobody says otherwise, or its whole path.
    kinds
        Filters as Qt takes them, such as ``CSV (*.csv);;Excel (*.xlsx)``; a name without an ending gets the chosen one's.
    otherwise
        Folder where no file was saved before.
    confirm
        Whether the dialog asks before a file is replaced.
    """
    option = QFileDialog.Option(0) if confirm else QFileDialog.Option.DontConfirmOverwrite
    start = str(files_folder(otherwise) / name)
    chosen, kind = QFileDialog.getSaveFileName(parent, title, start, kinds, options=option)
    if not chosen:
        return None
    path = Path(chosen)
    if not path.suffix:
        path = path.with_name(path.name + (kind.partition("*")[2].partition(" ")[0].rstrip(")") or Path(name).suffix))
    keep_folder("files_in", path.parent)
    return path


def choose_files_folder(parent: QWidget, title: str, otherwise: Path | None = None) -> Path | None:
    """Ask in which folder several files shall be written."""
    chosen = QFileDialog.getExistingDirectory(parent, title, str(files_folder(otherwise)))
    if chosen:
        keep_folder("files_in", Path(chosen))
    return Path(chosen) if chosen else None


def choose_new_project(parent: QWidget) -> Path | None:
    """Ask where a new project shall lie."""
    folder = projects_folder()
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    title = translate("FileDialog", "Name of the new project's folder")
    chosen, _ = QFileDialog.getSaveFileName(parent, title, str(folder / translate("FileDialog", "Project")))
    if chosen:
        keep_folder("projects_in", Path(chosen).parent)
    return Path(chosen) if chosen else None


def choose_project(parent: QWidget) -> Path | None:
    """Ask for the folder of a project that is there."""
    title = translate("FileDialog", "Open a project folder")
    chosen = QFileDialog.getExistingDirectory(parent, title, str(projects_folder()))
    return Path(chosen) if chosen else None


def keep_folder(key: str, folder: Path) -> None:
    """Remember a folder for the next time; that it cannot be remembered stops nobody."""
    with contextlib.suppress(OSError, WorkbenchError):
        set_setting(key, str(folder))


def _filters(more: tuple[str, ...] = ()) -> str:
    patterns = " ".join(f"*{ending}" for ending in (*data_endings(), *more))
    data = translate("FileDialog", "Files with data ({patterns})").format(patterns=patterns)
    return f"{data};;{translate('FileDialog', 'All files')} (*)"
