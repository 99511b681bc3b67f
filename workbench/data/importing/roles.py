"""Which column is the user, the item, the rating, the time: guessed with evidence, shown, corrected."""

import re

from pydantic import BaseModel, ConfigDict

from workbench.data.columns.date_parts import date_parts
from workbench.data.columns.graded import is_graded
from workbench.data.columns.id_shapes import are_measures, look_like_items
from workbench.data.columns.names import COUNTS, NAMES, likeness, plain
from workbench.data.columns.times import (
    DATED,
    WRITTEN,
    guess_kind,
    has_whole_days,
    is_ambiguous,
    is_finer_time,
    looks_like_epoch,
)
from workbench.data.columns.values import NUMBER, as_number, counts_up, follows, is_numeric, is_prose, is_text
from workbench.data.reading.first_rows import Preview
from workbench.data.reading.formats import format_of
from workbench.declaring import nearest
from workbench.errors import WorkbenchError

ROLES = ("user", "item", "rating", "time")
# Below this a guess is not acted on without asking.
MIN_CONFIDENCE = 0.25
WIDE_COLUMNS = 20
# Columns whose values are looked at where names tell nothing; a table of more is refused, and should be soon.
LOOKED_AT = 200
FEW_RATING_LEVELS = 25
# Columns with no more values than this are rather words that tell of something.
FEW_VALUES = 5


