"""What a person notes about a run: a name of its own, tags and a note, kept beside ``run.json``."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field

from workbench.errors import WorkbenchError
from workbench.stored import StoredFile, Text, read_stored, write_stored

FILE = "facts.json"  # its name since the first version
# A table shows them and a window draws whatever is there.
MAX_TITLE_CHARS, MAX_NOTE_CHARS, MAX_TAGS = 200, 20_000, 20


class NotesFile(StoredFile):
    """The content of ``facts.json``."""

    way_out: ClassVar[str] = (
        "What was noted about the run is not shown; a new note replaces it. The run itself is whole."
    )

    title: Text = ""
    tags: list[Text] = Field([])
    note: Text = ""


@dataclass(frozen=True)
class RunNotes:
    """A person's notes; empty where nothing was noted.

    Attributes
    ----------
    title : str
        Shown instead of the algorithm's name.
    tags : tuple of str
    note : str
    """

    title: str = ""
    tags: tuple[str, ...] = ()
    note: str = ""

    @classmethod
    def read(cls, folder: Path) -> "RunNotes":
        """Those of a run folder; empty where there are none, or where their file is damaged (the run is not)."""
        try:
            return cls.open(folder)
        except WorkbenchError:
            return cls()

    @classmethod
    def open(cls, folder: Path) -> "RunNotes":
        """The same; raises WorkbenchError where the file cannot be read."""
        if not (folder / FILE).exists():
            return cls()
        stored = read_stored(NotesFile, folder / FILE)
        return cls().but(title=stored.title, tags=stored.tags, note=stored.note)

    def but(self, **changes: Any) -> "RunNotes":
        """The same with other words; titles and tags are put on one line, and all are cut to what is allowed."""
        if "title" in changes:
            changes["title"] = _one_line(changes["title"])
        if "tags" in changes:
            tags = map(_one_line, changes["tags"])
            changes["tags"] = tuple(dict.fromkeys(tag for tag in tags if tag))[:MAX_TAGS]
        if "note" in changes:
            changes["note"] = str(changes["note"]).strip()[:MAX_NOTE_CHARS]
        return replace(self, **changes)

    def write(self, folder: Path) -> None:
        """Write them beside ``run.json``, whole or not at all."""
        write_stored(NotesFile, folder / FILE, asdict(self))


def _one_line(text: Any) -> str:
    line = " ".join(str(text).split())[:MAX_TITLE_CHARS]
    seen = any(character.isprintable() and not character.isspace() for character in line)
    return line if seen else ""
