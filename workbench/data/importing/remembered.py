"""Recipes are remembered: the next file of the same shape opens as the last one was read.

They lie with the person's settings, one for each shape. The filters are not copied: they are those that the project, into
which the file was read, has now.
"""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from workbench.data.data_file import read_about
from workbench.data.filtering import describe, make_filters
from workbench.data.importing.recipes import Recipe, known_recipe, make_recipe, open_recipe
from workbench.data.reading.formats import format_of
from workbench.data.reading.text.layout import Layout
from workbench.data.reading.text.source_file import SourceFile
from workbench.errors import WorkbenchError
from workbench.project import FILE, ProjectFile, home
from workbench.stored import (
    LaterVersionError,
    Place,
    Shape,
    StoredFile,
    Text,
    read_stored,
    values_or_none,
    write_stored,
)

MAX_SHAPES = 200  # shapes; the ones used longest ago are forgotten
MAX_SHAPE_CHARS = 2000  # letters of a shape: names of columns can be endless


class _Remembered(Shape):
    """How the last file of a shape was read."""

    file: Text
    recipe: dict[str, Any]
    project: Place
    corrected: bool = False


class RecipesFile(StoredFile):
    """The content of ``recipes.json``."""

    newest = 2

    shapes: dict[str, Any] = Field({}, description="How the last file of each shape was read.")

    @classmethod
    def migrated(cls, content: Any) -> Any:
        """The first version held the shapes alone."""
        return content if not isinstance(content, dict) or "version" in content else {"shapes": content}


def shape_of(names: list[str], layout: Layout) -> str:
    """What files of one origin have in common: the names of the columns, or their number and the delimiter."""
    kind = format_of(layout)
    begin = f"{layout.kind} {layout.delimiter!r}" if kind.is_text else layout.kind
    if kind.names_items:
        return begin
    columns = "\t".join(names)[:MAX_SHAPE_CHARS] if layout.header or not kind.is_text else str(len(names))
    return f"{begin} {columns}"


def remember(shape: str, file: SourceFile, recipe: Recipe, project: Path) -> None:
    """Keep a recipe for the next file of this shape. One that equals what is guessed is only the way to its filters.

    Where that cannot be written, nothing is lost but a convenience.
    """
    try:
        corrected = make_recipe(file) != recipe
    except WorkbenchError:
        corrected = True
    kept = _all()
    kept.pop(shape, None)
    kept[shape] = {
        "file": file.name,
        "recipe": recipe.model_dump(),
        "corrected": corrected,
        "project": str(project),
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    with suppress(WorkbenchError):
        write_stored(RecipesFile, _place(), {"shapes": dict(list(kept.items())[-MAX_SHAPES:])})


def recall(shape: str) -> dict[str, Any] | None:
    """How the last file of this shape was read.

    Returns
    -------
    dict or None
        ``file``, ``recipe``, ``filters`` and ``filter_words``; None where there was none, or nothing but the guess was
        taken and no filter either.
    """
    try:
        kept = _Remembered.model_validate(_all().get(shape))
        recipe = Recipe.model_validate(kept.recipe)
        filters = _filters(Path(kept.project))
        words = describe(filters)
    except (ValidationError, WorkbenchError):  # nothing, damaged, or by another version of the program
        return None
    if not kept.corrected and not filters:
        return None
    return {"file": kept.file, "recipe": recipe.model_dump(), "filters": filters, "filter_words": words}


def stored(path: Path) -> dict[str, Any]:
    """The same of a recipe in a file; raises WorkbenchError where there is none in it."""
    recipe, filters = open_recipe(path)
    return {"file": path.name, "recipe": recipe.model_dump(), "filters": filters, "filter_words": describe(filters)}


def of_data(folder: Path) -> dict[str, Any]:
    """The same of data that was read; its filters are those that its project has anyway."""
    about = read_about(folder)
    recipe = known_recipe(about, folder)
    file = next((Path(source["path"]).name for source in (about.get("source") or {}).values()), folder.name)
    return {"file": file, "recipe": recipe.model_dump(), "filters": [], "filter_words": "", "more": True}


def _filters(project: Path) -> list[dict[str, Any]]:
    with suppress(WorkbenchError):
        filters = [chosen.model_dump() for chosen in read_stored(ProjectFile, project / FILE).filters]
        make_filters(filters)
        return filters
    return []


def _place() -> Path:
    return home() / "recipes.json"


def _all() -> dict[str, Any]:
    with suppress(LaterVersionError):
        return values_or_none(RecipesFile, _place()).get("shapes") or {}
    return {}
