"""What names and values of columns say of their roles: filled into the roles chosen so far, each with its evidence."""

from workbench.data.columns.date_parts import date_parts
from workbench.data.columns.graded import is_graded
from workbench.data.columns.id_shapes import are_measures, look_like_items
from workbench.data.columns.names import NAMES, likeness, plain
from workbench.data.columns.times import (
    DATED,
    guess_kind,
    has_whole_days,
    is_ambiguous,
    is_finer_time,
    looks_like_epoch,
)
from workbench.data.columns.values import counts_up, follows, is_numeric, is_text

ROLES = ("user", "item", "rating", "time")
# Columns whose values are looked at where names tell nothing; a table of more is refused, and should be soon.
LOOKED_AT = 200
FEW_RATING_LEVELS = 25
# Columns with no more values than this are rather words that tell of something.
FEW_VALUES = 5


def by_name(
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


def by_value(
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
    elif (parts := date_parts(names, values.__getitem__)) and not set(parts.values()) & set(chosen.values()):
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
