"""Which column is the user, the item, the rating, the time: guessed with evidence, shown, corrected."""

import re

from pydantic import BaseModel, ConfigDict

from workbench.data.columns.names import COUNTS, ColumnName, likeness
from workbench.data.columns.times import (
    WRITTEN,
    is_ambiguous,
)
from workbench.data.columns.values import NUMBER, as_number, counts_up, is_numeric, is_prose
from workbench.data.doubts.problems import WAYS_OUT
from workbench.data.importing.role_evidence import ROLES, by_name, by_value
from workbench.data.reading.first_rows import Preview
from workbench.data.reading.formats import format_of
from workbench.declaring import nearest
from workbench.errors import WorkbenchError

# Below this a guess is not acted on without asking.
MIN_CONFIDENCE = 0.25
WIDE_COLUMNS = 20
CHOOSE = "Choose the columns for user and item."


class Columns(BaseModel):
    """The column of each role, by name, or by position (from 0) where the file has no header.

    Attributes
    ----------
    rating, time
        None where the file has none: without ratings, feedback is implicit.
    """

    model_config = ConfigDict(extra="forbid")

    user: ColumnName
    item: ColumnName
    rating: ColumnName | None = None
    time: ColumnName | None = None


class Guess(BaseModel):
    """A guess, and why.

    Attributes
    ----------
    evidence
        Role to (sentence, confidence between 0 and 1); roles that no column has are absent.
    problem
        Why this is likely no table of interactions, as a sentence; None where it is.
    question
        What the person has to say before the times can be read, as a sentence; None where nothing is in doubt.
    counts
        Why the ratings are likely counts, such as plays, for which a logarithm or presence may serve better; else None.
    """

    columns: Columns
    evidence: dict[str, tuple[str, float]]
    problem: str | None = None
    question: str | None = None
    counts: str | None = None


def guess(preview: Preview) -> Guess:
    """Guess the column of each role from names and values."""
    names = preview.names
    # Wide formats are shown as rows of user, item and rating, whatever names the file has.
    wide = format_of(preview.format).is_wide
    header = preview.format.header or wide
    values = [preview.column(i) for i in range(len(names))]
    chosen: dict[str, int] = {}
    evidence: dict[str, tuple[str, float]] = {}
    if header:
        by_name(names, values, chosen, evidence)
    named = set(chosen)
    by_value(names if header else ["-"] * len(names), values, header, chosen, evidence)
    found = {role: names[at] if header and names.count(names[at]) == 1 else at for role, at in chosen.items()}
    problem = None if wide else _problem(preview, values, chosen, named, evidence)
    question = _question(names[chosen["time"]], values[chosen["time"]]) if "time" in chosen else None
    counts = _counts(names[chosen["rating"]], values[chosen["rating"]]) if "rating" in chosen else None
    return Guess(columns=Columns(**found), evidence=evidence, problem=problem, question=question, counts=counts)


def _question(name: str, values: list[str]) -> str | None:
    if not is_ambiguous(values):
        return None
    shown = next(value for value in values if value.strip())
    return f"In '{name}', dates such as {shown} may begin with the day or with the month. Say which."


def counts_of(preview: Preview, rating: str | int | None) -> str | None:
    """Why the ratings of a column are likely counts, as a sentence; else None."""
    if rating is None:
        return None
    at = position(rating, preview)
    return _counts(preview.names[at], preview.column(at))


