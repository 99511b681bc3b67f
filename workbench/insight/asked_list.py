"""A list as it is asked for: all that its rows depend on, in one object that is shown, kept, exported and written down."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from workbench.errors import WorkbenchError
from workbench.stored import MAX_COUNT, Place, Shape, Text, where

Json = dict[str, Any]


class Entry(Shape):
    """An interaction that never was. Without a rating it counts as a usual one."""

    item: Text
    rating: float | None = None


class Changes(Shape):
    """What is changed in a history: removed first, then rated anew where it stands, then added at the end."""

    removed: list[Text] = Field([])
    rated: list[Entry] = Field([])
    added: list[Entry] = Field([])

    @model_validator(mode="after")
    def _once(self) -> "Changes":
        added = [entry.item for entry in self.added]
        if len(set(added)) < len(added):
            raise ValueError("adds an item twice")
        return self

    def __bool__(self) -> bool:
        return bool(self.removed or self.rated or self.added)


class Order(Shape):
    """What is wanted besides high scores: `insight.reranking.Wishes`, which bounds it, with ids for items."""

    diversity: float = 0.0
    method: Literal["mmr", "dpp"] = "mmr"
    calibration: float = 0.0
    popularity_penalty: float = 0.0
    per_genre: int = 0
    exclude: list[Text] = Field([])
    pin: list[Text] = Field([])

    @field_validator("exclude", "pin")
    @classmethod
    def _once(cls, items: list[str]) -> list[str]:
        """An item that is named twice is meant once."""
        return list(dict.fromkeys(items))

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in type(self).model_fields if name != "method")


class AskedList(Shape):
    """One list: under which run, of whom, after which changes of the history, how long, in which order.

    Attributes
    ----------
    run
        The folder of the run.
    user
        Whose list; None for somebody new, whose history is what was added.
    history
        The file that the user's history comes from, of somebody who is not in the data.
    k
        Items in the list.
    include_seen
        Whether items of the history may stand in it.
    """

    run: Place
    user: Text | None
    history: Place | None = None
    k: Annotated[int, Field(ge=1, le=MAX_COUNT)] = 20
    include_seen: bool = False
    changes: Changes = Changes()
    order: Order = Order()

    @classmethod
    def from_json(cls, values: object) -> "AskedList":
        """The list that JSON values describe; raises WorkbenchError where they describe none."""
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise WorkbenchError(
                f"What is asked of the list cannot be read{where(error)}. Change that, and ask again."
            ) from error

    def to_json(self) -> Json:
        """JSON values, without what is usual anyway."""
        return {"run": self.run, "user": self.user} | self.model_dump(exclude_defaults=True)

    def under(self, run: str) -> "AskedList":
        """The same list under another run."""
        return self.model_copy(update={"run": run})


def call_arguments(asked: AskedList) -> Json:
    """What `workbench.interface.Run.recommend_one` is given for a list, without what is usual anyway."""
    changes, order = asked.changes, asked.order
    told: Json = {"user": asked.user} if asked.user is not None else {}
    told |= {"history": asked.history} if asked.history is not None else {}
    if changes.added:
        told["add"] = [entry.item for entry in changes.added]
        if any(entry.rating is not None for entry in changes.added):
            told["add"] = {entry.item: entry.rating for entry in changes.added}
    if changes.removed:
        told["remove"] = list(changes.removed)
    if changes.rated:
        told["rate"] = {entry.item: entry.rating for entry in changes.rated}
    if order:
        told["order"] = order.model_dump(exclude_defaults=True)
    return told | {"k": asked.k} | ({"include_seen": True} if asked.include_seen else {})


def changes_between(real: Sequence[Mapping[str, Any]], history: Sequence[Mapping[str, Any]]) -> Changes:
    """What was done to a real history to make another of it; both have ``item`` and ``rating``, the oldest first.

    What stands elsewhere than it did was removed and added again.
    """
    rated: list[Entry] = []
    kept = at = 0
    for entry in history:
        place = next((place for place in range(at, len(real)) if real[place]["item"] == entry["item"]), None)
        if place is None:
            break
        kept, at = kept + 1, place + 1
        rated += [_entry(entry)] if entry.get("rating") != real[place].get("rating") else []
    stay = {entry["item"] for entry in history[:kept]}
    removed = [entry["item"] for entry in real if entry["item"] not in stay]
    return Changes(removed=list(dict.fromkeys(removed)), rated=rated, added=[_entry(entry) for entry in history[kept:]])


def changed(real: Sequence[Mapping[str, Any]], changes: Changes) -> list[Json]:
    """A history after `changes`. What shall go and is not there, or is added and there already, is left as it is."""
    removed, rated = set(changes.removed), {entry.item: entry.rating for entry in changes.rated}
    kept = [dict(entry) for entry in real if entry["item"] not in removed]
    for entry in kept:
        if entry["item"] in rated:
            entry["rating"] = rated[entry["item"]]
    there = {entry["item"] for entry in kept}
    return kept + [entry.model_dump() for entry in changes.added if entry.item not in there]


def _entry(entry: Mapping[str, Any]) -> Entry:
    rating = entry.get("rating")
    return Entry(item=str(entry["item"]), rating=None if rating is None else float(rating))
