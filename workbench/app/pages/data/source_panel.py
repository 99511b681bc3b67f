"""The data that is there: what it was read from, what looked odd, and the orders to read it again or to keep its recipe."""

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QWidget

from workbench.app.pages.data.doubt_changes import changed_recipe, ways_out
from workbench.app.pages.data.dropped_files import FURTHER
from workbench.app.pages.data.hints import Note
from workbench.app.pages.data.side_files import FurtherMenu
from workbench.app.pages.data.summary_line import joined_files
from workbench.app.session.session import Session
from workbench.app.widgets.file_dialog import choose_place
from workbench.data.side_files.vector_files import UNNAMED, further_name, kind_like, kind_of
from workbench.errors import WorkbenchError
from workbench.stored import write_stored


class ReadAgain(QObject):
    """Knows the current data's files and recipe, and asks for them to be read again in another way or with more."""

    wanted = Signal(dict)
    """Arguments of `Session.import_file`."""

    def __init__(self, session: Session, page: QWidget) -> None:
        super().__init__(page)
        self._session, self._page = session, page
        self.menu = FurtherMenu(page, list(FURTHER))
        self.menu.chosen.connect(self._add_further)
        self.menu.addSeparator()
        self.menu.addAction(self.tr("Save the recipe…"), self._save_recipe)

    def name(self) -> str:
        """Names of the files that were read; empty where there are none."""
        return " + ".join(file.name for file in self._sources().values())

    def _sources(self) -> dict[str, Path]:
        source = self._session.about.get("source") or {}
        return {name: Path(file["path"]) for name, file in source.items() if isinstance(file, dict) and "path" in file}

    def _read(self, recipe: dict[str, Any], further: dict[str, Path]) -> None:
        sources = self._sources()
        if sources:
            self.wanted.emit({"paths": sources.get("all", sources), "recipe": recipe, "further": further})

    @Slot()
    def ask(self) -> None:
        """Show what can be added, where the pointer is."""
        self.menu.popup(QCursor.pos())

    @Slot(Path)
    def add_items(self, file: Path) -> None:
        """Read the data again with a file of items, where there is data."""
        if self._session.data is not None:
            self._add_further("items", file)
            return
        words = self.tr("There is no data yet. Open the file of interactions first, then add this one to it.")
        self._session.notice.emit("warn", words)

    @Slot(str, Path)
    def _add_further(self, what: str, file: Path) -> None:
        about = self._session.about
        joined = joined_files(about)
        if what == UNNAMED and any(map(kind_of, joined)):  # one kind more, called like its file
            what = further_name(kind_like(file.stem))
        self._read(about.get("recipe") or {}, {**joined, what: file})

    @Slot()
    def _save_recipe(self) -> None:
        """Write how the file was read, and the filters, for another file or for the command line."""
        from workbench.data.importing.recipes import RecipeFile

        session, window = self._session, self._page.window()
        path = choose_place(window, self.tr("Save the recipe"), "recipe.json", "JSON (*.json)")
        if path is None:
            return
        try:
            recipe = {"recipe": session.about.get("recipe"), "filters": session.project.filters}
            write_stored(RecipeFile, path, recipe)
        except WorkbenchError as error:
            session.failure.emit(self.tr("The recipe was not saved"), str(error), "")
        else:
            session.notice.emit("ok", self.tr("Saved as {file}").format(file=path.name))

    def doubts(self) -> list[Note]:
        """What looked odd when the file was read, with the way to mend it."""
        found = (self._session.about.get("report") or {}).get("doubts") or []
        return [
            Note(
                "warn",
                doubt["sentence"],
                {
                    words: partial(self._mend, part)
                    for words, part in ways_out((doubt.get("change") or {}) | {"items": False}).items()
                },
            )
            for doubt in found
        ]

    def _mend(self, change: dict[str, Any]) -> None:
        """Read the file again as a doubt proposes."""
        about = self._session.about
        self._read(changed_recipe(about.get("recipe") or {}, change), joined_files(about))
