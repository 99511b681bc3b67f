"""An item column that does not look like items."""

from collections.abc import Callable
from typing import Any

from workbench.data.columns.times import DATED, guess_kind, looks_like_epoch
from workbench.data.columns.values import ENOUGH, counts_up, is_numeric, is_text
from workbench.data.doubts.base.doubt import Doubt, DoubtKind, Evidence
from workbench.data.doubts.problems import WAYS_OUT, is_once

ONCE = 0.95
# With fewer rows, that no item came again may be chance.
MANY = 100
# Ratings have no more levels than this, and no item is one of so few in thousands of rows.
FEW_LEVELS = 11


class OddItems(DoubtKind):
    """Items that look like times, ratings or texts, or are there once each."""

    name, order = "odd-items", 25

    @classmethod
    def look(cls, seen: Evidence) -> Doubt | None:
        if seen.is_wide or len(seen.values("item")) < ENOUGH:
            return None
        why = next((words for odd, words in SIGNS if odd(seen)), None)
        if why is None:
            return None
        if seen.is_whole and is_once(seen.data.n_users, seen) and seen.data.n_items >= ONCE * len(seen.data):
            return _list_of_things(seen)
        other = better_items(seen)
        offer, change = "Choose the column of the items.", dict[str, Any]()
        option, _ = seen.columns_option(asked="item")
        if other is not None:
            option, change = seen.columns_option({**_without(seen, other), "item": other})
            offer = f"'{seen.shown.names[other]}' may be the item."
        sentence = f"The item is read from '{seen.name('item')}', whose values {why}. {offer}"
        shown = seen.examples(seen.values("item"))
        return Doubt(cls.name, "columns", sentence, option, seen.kept, shown, change, settles=True)


def _list_of_things(seen: Evidence) -> Doubt:
    """Nobody has met two of them: there is nothing to learn from."""
    sentence = (
        f"Each row is another user ('{seen.name('user')}') and another item ('{seen.name('item')}'), as in a list of items "
        f"or users. {WAYS_OUT}"
    )
    shown = seen.examples(seen.values("item"))
    return Doubt(OddItems.name, "rows", sentence, "--items FILE", seen.rows, shown, {"items": True}, settles=True)


def _without(seen: Evidence, taken: int) -> dict[str, int | None]:
    """The roles that lose their column to another."""
    return {role: None for role, at in seen.at.items() if at == taken}


def _is_time(seen: Evidence) -> bool:
    values = seen.values("item")
    kind = guess_kind(values)[0]
    if kind in DATED:
        return True
    # Ids of ten digits look like seconds, too, but come again.
    once = seen.is_whole and seen.data.n_items > len(seen.data) / 2
    return kind is not None and once and looks_like_epoch(values) and _mostly_new(values)


def _mostly_new(values: list[str]) -> bool:
    return len(set(values)) > len(values) / 2


def _is_text(seen: Evidence) -> bool:
    return is_text(seen.values("item"))


def _is_rating(seen: Evidence) -> bool:
    values = seen.values("item")
    few = seen.data.n_items <= FEW_LEVELS and seen.kept > FEW_LEVELS * FEW_LEVELS
    return few and is_numeric(values, 0.99) and all(len(value) < 5 for value in values)  # noqa: PLR2004 - such as 4.5


def _is_once(seen: Evidence) -> bool:
    once = seen.is_whole and seen.data.n_items >= ONCE * len(seen.data)
    return once and (len(seen.data) > MANY or better_items(seen) is not None)


SIGNS: tuple[tuple[Callable[[Evidence], bool], str], ...] = (
    (_is_time, "look like times"),
    (_is_text, "look like texts"),
    (_is_rating, "look like ratings"),
    (_is_once, "are there once each"),
)


def better_items(seen: Evidence) -> int | None:
    """A column whose values come again as those of items do, not as those of a rating or a category."""

    def levels(at: int) -> int:
        return len(set(seen.columns[at]))

    def likely(at: int) -> bool:
        values = seen.columns[at]
        kind = guess_kind(values)[0]
        is_time = kind in (*DATED, "ymd") or looks_like_epoch(values)
        return FEW_LEVELS < levels(at) < ONCE * len(values) and not (is_time or counts_up(values) or is_text(values))

    others = [*seen.free(), *(seen.at[role] for role in ("rating",) if role in seen.at)]
    return max((at for at in others if likely(at)), key=levels, default=None)
