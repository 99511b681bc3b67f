"""What a person says of a run: a name of its own, tags and a note, kept in ``facts.json`` beside ``run.json``."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from workbench.errors import WorkbenchError
from workbench.files import read_json, write_json

FILE = "facts.json"
# Letters; nobody writes a novel in a table, and a window draws whatever is there.
MOST_TITLE, MOST_NOTE, MOST_TAGS = 200, 20_000, 20


@dataclass(frozen=True)
class Facts:
    """A person's words; empty where nothing was said.

    Attributes
    ----------
    title : str
        Instead of the algorithm's name.
    tags : tuple of str
    note : str
    """

    title: str = ""
    tags: tuple[str, ...] = ()
    note: str = ""

    @classmethod
    def read(cls, folder: Path) -> "Facts":
        """Those of a run folder; empty where there are none, or where the file is damaged (the run is not)."""
        try:
            given = read_json(folder / FILE)
        except WorkbenchError:
            return cls()
        given = given if isinstance(given, dict) else {}
        tags = given.get("tags")
        return cls().but(
            title=str(given.get("title") or ""),
            tags=tags if isinstance(tags, list) else [],
            note=str(given.get("note") or ""),
        )

    def but(self, **changes: Any) -> "Facts":
        """The same with other words: on one line and no longer than they may be."""
        if "title" in changes:
            changes["title"] = " ".join(str(changes["title"]).split())[:MOST_TITLE]
        if "tags" in changes:
            words = (" ".join(str(one).split())[:MOST_TITLE] for one in changes["tags"])
            changes["tags"] = tuple(dict.fromkeys(one for one in words if one))[:MOST_TAGS]
        if "note" in changes:
            changes["note"] = str(changes["note"]).strip()[:MOST_NOTE]
        return replace(self, **changes)

    def write(self, folder: Path) -> None:
        """Put them beside ``run.json``; whole or not at all."""
        write_json(folder / FILE, asdict(self))
