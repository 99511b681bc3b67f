"""Recipes are remembered: the next file of the same shape opens as the last one was read.

They lie with the person's settings, one for each shape. The filters are not copied: they are those that the project, into
which the file was read, has now.
"""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from workbench.data.filtering import describe, make_filters
from workbench.data.importing.recipes import Recipe, make_recipe, open_recipe
from workbench.data.reading.formats import format_of
from workbench.data.reading.text.layout import Layout
from workbench.data.reading.text.source_file import SourceFile
from workbench.errors import WorkbenchError
from workbench.files import read_json, write_json
from workbench.project import FILE, home

MAX_SHAPES = 200  # shapes; the ones used longest ago are forgotten
MAX_SHAPE_CHARS = 2000  # letters of a shape: names of columns can be endless


def shape_of(names: list[str], layout: Layout) -> str:
    """What files of one origin have in common: the names of the columns, or their number and the delimiter."""
    kind = format_of(layout)
    begin = f"{layout.kind} {layout.delimiter!r}" if kind.is_text else layout.kind
    if kind.names_items:
        return begin
    columns = "\t".join(names)[:MAX_SHAPE_CHARS] if layout.header or not kind.is_text else str(len(names))
    return f"{begin} {columns}"


def remember(shape: str, file: SourceFile, recipe: Recipe, project: Path) -> None:
    """Keep a recipe for the next file of this shape. One that equals what is guessed is only the way to its filters."""
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
    write_json(_place(), dict(list(kept.items())[-MAX_SHAPES:]))


def recall(shape: str) -> dict[str, Any] | None:
    """How the last file of this shape was read.

    Returns
    -------
    dict or None
        ``file``, ``recipe``, ``filters`` and ``filter_words``; None where there was none, or nothing but the guess was
        taken and no filter either.
    """
    kept = _all().get(shape)
    if not isinstance(kept, dict):
        return None
    try:
        recipe = Recipe.model_validate(kept["recipe"])
        filters = _filters(Path(kept["project"]))
        words = describe(filters)
    except (ValidationError, KeyError, TypeError, WorkbenchError):  # by another version of the program
        return None
    if not kept.get("corrected") and not filters:
        return None
    return {"file": kept["file"], "recipe": recipe.model_dump(), "filters": filters, "filter_words": words}


def stored(path: Path) -> dict[str, Any]:
    """The same of a recipe in a file; raises WorkbenchError where there is none in it."""
    recipe, filters = open_recipe(path)
    return {"file": path.name, "recipe": recipe.model_dump(), "filters": filters, "filter_words": describe(filters)}


def _filters(project: Path) -> list[dict[str, Any]]:
    with suppress(WorkbenchError, AttributeError):
        filters = read_json(project / FILE).get("filters") or []
        make_filters(filters)
        return list(filters)
    return []


def _place() -> Path:
    return home() / "recipes.json"


def _all() -> dict[str, Any]:
    try:
        found = read_json(_place())
    except WorkbenchError:  # none yet, or damaged: nothing is lost but a convenience
        return {}
    return found if isinstance(found, dict) else {}
