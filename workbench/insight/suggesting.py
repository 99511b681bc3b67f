"""Which algorithms to try first on the data at hand, and why.

The rules look at the summary of the data (`workbench.data.overview.summary`) and at what algorithms declare of
themselves. They stand in the order in which their reasons count, and only those of which the algorithm suits the data
are asked.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.algorithms import Algorithm, all_algorithms
from workbench.training.not_ratings import HIGHEST_GRADE

NUMBER = 3
# Below, an exact inverse of an item-item matrix takes seconds to a few minutes.
SMALL_CATALOGUE = 15_000
# Below, users can be compared with users, or inverted in the place of items.
FEW_USERS = 5_000
# Median length of a history below which nobody can be known.
SHORT = 3
# Median length from which SVD++ has something to learn from what was rated at all, and the data it is quick on.
LONG, SVDPP_QUICK = 20, 2_000_000
# How many times as often as by chance steps must repeat, and what share of them at least, for the order to tell something.
LIFT, REPEATED, KNOWN = 1.4, 0.05, 0.2
# An item with fewer interactions is hardly known from them; what share of the items must be so for it to matter.
RARE, MANY_RARE = 4, 0.4
# Share of the pairs from which it is not little that is known.
FULL = 0.2

Suits = Callable[[type[Algorithm]], bool]


@dataclass(frozen=True)
class Suggestion:
    """An algorithm by its name, and why it is worth trying here."""

    algorithm: str
    reason: str


@dataclass(frozen=True)
class DataProfile:
    """What the rules ask of the data.

    Attributes
    ----------
    per_user : float
        Median length of the histories.
    ratings : str
        "grades", "counts" (of plays, clicks, pieces) or "" where only presence counts.
    lift : float
        How many times as often as by chance steps from one item to the next are seen again; 0 where the order is not
        known or tells too little.
    described : bool
        Whether there are titles or genres of the items.
    rare : float
        Share of items with fewer than `RARE` interactions.
    """

    interactions: int
    users: int
    items: int
    per_user: float = 0.0
    ratings: str = ""
    lift: float = 0.0
    described: bool = False
    rare: float = 0.0

    @property
    def density(self) -> float:
        """Share of the pairs of users and items that are there."""
        return self.interactions / max(1, self.users * self.items)

    @property
    def inverts(self) -> bool:
        """Whether EASE and its like solve it in reasonable time."""
        return self.items <= SMALL_CATALOGUE or (self.users <= FEW_USERS and 2 * self.users < self.items)


def profile(summary: Mapping[str, Any], *, described: bool = False) -> DataProfile:
    """Take from a summary what the rules ask; a summary of an older version may lack some of it."""
    rating = summary.get("rating") or {}
    grades = ""
    if rating and rating["min"] < rating["max"]:
        grades = "grades" if rating["max"] <= HIGHEST_GRADE else "counts"
    per_item = summary.get("per_item") or {"edges": [1], "counts": []}
    few = sum(n for edge, n in zip(per_item["edges"], per_item["counts"], strict=False) if edge < RARE)
    return DataProfile(
        interactions=int(summary.get("interactions", 0)),
        users=int(summary.get("users", 0)),
        items=int(summary.get("items", 0)),
        per_user=float(summary.get("median_per_user", 0)),
        ratings=grades,
        lift=_lift(summary.get("order")),
        described=described,
        rare=few / max(1, sum(per_item["counts"])),
    )


def _lift(order: Mapping[str, float] | None) -> float:
    if not order or order["repeated"] < REPEATED or order["known"] < KNOWN:
        return 0.0
    lift = order["repeated"] / max(order["by_chance"], 1e-3)
    return lift if lift >= LIFT else 0.0


def suggest(known: DataProfile, suits: Suits) -> list[Suggestion]:
    """Three algorithms to try first, the most promising first.

    Parameters
    ----------
    known
        Of the data.
    suits
        Whether an algorithm can learn from it (see `Algorithm.unsuited`).
    """
    found: dict[str, Suggestion] = {}  # by reason: of two algorithms for the same reason the first will do
    for name, reason in _rules(known):
        kind = all_algorithms().get(name)
        if kind is None or not suits(kind) or name in {suggestion.algorithm for suggestion in found.values()}:
            continue
        found.setdefault(reason, Suggestion(name, reason))
        if len(found) == NUMBER:
            break
    return list(found.values())


def _rules(known: DataProfile) -> Iterator[tuple[str, str]]:
    """Algorithms with their reasons: one for each thing that is special here, then what is good anywhere."""
    yield from _lists(known)
    yield from _ratings(known)
    yield from _order(known)
    yield from _content(known)
    yield from _too_little(known)
    yield from _users(known)
    yield from _anywhere(known)


def _lists(known: DataProfile) -> Iterator[tuple[str, str]]:
    if known.inverts:
        few = known.items > SMALL_CATALOGUE
        size = f"{known.users:,} users" if few else f"{known.items:,} items"
        yield "ease", f"With {size} it is solved exactly, in one step, and its lists are hard to beat."
    else:
        why = f"{known.items:,} items are too many to compare each with each, as EASE does"
        yield "rp3beta", f"{why}; random walks take seconds and give lists nearly as good."
        yield "ials", f"{why}; factors take little memory for any number of items."


def _ratings(known: DataProfile) -> Iterator[tuple[str, str]]:
    if known.ratings != "grades":
        return
    if known.per_user >= LONG and known.interactions <= SVDPP_QUICK:
        many = f"half of the users gave {known.per_user:,.0f} or more"
        yield "svdpp", f"The data has ratings, and {many}: enough to predict them most accurately."
    else:
        yield "biased-svd", "The data has ratings, and this is the quickest good way to predict them."


def _order(known: DataProfile) -> Iterator[tuple[str, str]]:
    if not known.lift:
        return
    what = f"The same steps from item to item occur {known.lift:.1f} times as often as by chance"
    if known.per_user >= 2 * SHORT:
        yield "sasrec", f"{what}, and it reads histories in their order."
    else:
        yield "gru4rec", f"{what}, and it reads short histories like these in their order."


def _content(known: DataProfile) -> Iterator[tuple[str, str]]:
    """Whatever declares that titles or genres are all it needs, so that it can serve items that nobody knows."""
    if known.described and known.rare >= MANY_RARE:
        why = f"{known.rare:.0%} of the items have fewer than {RARE} interactions, but they have titles or genres."
        yield from ((name, why) for name, kind in list(all_algorithms().items()) if kind.needs == ("items",))


def _too_little(known: DataProfile) -> Iterator[tuple[str, str]]:
    if known.per_user < SHORT:
        n = f"{known.per_user:g} interaction" + ("s" if known.per_user != 1 else "")
        yield (
            "popularity",
            f"Half of the users have {n} or fewer: too few to know their taste, so popular items are hard to beat.",
        )


def _users(known: DataProfile) -> Iterator[tuple[str, str]]:
    if known.users <= FEW_USERS and known.per_user >= LONG:
        yield (
            "user-knn",
            f"{known.users:,} users with long histories: those with the same taste can be found directly, and shown.",
        )


def _anywhere(known: DataProfile) -> Iterator[tuple[str, str]]:
    if known.density < FULL:
        filled = f"one pair in {round(1 / known.density):,} is filled" if known.density else "nothing is filled"
        found = f"Factors find similarities in sparse data ({filled})"
    else:
        found = f"Factors summarize the known {known.density:.0%} of the pairs as a few tastes"
    yield "ials", f"{found}, and new users are served at once."
    yield "item-knn", "Quick on any data, and every recommendation can be explained by items of the history."
    yield "bpr", "Learns to rank what users chose above what they did not, on any data."
    yield "popularity", "The baseline: an algorithm that does not beat it has learned nothing."
