"""Groups of items by what they are: k-means over vectors of one kind, each group named by its most telling words."""

from collections import Counter
from collections.abc import Sequence
from itertools import chain

import numpy as np

from workbench.algorithms.base.item_vectors import rows_by_kind
from workbench.data.interactions import Array
from workbench.data.side_files.items import Items
from workbench.data.words import words

LEAST_GROUPS, MOST_GROUPS = 2, 12
FITTED_ROWS, ROUNDS, SEED = 20_000, 100, 17
NAME_WORDS = 3


def groups_of(items: Items, kind: str, k: int | None = None) -> tuple[Array, list[str]]:
    """Items in groups whose vectors are alike, the largest first.

    Parameters
    ----------
    k
        How many groups; where None, the root of half the number of items that have a vector, 2 to 12.

    Returns
    -------
    group : int64 (n_items,)
        -1 for items without a vector.
    names : list of str
    """
    rows = rows_by_kind(items, kind)[kind]
    there = np.flatnonzero(rows.any(axis=1))
    group = np.full(len(items), -1)
    if not len(there):
        return group, []
    k = int(np.clip(round((len(there) / 2) ** 0.5), LEAST_GROUPS, MOST_GROUPS)) if k is None else k
    found = k_means(rows[there], k)
    sizes = np.bincount(found)
    order = np.argsort(-sizes, kind="stable")[: np.count_nonzero(sizes)]
    place = np.full(len(sizes), -1)
    place[order] = np.arange(len(order))
    group[there] = place[found]
    return group, telling_names(items, group, len(order))


def k_means(rows: Array, k: int) -> Array:
    """Which of at most `k` centres each row is nearest to, int64 (n,); the same each time.

    Centres begin far apart (k-means++: Arthur and Vassilvitskii, SODA 2007) and are moved until no row changes its group
    (Lloyd), on at most `FITTED_ROWS` drawn rows.
    """
    rng = np.random.default_rng(SEED)
    some = rows if len(rows) <= FITTED_ROWS else rows[np.sort(rng.choice(len(rows), FITTED_ROWS, replace=False))]
    centres = _far_apart(some.astype(np.float64), k, rng)
    before = None
    for _ in range(ROUNDS):
        group = _nearest(some, centres)
        if before is not None and (group == before).all():
            break
        before = group
        for at in np.unique(group).tolist():  # a centre that nobody is near stays where it is
            centres[at] = some[group == at].mean(axis=0)
    return _nearest(rows, centres)


def _far_apart(rows: Array, k: int, rng: np.random.Generator) -> Array:
    """Rows to begin with: each is drawn by its squared distance to the nearest of those before."""
    chosen = [int(rng.integers(len(rows)))]
    distance = ((rows - rows[chosen[0]]) ** 2).sum(axis=1)
    while len(chosen) < k and distance.sum() > 0:
        chosen.append(int(rng.choice(len(rows), p=distance / distance.sum())))
        distance = np.minimum(distance, ((rows - rows[chosen[-1]]) ** 2).sum(axis=1))
    return rows[chosen]


def _nearest(rows: Array, centres: Array) -> Array:
    return np.asarray((rows @ centres.T - (centres**2).sum(axis=1) / 2).argmax(axis=1))


def telling_names(items: Items, group: Array, n: int) -> list[str]:
    """A name for each group: the words of titles, genres and texts that its items have more often than all.

    A word counts by its share in the group times the logarithm of how much larger that is than its share in all; it is in
    two items of the group or more.
    """
    spoken = _words_of(items)
    everywhere = Counter(chain.from_iterable(spoken))
    names: list[str] = []
    for at in range(n):
        mine = np.flatnonzero(group == at).tolist()
        inside = Counter(chain.from_iterable(spoken[item] for item in mine))
        weight = {
            word: count / len(mine) * float(np.log(count / len(mine) * len(spoken) / everywhere[word]))
            for word, count in inside.items()
            if count > 1
        }
        best = sorted((word for word in weight if weight[word] > 0), key=lambda word: (-weight[word], word))
        name = ", ".join(best[:NAME_WORDS]) or f"group {at + 1}"
        names.append(f"{name} ({at + 1})" if name in names else name)
    return names


def _words_of(items: Items) -> Sequence[set[str]]:
    """The words of each item, each once."""
    texts = [""] * len(items) if items.text is None else items.text.to_pylist()
    known = zip(items.title.to_pylist(), items.genres.to_pylist(), texts, strict=True)
    return [
        {*words(f"{title or ''} {text or ''}"), *map(str.casefold, filter(None, genres or ()))}
        for title, genres, text in known
    ]
