"""Recipes: all that is needed to read a file in the same way again, or another of the same shape."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    SerializerFunctionWrapHandler,
    ValidationError,
    field_validator,
    model_serializer,
)

from workbench.data.columns.date_parts import date_parts
from workbench.data.columns.times import WRITTEN, guess_kind
from workbench.data.doubts.day_or_month import day_or_month
from workbench.data.feedback.rules import Feedback
from workbench.data.importing import roles
from workbench.data.importing.feedback import guess_feedback, said_feedback, weighed
from workbench.data.importing.import_report import Report, nothing_kept
from workbench.data.importing.joins import Join, beside, key_of, make_join
from workbench.data.importing.roles import Columns
from workbench.data.interactions import DUPLICATES, Interactions
from workbench.data.reading.first_rows import Preview, preview
from workbench.data.reading.formats import all_formats
from workbench.data.reading.sniffing import sniff
from workbench.data.reading.text.layout import Layout
from workbench.data.reading.text.source_file import SourceFile, look_at
from workbench.declaring import allowed_range, nearest
from workbench.errors import WorkbenchError
from workbench.stored import Choice, StoredFile, read_values, where

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
    feedback
        What the values of columns are worth; empty where every row is a choice of equal worth.
    join
        How a second file is joined that says who an order is by; None where one file tells everything.
    """

    model_config = ConfigDict(extra="forbid")

    format: Layout
    columns: Columns
    duplicates: str = "last"
    time: str | None = None
    ids: Literal["as is", "whole", "codes", "bare"] = "as is"
    rating_as: Literal["as is", "log", "presence"] = "as is"
    feedback: list[Feedback] = []
    join: Join | None = None

    @model_serializer(mode="wrap")
    def _plain(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Files of ratings or of mere presence have recipes without a word of feedback, and single files none of joins."""
        found: dict[str, Any] = serialize(self)
        for name in ("feedback", "join"):
            if not getattr(self, name):
                found.pop(name, None)
        return found

    @property
    def read_as_text(self) -> list[Feedback]:
        """Feedback of columns that are read for it alone: not that of ratings, which are weighed once they are merged."""
        plain = [each for each in self.feedback if each.column == self.columns.rating and not each.is_text]
        return [] if len(plain) == len(self.feedback) else self.feedback

    def named(self, data: Interactions) -> dict[str, list[list[int]]]:
        """What each rule over ratings names, of merged interactions that are not weighed yet (see `Report.named`)."""
        if not self.feedback or self.read_as_text or data.rating is None or self.rating_as == "presence":
            return {}
        return {str(each.column): each.named_numbers(data.rating).tolist() for each in self.feedback}

    def weigh(self, data: Interactions) -> Interactions:
        """Merged interactions with what they are worth by the rules; as they are where presence is all that counts."""
        if self.rating_as == "presence":
            return data
        return weighed(data, self.feedback, as_text=bool(self.read_as_text), rated=self.columns.rating is not None)

    @field_validator("time")
    @classmethod
    def _readable(cls, written: str | None) -> str | None:
        if written not in (None, *WRITTEN):
            raise ValueError(f"is no way of writing times that this version knows: {written}")
        return written

    @field_validator("format")
    @classmethod
    def _known(cls, layout: Layout) -> Layout:
        if layout.kind not in all_formats():
            message = f"has a file format that this version does not know: {layout.kind}"
            raise ValueError(message)
        return layout


class RecipeFile(StoredFile):
    """A recipe in a file, with the filters that were in use: by itself, or as part of a ``data.json``."""

    way_out: ClassVar[str] = "Choose a file that was saved as a recipe, or the data.json of a project's data."

    filters: list[Choice] | None = None


def make_recipe(
    path: Path | SourceFile,
    columns: Columns | str | None = None,
    read: dict[str, Any] | None = None,
    feedback: Sequence[tuple[str, str | None]] = (),
    *,
    joined: SourceFile | None = None,
    key: str | None = None,
) -> Recipe:
    """Guess how to read a file.

    Parameters
    ----------
    columns
        Overrules the guessed roles (see `columns.parse_all`).
    read
        What is known of the rest, by name of a field of `Layout` or of `Recipe`, values as text will do.
    feedback
        What values of columns are worth: names and rules, as the command line writes them; guessed where empty.
    joined, key
        A second file that says who an order is by, and the column by which it is found; guessed where None.

    Raises
    ------
    WorkbenchError
        If the file cannot be read, nothing says which column is which, or there is no such setting.
    """
    recipe, problem = guess_recipe(path, columns, read, feedback, joined=joined, key=key)
    if problem:
        message = f"{look_at(path).name}: {problem}"
        raise WorkbenchError(message)
    return recipe


def guess_recipe(
    path: Path | SourceFile,
    columns: Columns | str | None = None,
    read: dict[str, Any] | None = None,
    feedback: Sequence[tuple[str, str | None]] = (),
    *,
    joined: SourceFile | None = None,
    key: str | None = None,
) -> tuple[Recipe, str | None]:
    """The same as `make_recipe`, and why the file is likely no table of interactions, which is no error here."""
    file = look_at(path)
    known, own = _settings(read or {})
    shown = lines = preview(file, sniff(file, known))
    orders = None if joined is None else preview(joined)
    if joined is not None and orders is not None:
        key = key_of(lines, orders, (file.name, joined.name), key)
        shown = beside(lines, orders, key)
    if not shown.rows:
        raise WorkbenchError(nothing_kept(file.name, Report()))
    written = problem = None
    if columns is None:
        guessed = roles.guess(shown)
        chosen, problem = guessed.columns, guessed.problem
    else:
        chosen, written = roles.parse_all(columns) if isinstance(columns, str) else (columns, None)
    told = said_feedback(shown, chosen, feedback) if feedback else guess_feedback(shown, chosen, others=columns is None)
    time = own.pop("time", None) or written
    if time is None:
        asked = day_or_month(shown, roles.positions(told.columns, shown).get("time"))
        time, problem = ("dmy", problem or asked) if asked else (time_kind(shown, told.columns), problem)
    recipe = Recipe(
        **{
            "duplicates": usual_duplicates(shown, told.columns, told.duplicates)[0],
            **own,
            "format": shown.format,
            "columns": told.columns,
            "time": time,
            "feedback": told.feedback,
            "join": None if orders is None else make_join(told.columns, lines, orders, str(key), time),
        }
    )
    return recipe, problem


# Why events of one user and item become what feedback makes of them.
MERGED = {
    "sum": "several events of the same user and item add up",
    "max": "chosen once is chosen",
    "last": "the newest is what a user thinks now",
}


def usual_duplicates(shown: Preview, columns: Columns, by_feedback: str | None = None) -> tuple[str, str]:
    """What becomes of duplicates where nobody says it, and why; `by_feedback`: where that depends on feedback."""
    if by_feedback is not None and columns.rating is None:
        return by_feedback, MERGED[by_feedback]
    if by_feedback in ("max", "last"):
        return by_feedback, MERGED[by_feedback]
    if by_feedback == "sum" or roles.counts_of(shown, columns.rating):
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
    stored = read_values(RecipeFile, path)
    recipe = stored.get("recipe", {name: value for name, value in stored.items() if name != "version"})
    try:
        return Recipe.model_validate(recipe), list(stored.get("filters") or [])
    except ValidationError as error:
        message = f"{path} holds no recipe{where(error)}. Choose a file that was saved as one, or the data.json of a "
        raise WorkbenchError(f"{message}project's data.") from error


def known_recipe(about: dict[str, Any], folder: Path) -> Recipe:
    """How data was read, from its ``data.json``; raises WorkbenchError where that is not known."""
    try:
        return Recipe.model_validate(about.get("recipe"))
    except ValidationError as error:
        message = f"How the data in {folder} was read is not known{where(error)}. Import the file again."
        raise WorkbenchError(message) from error


def _settings(read: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is known of the format, and the fields of the recipe itself; raises WorkbenchError for what is neither."""
    choices = {"kind": all_formats(), "duplicates": DUPLICATES, "time": WRITTEN}
    fields = {**Layout.model_json_schema()["properties"], **Recipe.model_json_schema()["properties"]}
    fields |= {name: {"enum": list(known)} for name, known in choices.items()}
    settable = {name for name in fields if name not in ("format", "columns", "compression", "feedback")}
    found: dict[str, Any] = {}
    for key, given in read.items():
        name = key.strip().replace("-", "_")
        value = "" if given is None else given
        if name not in settable:
            raise WorkbenchError(nearest("setting of how a file is read", key, sorted(settable)))
        if name == "delimiter":
            value = CALLED.get(value, value)
        about = fields[name]
        if about.get("type") == "boolean":
            value = YES_OR_NO.get(str(value).lower(), value)
        elif about.get("type") == "integer" and str(value).isdecimal():
            value = int(value)
        if not _is_allowed(value, about):
            wanted = "yes or no" if about.get("type") == "boolean" else allowed_range(about)
            message = f"How the file is read: {name} must be {wanted}, not '{value}'."
            raise WorkbenchError(message)
        found[name] = value
    own = {name: value for name, value in found.items() if name in Recipe.model_fields}
    return {name: value for name, value in found.items() if name not in own}, own


def _is_allowed(value: Any, about: dict[str, Any]) -> bool:
    """Whether a value is what the JSON schema of its field says."""
    if about.get("type") == "boolean":
        return isinstance(value, bool)
    if about.get("type") == "integer":
        return isinstance(value, int) and about["minimum"] <= value <= about["maximum"]
    return value in about.get("enum", [value])


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
    parts = date_parts(shown.names, shown.column)
    if parts and parts["year"] == at:
        return "parts"
    asked = day_or_month(shown, at)
    if asked:
        raise WorkbenchError(asked)
    kind, why = guess_kind(shown.column(at))
    if kind is None:
        message = f"Column '{shown.names[at]}' cannot be read as time: {why}. Write it as 2020-12-31 or leave it out."
        raise WorkbenchError(message)
    return kind
