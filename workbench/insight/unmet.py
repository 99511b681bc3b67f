"""What was wished of a list and cannot be met, in sentences: nothing is dropped without a word."""

from collections.abc import Collection

from workbench.amounts import counted
from workbench.data.interactions import Array
from workbench.insight.asked_list import AskedList
from workbench.insight.looking import indices_of
from workbench.insight.person import Person, find_person

MAX_NAMED = 5


def unmet_wishes(asked: AskedList, person: Person, left_out: Array, listed: int) -> list[str]:
    """What cannot be met, of a `person` as they are after the changes; `left_out` is not in the list of `listed`."""
    return _of_order(asked, person, listed) + _of_items(asked, person, left_out)


def _of_order(asked: AskedList, person: Person, listed: int) -> list[str]:
    """Wishes of an order that the data, or the candidates, do not allow."""
    order, features = asked.order, person.data.item_features
    by_genre = {"calibration": order.calibration, "per_genre": order.per_genre}
    wished = [name.replace("_", "-") for name, wish in by_genre.items() if wish]
    if wished and (features is None or features.genres.null_count == len(features.genres)):
        return [f"{' and '.join(wished)}: no effect, because the genres of the items are not known."]
    if order.calibration and not len(person.history.item):
        return ["calibration: no effect, because there is no history whose genres could be followed."]
    if order.per_genre and listed < asked.k:
        short = f"The list has {counted(listed, 'item')} instead of {asked.k:,}"
        limit = f"at most {counted(order.per_genre, 'item')} of a genre"
        return [f"{short}: with {limit}, no more of its candidates fit in. Raise per-genre for a longer list."]
    return []


def _of_items(asked: AskedList, person: Person, left_out: Array) -> list[str]:
    """Items and ratings that are wished and cannot be."""
    changes, data = asked.changes, person.data
    if not (changes or asked.order.pin):
        return []
    before = find_person(asked.run, asked.user, type(changes)(), asked.history)
    had = set(before.history.item.tolist())
    kept = had - set(indices_of(data, changes.removed))
    rated, added = ([entry.item for entry in entries] for entries in (changes.rated, changes.added))

    def those(ids: list[str], of: Collection[int], *, inside: bool) -> list[str]:
        return [one for one, at in zip(ids, indices_of(data, ids), strict=True) if (at in of) == inside]

    unrated = data.rating is None
    found = [
        (
            those(changes.removed, had | set(before.left_out.item.tolist()), inside=False),
            "not in the history, so that nothing was removed",
        ),
        (rated if unrated else [], "not rated anew, because the data has no ratings"),
        ([] if unrated else those(rated, kept, inside=False), "not in the history, so that no rating was changed"),
        (those(added, kept, inside=True), "in the history already, and not added again"),
        (
            those(asked.order.pin, set(left_out.tolist()), inside=True),
            "not at the top, because the user has it and lists leave out what users have",
        ),
    ]
    if data.rating is not None and len(data):
        low, high = float(data.rating.min()), float(data.rating.max())
        beyond = [
            entry.item
            for entry in (*changes.rated, *changes.added)
            if entry.rating is not None and not low <= entry.rating <= high
        ]
        found.append((beyond, f"rated beyond the data, whose ratings go from {low:g} to {high:g}; it counts as it is"))
    return [f"{_named(items)}: {why}." for items, why in found if items]


def _named(items: list[str]) -> str:
    named = ", ".join(items[:MAX_NAMED])
    return f"{named} and {len(items) - MAX_NAMED:,} more" if len(items) > MAX_NAMED else named