def _counts(name: str, values: list[str]) -> str | None:
    """Why these are counts: by their name, or because they are whole, never negative and far more spread than stars."""
    numbers = [as_number(value) for value in values if NUMBER.fullmatch(value)]
    if numbers and likeness(name, COUNTS) > 0.5:  # noqa: PLR2004 - more than a part of the name
        return f"The name '{name}' says that these are counts."
    if not numbers or not all(number.is_integer() for number in numbers):
        return None
    usual = sorted(numbers)[: -1 - len(numbers) // 100]  # a slip of the hand among stars makes no counts of them
    middle = sorted(numbers)[len(numbers) // 2]
    if usual and min(numbers) >= 0 and max(numbers) > 100 and usual[-1] > 10 * middle:  # noqa: PLR2004
        return f"The values are whole numbers up to {max(numbers):,.0f}, most of them far smaller: these may be counts."
    return None


def _problem(
    preview: Preview,
    values: list[list[str]],
    chosen: dict[str, int],
    named: set[str],
    evidence: dict[str, tuple[str, float]],
) -> str | None:
    names = preview.names
    if (
        not {"user", "item"} & named
        and len(names) >= WIDE_COLUMNS
        and all(is_numeric(column, 0.9) for column in values)
    ):
        return (
            f"This looks like a matrix of users and items with {len(names):,} columns, which is not read yet. "
            "Write it as rows of user, item and rating, or choose the columns yourself."
        )
    if not preview.format.header and "time" not in chosen and counts_up(values[0]):
        return f"This looks like a list of users or items: the first column counts up. {WAYS_OUT}"
    if not {"rating", "time"} & set(chosen) and is_prose(values[chosen["item"]]):
        return f"This looks like a list of items or texts, not of interactions. {WAYS_OUT}"
    for role, other in (("user", "item"), ("item", "user")):
        if preview.format.header and role not in named and (other in named or len(names) > 2):  # noqa: PLR2004
            ids = values[chosen[other]]
            once = len(set(ids)) == len(ids) > 2  # noqa: PLR2004
            own = values[chosen[role]]
            alone = len(set(own)) == len(own) > WIDE_COLUMNS and evidence[role][1] < 0.5  # noqa: PLR2004 - a mere guess
            if once or alone or other not in named or evidence[role][1] < MIN_CONFIDENCE:
                like = f" This may be a list of {other}s: each '{names[chosen[other]]}' is there once." if once else ""
                return f"No column says by its name that it is the {role}.{like} {WAYS_OUT if once else CHOOSE}"
    return None


def parse(text: str) -> Columns:
    """Columns from ``user=A,item=B,rating=C,time=D``; see `parse_all`."""
    return parse_all(text)[0]


def parse_all(text: str) -> tuple[Columns, str | None]:
    """Columns from ``user=A,item=B,rating=C,time=D``, and how times are written where that is said: ``time=D:dmy``.

    Raises
    ------
    WorkbenchError
        If a role is unknown or named twice, or user or item is missing.
    """
    found: dict[str, str | int] = {}
    written = None
    for part in re.split(r",(?=\s*\w+\s*=)", text):
        role, _, name = (piece.strip() for piece in part.partition("="))
        if role not in ROLES:
            raise WorkbenchError(nearest("role of a column", role, list(ROLES)))
        if role in found:
            message = f"The columns '{text}' name the {role} twice. Name it once."
            raise WorkbenchError(message)
        before, _, kind = name.rpartition(":")
        if role == "time" and before and kind in WRITTEN:  # a name may hold a colon, too
            name, written = before, kind
        if name:
            found[role] = int(name) if name.isdecimal() else name
    missing = [role for role in ("user", "item") if role not in found]
    if missing:
        message = f"The columns '{text}' do not say which is the {' and the '.join(missing)}."
        raise WorkbenchError(message + " Write them as user=A,item=B,rating=C,time=D.")
    return Columns(**found), written


MAX_NAME_CHARS = 80


def positions(columns: Columns, preview: Preview) -> dict[str, int]:
    """Position of the column of each role that there is.

    Raises
    ------
    WorkbenchError
        If a column is not in the file, or has two roles.
    """
    found: dict[str, int] = {}
    for role in ROLES:
        wanted = getattr(columns, role)
        if wanted is not None:
            found[role] = position(wanted, preview)
    for role, at in found.items():
        twin = next((other for other in found if other != role and found[other] == at), None)
        if twin:
            name = " ".join(preview.names[at].split())[:MAX_NAME_CHARS]
            message = f"Column '{name}' cannot be both the {role} and the {twin}."
            raise WorkbenchError(message + " Choose another for one of them.")
    return found


def position(wanted: str | int, preview: Preview) -> int:
    """Position of a column by its name or position; raises WorkbenchError where there is none."""
    names = preview.names
    if str(wanted) in names:
        return names.index(str(wanted))
    if isinstance(wanted, int):
        if wanted < len(names):
            return wanted
        message = f"There is no column {wanted}: the file has {len(names)} columns, counted from 0."
        raise WorkbenchError(message)
    raise WorkbenchError(nearest("column", wanted, names))