class Columns(BaseModel):
    """The column of each role, by name, or by position (from 0) where the file has no header.

    Attributes
    ----------
    rating, time
        None where the file has none: without ratings, feedback is implicit.
    """

    model_config = ConfigDict(extra="forbid")

    user: str | int
    item: str | int
    rating: str | int | None = None
    time: str | int | None = None


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
        _by_name(names, values, chosen, evidence)
    named = set(chosen)
    _by_value(names if header else ["-"] * len(names), values, header, chosen, evidence)
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
    if min(numbers) >= 0 and max(numbers) > 100 and max(numbers) > 10 * sorted(numbers)[len(numbers) // 2]:  # noqa: PLR2004
        return f"The values are whole numbers up to {max(numbers):,.0f}, most of them far smaller: these may be counts."
    return None


def _by_name(
    names: list[str], values: list[list[str]], chosen: dict[str, int], evidence: dict[str, tuple[str, float]]
) -> None:
    """Give each role the column whose name says so most clearly."""
    wanted = [(likeness(name, NAMES[role]), role, at) for at, name in enumerate(names) for role in ROLES]
    for sure, role, at in sorted(wanted, key=lambda one: (-one[0], ROLES.index(one[1]), one[2])):
        if not sure or role in chosen or at in chosen.values():
            continue
        if role == "rating" and values[at] and not (is_numeric(values[at], 0.5) or is_graded(values[at])):
            continue
        if role == "time" and values[at] and not _is_time(values[at], strict=sure < 0.8):  # noqa: PLR2004
            continue
        chosen[role] = at
        evidence[role] = (f"The name '{names[at]}' says {role}.", round(sure, 2))


def _by_value(
    names: list[str],
    values: list[list[str]],
    header: bool,
    chosen: dict[str, int],
    evidence: dict[str, tuple[str, float]],
) -> None:
    """Fill what names did not tell: times by their size, ratings by their few levels, ids by their place."""
    free = [at for at in range(len(values)) if at not in chosen.values() and not _is_row_number(names[at], values[at])]
    for role in ("user", "item"):  # two columns at least are left for ids
        if role not in chosen and len(free) + len(chosen) <= 2:  # noqa: PLR2004
            _take_first(role, free, chosen, evidence)
    spare = [at for at in free if header or at > 1 or (at == 1 and len(values) > 2)]  # noqa: PLR2004 - two are ids
    _time_by_value(names, values, spare, chosen, evidence)
    if not header:
        _by_shape(free, values, chosen)
    if "rating" not in chosen and not header:
        _rating_by_value([at for at in free if at not in chosen.values()], values, chosen, evidence)
    free = [at for at in free if at not in chosen.values()]
    for role in ("user", "item"):
        about = next((at for at in free if plain(names[at]).startswith(role)), None) if role not in chosen else None
        if about is not None:
            free.remove(about)
            chosen[role] = about
            evidence[role] = (f"The name '{names[about]}' speaks of {role}s, though not of their ids.", 0.4)
        if role not in chosen:
            likely = sorted(free, key=lambda at: _unlike_ids(names[at], values[at])) if header else free
            _take_first(role, likely, chosen, evidence, sure=0.3 if header else 0.7)
            free = [at for at in free if at not in chosen.values()]


def _time_by_value(
    names: list[str],
    values: list[list[str]],
    spare: list[int],
    chosen: dict[str, int],
    evidence: dict[str, tuple[str, float]],
) -> None:
    """Take what looks like times, a column or three; or a finer time than the one that was taken by its name."""
    if "time" in chosen:
        _finer(names, values, chosen, evidence)
        return
    # Ids of ten digits look like seconds, too: the second column comes last, and its times are mostly different.
    likely = [at for at in spare[:LOOKED_AT] if at > 1 or len(set(values[at])) > len(values[at]) / 2]
    times = next((at for at in sorted(likely, key=lambda at: at == 1) if _is_time(values[at], strict=True)), None)
    if times is not None:
        chosen["time"] = times
        kind, why = guess_kind(values[times])
        evidence["time"] = (f"The values are {why if kind else 'dates'}.", 0.8)
    elif (parts := date_parts(names, values)) and not set(parts.values()) & set(chosen.values()):
        chosen["time"] = parts["year"]
        evidence["time"] = ("Year, month and day stand in three columns.", 0.8)


def _by_shape(free: list[int], values: list[list[str]], chosen: dict[str, int]) -> None:
    """Without names: what has the shape of an item's id and stands in front is the item; measures are no ids."""
    first = [at for at in free if at not in chosen.values()][:2]
    if len(first) == 2 and look_like_items(values[first[0]]) and not look_like_items(values[first[1]]):  # noqa: PLR2004
        free.remove(first[1])
        free.insert(free.index(first[0]), first[1])
    elif len(first) == 2 and are_measures(values[first[1]]):  # noqa: PLR2004
        measures = [at for at in free if at not in chosen.values() and are_measures(values[at])]
        free[:] = [at for at in free if at not in measures] + measures


def _rating_by_value(
    free: list[int], values: list[list[str]], chosen: dict[str, int], evidence: dict[str, tuple[str, float]]
) -> None:
    """Take numbers behind the ids as ratings, but not a category of the item, nor in a log: who, when, what, what kind."""
    numeric = [at for at in free[2:] if is_numeric(values[at], 0.9) and not follows(values[at], values[free[1]])]
    if numeric and chosen.get("time") != 1:
        chosen["rating"] = numeric[0]
        levels = len(set(values[numeric[0]]))
        sentence = (
            f"The values are numbers with {levels} different {'values' if levels > 1 else 'value'} in the sample."
        )
        evidence["rating"] = (sentence, 0.8 if levels <= FEW_RATING_LEVELS else 0.5)


def _take_first(
    role: str, free: list[int], chosen: dict[str, int], evidence: dict[str, tuple[str, float]], sure: float = 0.3
) -> None:
    if free:
        chosen[role] = free.pop(0)
        evidence[role] = (f"Column {chosen[role] + 1} is the first that looks like one.", sure)
        return
    # Nothing is left: the person has to say it.
    chosen[role] = 1 - chosen.get("item" if role == "user" else "user", 1 if role == "user" else 0)
    evidence[role] = ("No column is left for it.", 0.0)


def _is_row_number(name: str, values: list[str]) -> bool:
    """Whether a column without a name only counts the rows, as some programs write it."""
    return name in ("", "Unnamed: 0") and counts_up(values)


def _unlike_ids(name: str, values: list[str]) -> int:
    """How little a column without a telling name looks like ids: 0 where its name says id, more for texts and words."""
    return 0 if plain(name).endswith("id") else 1 if not is_text(values) and len(set(values)) > FEW_VALUES else 2


def _finer(
    names: list[str], values: list[list[str]], chosen: dict[str, int], evidence: dict[str, tuple[str, float]]
) -> None:
    """Take a time with hours in place of one of whole days."""
    if not has_whole_days(values[chosen["time"]]):
        return
    finer = [at for at in range(len(values)) if at not in chosen.values() and is_finer_time(values[at])]
    if finer:
        days = names[chosen["time"]]
        chosen["time"] = finer[0]
        evidence["time"] = (f"'{names[finer[0]]}' is finer than '{days}', which has whole days.", 0.8)


def _is_time(values: list[str], *, strict: bool) -> bool:
    kind, _ = guess_kind(values[:200])
    if kind is None:
        return is_ambiguous(values[:200])
    return not strict or kind in DATED or looks_like_epoch(values)


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
        return "This looks like a list of users or items: the first column counts up. Choose the columns for user and item."
    if not {"rating", "time"} & set(chosen) and is_prose(values[chosen["item"]]):
        return "This looks like a list of items or texts, not of interactions. Choose the columns for user and item."
    for role, other in (("user", "item"), ("item", "user")):
        if preview.format.header and role not in named and (other in named or len(names) > 2):  # noqa: PLR2004
            ids = values[chosen[other]]
            once = len(set(ids)) == len(ids) > 2  # noqa: PLR2004
            own = values[chosen[role]]
            alone = len(set(own)) == len(own) > WIDE_COLUMNS and evidence[role][1] < 0.5  # noqa: PLR2004 - a mere guess
            if once or alone or other not in named or evidence[role][1] < MIN_CONFIDENCE:
                like = f" This may be a list of {other}s: each '{names[chosen[other]]}' is there once." if once else ""
                return f"No column says by its name that it is the {role}.{like} Choose the columns for user and item."
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
