"""Recipes: all that is needed to read a file in the same way again, or another of the same shape."""

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from workbench.data.columns.times import WRITTEN, guess_kind, is_ambiguous
from workbench.data.importing import roles
from workbench.data.importing.import_report import Report, nothing_kept
from workbench.data.importing.roles import Columns
from workbench.data.interactions import DUPLICATES
from workbench.data.reading.first_rows import Preview, preview
from workbench.data.reading.formats import all_formats
from workbench.data.reading.sniffing import sniff
from workbench.data.reading.text.layout import Layout
from workbench.data.reading.text.source_file import SourceFile, look_at
from workbench.declaring import allowed_range, nearest
from workbench.errors import WorkbenchError
from workbench.files import read_json

YES_OR_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
# What a delimiter is called where it cannot well be typed.
CALLED = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "blank": " ", "space": " "}


class Recipe(BaseModel):
    """All that is needed to read a file in the same way again.

    Attributes
    ----------
    duplicates
        Which of several interactions of one user with one item stays (`interactions.DUPLICATES`).
    time
        How times are written (`times.WRITTEN`), decided once for the column; None where there are none.
    ids
        What becomes of ids (`blocks.IDS`).
    rating_as
        What becomes of ratings once duplicates are merged: ``as is``; ``log``, the natural logarithm of one plus the count
        (sums below zero count as zero); ``presence``, none at all, so that feedback is implicit.
    """

    model_config = ConfigDict(extra="forbid")

    format: Layout
    columns: Columns
    duplicates: str = "last"
    time: str | None = None
    ids: Literal["as is", "whole", "codes"] = "as is"
    rating_as: Literal["as is", "log", "presence"] = "as is"

    @field_validator("format")
    @classmethod
    def _known(cls, layout: Layout) -> Layout:
        if layout.kind not in all_formats():
            message = f"has a file format that this version does not know: {layout.kind}"
            raise ValueError(message)
        return layout


def make_recipe(
    path: Path | SourceFile, columns: Columns | str | None = None, read: dict[str, Any] | None = None
) -> Recipe:
    """Guess how to read a file.

    Parameters
    ----------
    columns
        Overrules the guessed roles (see `columns.parse_all`).
    read
        What is known of the rest, by name of a field of `Layout` or of `Recipe`, values as text will do.

    Raises
    ------
    WorkbenchError
        If the file cannot be read, nothing says which column is which, or there is no such setting.
    """
    recipe, problem = guess_recipe(path, columns, read)
    if problem:
        message = f"{look_at(path).name}: {problem}"
        raise WorkbenchError(message)
    return recipe


def guess_recipe(
    path: Path | SourceFile, columns: Columns | str | None = None, read: dict[str, Any] | None = None
) -> tuple[Recipe, str | None]:
    """The same as `make_recipe`, and why the file is likely no table of interactions, which is no error here."""
    file = look_at(path)
    known, own = _settings(read or {})
    shown = preview(file, sniff(file, known))
    if not shown.rows:
        raise WorkbenchError(nothing_kept(file.name, Report()))
    written = problem = None
    if columns is None:
        guessed = roles.guess(shown)
        chosen, problem = guessed.columns, guessed.problem
    else:
        chosen, written = roles.parse_all(columns) if isinstance(columns, str) else (columns, None)
    time = own.pop("time", None) or written or time_kind(shown, chosen)
    recipe = Recipe(
        **{
            "duplicates": usual_duplicates(shown, chosen)[0],
            **own,
            "format": shown.format,
            "columns": chosen,
            "time": time,
        }
    )
    return recipe, problem


def usual_duplicates(shown: Preview, columns: Columns) -> tuple[str, str]:
    """What becomes of duplicates where nobody says it, and why."""
    if roles.counts_of(shown, columns.rating):
        return "sum", "counts of the same user and item add up"
    if columns.rating is None:
        return "last", "without ratings, only the time could differ"
    return "last", "the newest rating is what a user thinks now"


def open_recipe(path: Path) -> tuple[Recipe, list[dict[str, Any]]]:
    """A stored recipe, and the filters stored with it: from a file of its own, or from a ``data.json``.

    Raises
    ------
    WorkbenchError
        If the file is missing, or holds no recipe.
    """
    stored = read_json(path)
    recipe = stored.get("recipe", stored) if isinstance(stored, dict) else stored
    try:
        return Recipe.model_validate(recipe), list(stored.get("filters") or [])
    except (ValidationError, TypeError) as error:
        message = f"{path} holds no recipe. Choose a file that was saved as one, or the data.json of a project's data."
        raise WorkbenchError(message) from error


def _settings(read: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is known of the format, and the fields of the recipe itself; raises WorkbenchError for what is neither."""
    choices = {"kind": all_formats(), "duplicates": DUPLICATES, "time": WRITTEN}
    fields = {**Layout.model_json_schema()["properties"], **Recipe.model_json_schema()["properties"]}
    fields |= {name: {"enum": list(known)} for name, known in choices.items()}
    settable = {name for name in fields if name not in ("format", "columns", "compression")}
    found: dict[str, Any] = {}
    for key, given in read.items():
        name = key.strip().replace("-", "_")
        value = "" if given is None else given
        if name not in settable:
            raise WorkbenchError(nearest("setting of how a file is read", key, sorted(settable)))
        if name == "delimiter":
            value = CALLED.get(value, value)
        if fields[name].get("type") == "boolean":
            value = YES_OR_NO.get(str(value).lower(), value)
        enum = fields[name].get("enum")
        if (enum and value not in enum) or (fields[name].get("type") == "boolean" and not isinstance(value, bool)):
            wanted = allowed_range(fields[name]) if enum else "yes or no"
            message = f"How the file is read: {name} must be {wanted}, not '{value}'."
            raise WorkbenchError(message)
        found[name] = int(value) if name == "skip" and str(value).isdecimal() else value
    own = {name: value for name, value in found.items() if name in Recipe.model_fields}
    return {name: value for name, value in found.items() if name not in own}, own


def time_kind(shown: Preview, columns: Columns) -> str | None:
    """How the times of the chosen column are written.

    Raises
    ------
    WorkbenchError
        If they are no times, or the day could be the month.
    """
    at = roles.positions(columns, shown).get("time")
    if at is None:
        return None
    kind, why = guess_kind(shown.column(at))
    if is_ambiguous(shown.column(at)):
        name = shown.names[at]
        message = f"Column '{name}' cannot be read as time before you say how it is written: {why}. Choose day first"
        raise WorkbenchError(f"{message} (time={name}:dmy) or month first (time={name}:mdy).")
    if kind is None:
        message = f"Column '{shown.names[at]}' cannot be read as time: {why}. Write it as 2020-12-31 or leave it out."
        raise WorkbenchError(message)
    return kind
