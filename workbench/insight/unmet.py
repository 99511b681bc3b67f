"""What was wished of a list and cannot be met, in sentences: nothing is dropped without a word."""

from collections.abc import Collection

from workbench.data.interactions import Array
from workbench.insight.asked_list import AskedList
from workbench.insight.looking import indices_of
from workbench.insight.person import Person, find_person

MAX_NAMED = 5


def unmet_wishes(asked: AskedList, person: Person, left_out: Array) -> list[str]:
    """What cannot be met, of a `person` as they are after the changes; `left_out` does not stand in the list."""
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
    return [f"{_named(items)}: {why}." for items, why in found if items]


def _named(items: list[str]) -> str:
    named = ", ".join(items[:MAX_NAMED])
    return f"{named} and {len(items) - MAX_NAMED:,} more" if len(items) > MAX_NAMED else named
