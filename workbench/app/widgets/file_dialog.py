"""Dialogs in which files with data are chosen; what their names end with is what can be read."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from workbench.app.widgets.translate import translate

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


def _filters(more: tuple[str, ...] = ()) -> str:
    patterns = " ".join(f"*{ending}" for ending in (*data_endings(), *more))
    data = translate("FileDialog", "Files with data ({patterns})").format(patterns=patterns)
    return f"{data};;{translate('FileDialog', 'All files')} (*)"
