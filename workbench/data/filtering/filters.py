"""Filters: which interactions are worked with at all, chained in the order in which they are given.

A filter is a rule with its own settings. A chain of them is stored as a recipe (names and settings, in ``run.json`` and
with the project), not as data: it is applied again each time, to the same file or to a new one. What comes out has only
the users and items that are left, with indices of their own: an item that was filtered away cannot be recommended, is
not counted among the candidates, and costs nothing.
"""

import csv
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from workbench.data.dates import Moment, milliseconds
from workbench.data.interactions import Array, Interactions
from workbench.data.side_files.items import Items
from workbench.data.side_files.people import Users
from workbench.declaring import explain, hyperparameter, nearest
from workbench.errors import WorkbenchError

# Names and settings of filters, as JSON: {"name": "core", "settings": {"k": 5}}.
Recipe = Sequence[dict[str, Any]]


@dataclass(frozen=True)
class Step:
    """What one filter left.

    Attributes
    ----------
    words : str
        The filter, in words.
    interactions, users, items : int
        How many are left behind it; users and items without an interaction do not count.
    """

    words: str
    interactions: int
    users: int
    items: int


class Filter(BaseModel):
    """Base of all filters.

    Class facts: `name` on the command line and in recipes, `title` in the window, and `keys`, what may stand left of the
    ``=`` on the command line with the setting that it means.
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
    name: ClassVar[str]
    title: ClassVar[str]
    keys: ClassVar[dict[str, str]]

    def keeps(self, data: Interactions) -> Array:
        """Which interactions stay, bool (n,); raises WorkbenchError where the data lacks what it needs."""
        raise NotImplementedError

    def describe(self) -> str:
        """What stays, in a few words."""
        raise NotImplementedError

    def recipe(self) -> dict[str, Any]:
        """Name and settings, as `make_filter` takes them."""
        return {"name": self.name, "settings": self.model_dump()}


class RatingRange(Filter):
    """Keeps interactions whose rating is in a range, such as the likes among stars."""

    name, title = "rating", "Ratings"
    keys = {"min-rating": "low", "max-rating": "high"}

    low: float | None = hyperparameter(None, "From", "Lowest rating that stays. Empty: no limit.")
    high: float | None = hyperparameter(None, "To", "Highest rating that stays. Empty: no limit.")

    def keeps(self, data: Interactions) -> Array:
        if data.rating is None:
            message = "The filter by rating needs ratings, and the data has none. Remove the filter."
            raise WorkbenchError(message)
        return _between(data.rating, self.low, self.high)

    def describe(self) -> str:
        return _range_words("ratings", None if self.low is None else f"{self.low:g}", self.high, "{:g}")


class MinimumPerUser(Filter):
    """Keeps users with enough interactions."""

    name, title = "min-user", "Interactions of a user"
    keys = {"min-user": "n"}

    n: int = hyperparameter(5, "At least", "Users with fewer interactions go.", ge=1)

    def keeps(self, data: Interactions) -> Array:
        lengths = data.by_user.lengths
        return np.repeat(lengths >= self.n, lengths)

    def describe(self) -> str:
        return f"users with at least {self.n}"


class MinimumPerItem(Filter):
    """Keeps items with enough interactions."""

    name, title = "min-item", "Interactions of an item"
    keys = {"min-item": "n"}

    n: int = hyperparameter(5, "At least", "Items with fewer interactions go.", ge=1)

    def keeps(self, data: Interactions) -> Array:
        return (data.item_counts >= self.n)[data.item]

    def describe(self) -> str:
        return f"items with at least {self.n}"


class Core(Filter):
    """Keeps the largest part in which every user and every item has enough interactions within that part."""

    name, title = "core", "k-core"
    keys = {"core": "k"}

    k: int = hyperparameter(5, "Of a user", "Interactions that every user has with items that stay.", ge=1)
    items: int | None = hyperparameter(
        None, "Of an item", "Interactions that every item has with users that stay. Empty: as many as users.", ge=1
    )

    def keeps(self, data: Interactions) -> Array:
        from workbench.data.kernels.masks import core

        room = np.empty(len(data), np.int32 if len(data) < 2**31 else np.int64)
        k_item = self.k if self.items is None else self.items
        return core(data.by_user.indptr, data.user, data.item, data.n_items, self.k, k_item, room)

    def describe(self) -> str:
        return f"{self.k}-core" if self.items in (None, self.k) else f"core of {self.k} a user, {self.items} an item"


class TimeWindow(Filter):
    """Keeps interactions of a time: from a day on, before a day, or both."""

    name, title = "time", "Time"
    keys = {"after": "start", "before": "end"}

    start: Moment | None = hyperparameter(None, "From", "First day that stays, as 2020-12-31. Empty: the first of all.")
    end: Moment | None = hyperparameter(None, "Before", "First day that goes, as 2020-12-31. Empty: none.")

    def keeps(self, data: Interactions) -> Array:
        if data.time is None:
            message = "The filter by time needs times, and the data has none. Remove the filter."
            raise WorkbenchError(message)
        low, high = (None if one is None else milliseconds(one) for one in (self.start, self.end))
        return _between(data.time, low, None if high is None else high - 1)

    def describe(self) -> str:
        words = [f"from {self.start}"] if self.start else []
        words += [f"before {self.end}"] if self.end else []
        return " and ".join(words) or "any time"


class SampleUsers(Filter):
    """Keeps some users, drawn at random, with all that they did."""

    name, title = "users", "Random users"
    keys = {"users": "size"}

    size: float = hyperparameter(0.1, "How many", "Below 1 a share of the users, from 1 their number.", gt=0)
    seed: int = hyperparameter(0, "Seed", "Another seed draws others.", ge=0)

    def keeps(self, data: Interactions) -> Array:
        lengths = data.by_user.lengths
        lively = np.flatnonzero(lengths)
        n = min(len(lively), max(1, round(self.size if self.size >= 1 else self.size * len(lively))))
        chosen = np.zeros(data.n_users, bool)
        chosen[np.random.default_rng([self.seed, 23]).choice(lively, n, replace=False)] = True
        return np.repeat(chosen, lengths)

    def describe(self) -> str:
        how_many = f"{self.size:.4g} of the users" if self.size < 1 else f"{round(self.size):,} users"
        return f"{how_many} at random, seed {self.seed}"


class ExcludeItems(Filter):
    """Leaves out items by their ids."""

    name, title = "exclude", "Leave out items"
    keys = {"exclude": "ids"}

    ids: str = hyperparameter("", "Ids", "Ids of items as in the file, between commas; in quotes if one has a comma.")

    @field_validator("ids", mode="before")
    @classmethod
    def _text(cls, value: Any) -> Any:
        return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value

    def keeps(self, data: Interactions) -> Array:
        there = pc.index_in(pa.array(self.listed(), data.item_ids.type), value_set=data.item_ids).drop_null()
        stays = np.ones(data.n_items, bool)
        stays[there.to_numpy()] = False
        return stays[data.item]

    def listed(self) -> list[str]:
        """The ids, each once."""
        found = next(csv.reader([self.ids], skipinitialspace=True), [])
        return list(dict.fromkeys(one.strip() for one in found if one.strip()))

    def describe(self) -> str:
        ids = self.listed()
        return f"without {', '.join(ids[:3])}" + (f" and {len(ids) - 3:,} more items" if len(ids) > 3 else "")  # noqa: PLR2004 - as many as are named


def apply(filters: Sequence[Filter], data: Interactions) -> tuple[Interactions, list[Step]]:
    """Apply filters one after another.

    Returns
    -------
    data : Interactions
        What is left, with the users and items that are left; indices are new. Without filters, the data itself.
    steps : list of Step
        What each filter left.

    Raises
    ------
    WorkbenchError
        If the data lacks what a filter needs, or a filter leaves nothing.
    """
    steps, left = [], data
    for one in filters:
        keeps = one.keeps(left)
        before = len(left)
        if not keeps.all():
            left = left.take(keeps)
        if not len(left):
            message = f"The filter '{one.describe()}' leaves nothing of {before:,} interactions. Loosen or remove it."
            raise WorkbenchError(message)
        steps.append(Step(one.describe(), len(left), *_sizes(left)))
    return (compact(left) if filters else data), steps


def compact(data: Interactions) -> Interactions:
    """The same interactions, with new indices for only those users and items that have any."""
    users, items = np.flatnonzero(data.by_user.lengths), np.flatnonzero(data.item_counts)
    left = data
    if len(users) < data.n_users:
        ids = data.user_ids.take(pa.array(users))
        user_facts = data.user_facts and Users(ids, data.user_facts.attributes.take(pa.array(users)))
        left = replace(left, user=_renumbered(data.user, users, data.n_users), user_ids=ids, user_facts=user_facts)
    if len(items) < data.n_items:
        ids, item_facts = data.item_ids.take(pa.array(items)), data.item_facts and _facts_of(data.item_facts, items)
        item = _renumbered(data.item, items, data.n_items)
        left = replace(left, item=item, item_ids=ids, item_facts=item_facts)
    return left


def facts(data: Interactions, steps: Sequence[Step]) -> dict[str, Any]:
    """What was there and what each step left, as JSON."""
    users, items = _sizes(data)
    return {
        "before": {"interactions": len(data), "users": users, "items": items},
        "steps": [asdict(one) for one in steps],
    }


def identity(data_hash: str, filters: Recipe) -> str:
    """One SHA-256 for the data with these filters: the data's own hash where there are none."""
    if not filters:
        return data_hash
    text = json.dumps([data_hash, [make_filter(one).recipe() for one in filters]], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def describe(filters: Recipe) -> str:
    """A chain of filters in words; "" where there are none."""
    return ", then ".join(make_filter(one).describe() for one in filters)


def all_filters() -> dict[str, type[Filter]]:
    """Every filter by name."""
    return {one.name: one for one in Filter.__subclasses__()}


def make_filters(recipe: Recipe) -> list[Filter]:
    """Make a chain of filters; raises WorkbenchError as `make_filter`."""
    return [make_filter(one) for one in recipe]


def make_filter(recipe: dict[str, Any]) -> Filter:
    """Make a filter from its name and settings.

    Raises
    ------
    WorkbenchError
        If there is no such filter or a setting is out of its range.
    """
    known = all_filters()
    name, settings = recipe.get("name"), recipe.get("settings") or {}
    if name not in known:
        raise WorkbenchError(nearest("filter", str(name), list(known)))
    kind = known[name]
    if not isinstance(settings, dict):
        message = f"{kind.title}: settings must be names and values, not {settings!r}."
        raise WorkbenchError(message)
    try:
        return kind(**settings)
    except ValidationError as error:
        raise WorkbenchError(explain(error, kind.title, kind)) from error


def written_as(key: str, value: str | None) -> Filter:
    """A filter as the command line writes it: ``core=5``, or with more settings ``core=5,items=10``."""
    keys = {written: kind for kind in all_filters().values() for written in kind.keys}
    wanted = key.replace("_", "-")
    if wanted not in keys:
        raise WorkbenchError(nearest("filter", wanted, list(keys)))
    kind = keys[wanted]
    first, *more = [value or ""] if kind is ExcludeItems else (value or "").split(",")
    settings: dict[str, Any] = {kind.keys[wanted]: first}
    for one in more:
        name, _, setting = one.partition("=")
        settings[name.strip()] = setting.strip()
    return make_filter({"name": kind.name, "settings": settings})


def _sizes(data: Interactions) -> tuple[int, int]:
    return int(np.count_nonzero(data.by_user.lengths)), int(np.count_nonzero(data.item_counts))


def _facts_of(items: Items, left: Array) -> Items:
    columns = {one.name: getattr(items, one.name) for one in fields(items)}
    where = pa.array(left)
    return Items(**{name: column if column is None else column.take(where) for name, column in columns.items()})


def _renumbered(index: Array, left: Array, n: int) -> Array:
    new = np.empty(n, np.int32)
    new[left] = np.arange(len(left), dtype=np.int32)
    return new[index]


def _between(values: Array, low: float | None, high: float | None) -> Array:
    """Which values are in a closed range; what is not a number is in none that has an end."""
    if low is not None and high is not None:
        return (values >= low) & (values <= high)
    if low is not None:
        return values >= low
    return values <= high if high is not None else np.ones(len(values), bool)


def _range_words(what: str, low: str | None, high: float | None, form: str) -> str:
    words = [f"from {low}"] if low is not None else []
    words += [f"to {form.format(high)}"] if high is not None else []
    return " ".join([what, *words]) if words else f"all {what}"
