"""Recipes: all that is needed to read a file in the same way again, or another of the same shape."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from workbench.data import columns as roles
from workbench.data.accounting import Report, nothing_kept
from workbench.data.columns import Columns
from workbench.data.formats import Format
from workbench.data.reading import Preview, preview
from workbench.data.times import guess_kind, is_ambiguous
from workbench.errors import WorkbenchError


class Recipe(BaseModel):
    """All that is needed to read a file in the same way again.

    Attributes
    ----------
    duplicates
        Which of several interactions of one user with one item stays (`interactions.DUPLICATES`).
    time
        How times are written (`times.WRITTEN`), decided once for the column; None where there are none.
    rating_as
        What becomes of ratings once duplicates are merged: ``as is``; ``log``, the natural logarithm of one plus the count
        (sums below zero count as zero); ``presence``, none at all, so that feedback is implicit.
    """

    model_config = ConfigDict(extra="forbid")

    format: Format
    columns: Columns
    duplicates: str = "last"
    time: str | None = None
    rating_as: Literal["as is", "log", "presence"] = "as is"


def make_recipe(path: Path, columns: Columns | str | None = None) -> Recipe:
    """Guess how to read a file; `columns` (see `columns.parse_all`) overrules the guessed roles.

    Raises
    ------
    WorkbenchError
        If the file cannot be read, or nothing says which column is which.
    """
    shown = preview(path)
    if not shown.rows:
        raise WorkbenchError(nothing_kept(path, Report()))
    written = None
    if columns is None:
        guessed = roles.guess(shown)
        if guessed.problem:
            message = f"{path.name}: {guessed.problem}"
            raise WorkbenchError(message)
        chosen = guessed.columns
    else:
        chosen, written = roles.parse_all(columns) if isinstance(columns, str) else (columns, None)
    return Recipe(format=shown.format, columns=chosen, time=written or time_kind(shown, chosen))


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
