"""From scores to lists: the only place that masks seen items, breaks ties, and lists what is popular instead of nothing."""

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from workbench.algorithms import Algorithm
from workbench.data.interactions import Array, UserItems
from workbench.errors import WorkbenchError
from workbench.evaluation.evidence import Fillers, are_filled, are_level, fill, fillers, lacks_history

if TYPE_CHECKING:
    import scipy.sparse as sp

# Scores of one block of users take at most this many bytes.
BLOCK_BYTES = 64 * 2**20
# Users whose lists are made at once where their scores need no such place.
BATCH_USERS = 4096


class Lists(NamedTuple):
    """Lists of some users.

    Attributes
    ----------
    items : int32 (n, k)
        As from `top_k`.
    scores : float32 (n, k)
        Score of each; NaN where the item is -1.
    popular : bool (n,)
        Who got the most popular items, because nothing is known of them (`evidence`). Their scores are how many chose each.
    filled : bool (n, k)
        Items that are listed for being popular: all of such a list, and those that score 0 because nothing links them to
        the person.
    """

    items: Array
    scores: Array
    popular: Array
    filled: Array


def top_k(scores: Array, k: int, seen: UserItems | None = None) -> Array:
    """The `k` best items of each user.

    Seen items are masked (in `scores` itself, which is overwritten), and so is what is not a number. Equal scores are
    ordered by a fixed shuffle of the items, so that neither the order of the file nor popularity leaks into a list.

    Parameters
    ----------
    scores : float32 or float64 (n, n_items)
        Higher is better.
    k : int
        Length of the lists.
    seen : UserItems (n rows), optional
        Items to leave out.

    Returns
    -------
    int32 (n, k)
        Item indices, best first; -1 where fewer than `k` items could be recommended.
    """
    from workbench.evaluation.kernels.top_k import best_of_rows

    if seen is not None:
        _mask(scores, seen)
    items = np.empty((len(scores), k), np.int32)
    best_of_rows(np.ascontiguousarray(scores), _tie_order(scores.shape[1]), items, k)
    return items


@lru_cache(maxsize=4)
def _tie_order(n_items: int) -> Array:
    return np.random.default_rng([n_items, 97]).permutation(n_items).astype(np.int32)


@lru_cache(maxsize=4)
def _tied_items(n_items: int) -> Array:
    """The items in the order of ties."""
    return np.argsort(_tie_order(n_items)).astype(np.int32)


def blocks(n: int, n_items: int) -> Iterator[slice]:
    """Slices of `n` users whose scores of `n_items` items fit the memory budget."""
    size = max(1, BLOCK_BYTES // (4 * max(1, n_items)))
    for start in range(0, n, size):
        yield slice(start, min(n, start + size))


def has_factors(algorithm: Algorithm) -> bool:
    """Whether scores are a product of factors, so that lists need no score of each item."""
    return type(algorithm).factor_scores is not Algorithm.factor_scores


def list_blocks(algorithm: Algorithm, n: int, n_items: int) -> Iterator[slice]:
    """Slices of `n` users for `recommend`: as `blocks`, or more at once where no scores of all items are made."""
    if not has_factors(algorithm):
        return blocks(n, n_items)
    return (slice(start, min(n, start + BATCH_USERS)) for start in range(0, n, BATCH_USERS))


def list_length(k: int, n_items: int) -> int:
    """How many items a list has that is to have `k` of them; raises WorkbenchError where it would have none."""
    if k < 1:
        raise WorkbenchError(f"A list has at least 1 item, not {k}.")
    return min(k, n_items)


def recommend(
    algorithm: Algorithm,
    users: Array,
    histories: UserItems,
    k: int,
    seen: UserItems | None = None,
    popular: Array | None = None,
) -> Lists:
    """Lists and their scores for some users.

    Parameters
    ----------
    popular : int (n_items,), optional
        Training interactions of each item: people of whom nothing is known get those with most of them, and of items that
        nothing links to a person these come first.

    Raises
    ------
    WorkbenchError
        If somebody's list is empty because the scores are no numbers.
    """
    asked = popular is not None and algorithm.personal
    # The two best tell whether scores may be level.
    instead = _instead(algorithm, popular)
    items, scores, level = _lists(algorithm, users, histories, max(k, 2) if asked else k, seen, instead, asked=asked)
    items, scores = items[:, :k], scores[:, :k]
    filled = np.zeros(items.shape, bool) if instead is None else are_filled(scores, instead)
    scores[filled] = 0
    unknown = np.zeros(len(users), bool)
    if popular is not None and level is not None:
        unknown = lacks_history(users, histories) | level
        rows = np.flatnonzero(unknown)
        if len(rows):
            items[rows] = _most_popular(popular, len(rows), k, None if seen is None else seen.rows(rows))
            scores[rows] = np.where(items[rows] >= 0, popular[items[rows]], np.nan)
            filled[rows] = items[rows] >= 0
    for row in np.flatnonzero((items < 0).all(axis=1))[:1]:
        if np.isnan(algorithm.score(users[[row]], histories.rows(np.array([row])))).any():
            message = f"{algorithm.title} gives scores that are not numbers, so that there is nothing to recommend. "
            raise WorkbenchError(message + "Train it again as a new run, with other hyperparameters.")
    return Lists(items, scores, unknown, filled)


def _instead(algorithm: Algorithm, popular: Array | None) -> Fillers | None:
    """What stands for scores of 0 (`evidence.fillers`); None where they stand as they are."""
    if popular is None or not (algorithm.personal and algorithm.zero_is_unknown):
        return None
    return fillers(popular, _tie_order(len(popular)))


def scores_for_lists(
    algorithm: Algorithm,
    users: Array,
    histories: UserItems,
    seen: UserItems | None,
    popular: Array | None,
    among: Array | None = None,
) -> tuple[Array, Array]:
    """All scores that `recommend` makes lists of, -inf where an item is in no list, and who has those of popularity.

    Parameters
    ----------
    among : bool (n_items,), optional
        Items that lists are made of, where not of all.

    Returns
    -------
    scores : float32 (n, n_items)
        Above 0 by next to nothing where an item fills a place (`evidence.fillers`).
    unknown : bool (n,)
    """
    scores = algorithm.score(users, histories)
    _mask(scores, seen, among)
    unknown = np.zeros(len(users), bool)
    if popular is not None and algorithm.personal:
        unknown = lacks_history(users, histories) | are_level(scores)
        scores[unknown] = popular
        instead = _instead(algorithm, popular)
        if instead is not None:
            fill(scores, instead)
        _mask(scores, seen, among)
    return scores, unknown


def filled_places(algorithm: Algorithm, scores: Array, items: Array, popular: Array | None) -> int:
    """How many places of lists are filled with what is popular (`Lists.filled`); `scores` as from `scores_for_lists`."""
    instead = _instead(algorithm, popular)
    return 0 if instead is None else int(are_filled(_scores_of(items, scores), instead).sum())


def _lists(
    algorithm: Algorithm,
    users: Array,
    histories: UserItems,
    k: int,
    seen: UserItems | None,
    instead: Fillers | None,
    *,
    asked: bool,
) -> tuple[Array, Array, Array | None]:
    """Lists, scores, and whose scores are level (`evidence.are_level`), None where that is not asked.

    `instead`, where there is such, stands for scores of 0.
    """
    product = algorithm.sparse_scores(users, histories)
    if product is not None:
        items, values, level = _best_of_product(*product, k, seen, instead)
        return items, values, level if asked else None
    factors = algorithm.factor_scores(users, histories)
    if factors is not None:
        from workbench.evaluation.factor_lists import best_by_factors

        order = _tie_order(len(factors[1]))
        found = best_by_factors(*factors, k, _nothing(len(users)) if seen is None else seen, order)
        if found is not None:
            told = _level_of_factors(algorithm, users, histories, len(order), seen, found[1]) if asked else None
            _fill_places(algorithm, users, histories, seen, instead, *found)
            return *found, told
    scores = algorithm.score(users, histories)
    items = top_k(scores, k, seen)
    best = _scores_of(items, scores)
    told = are_level(scores) if asked else None
    _fill_rows(scores, instead, items, best, np.arange(len(items)))
    return items, best, told


def _scores_of(items: Array, scores: Array) -> Array:
    """Scores of what is listed, float32; NaN where the item is -1."""
    best = np.take_along_axis(scores, np.maximum(items, 0).astype(np.int64), axis=1)
    return np.where(items >= 0, best, np.nan).astype(np.float32)


def _fill_rows(scores: Array, instead: Fillers | None, items: Array, best: Array, rows: Array) -> None:
    """List again, in place, those of some `rows` whose lists come to scores of 0; `scores` are theirs, masked."""
    if instead is None:
        return
    at = np.flatnonzero((best[rows] == 0).any(axis=1))
    if len(at):
        again = scores[at]
        fill(again, instead)
        items[rows[at]] = top_k(again, items.shape[1])
        best[rows[at]] = _scores_of(items[rows[at]], again)


def _fill_places(
    algorithm: Algorithm,
    users: Array,
    histories: UserItems,
    seen: UserItems | None,
    instead: Fillers | None,
    items: Array,
    best: Array,
) -> None:
    """The same where lists were made without scores of all items: these are made for those alone who need them."""
    rows = np.flatnonzero((best == 0).any(axis=1)) if instead is not None else np.zeros(0, np.int64)
    for block in blocks(len(rows), 0 if instead is None else len(instead.scores)):
        some = rows[block]
        scores = algorithm.score(users[some], histories.rows(some))
        if seen is not None:
            _mask(scores, seen.rows(some))
        _fill_rows(scores, instead, items, best, some)


def _level_of_factors(
    algorithm: Algorithm, users: Array, histories: UserItems, n_items: int, seen: UserItems | None, scores: Array
) -> Array:
    """Whose scores are level, where `scores` (n, k) are the best; all are made for those alone whose best are equal."""
    level = scores[:, 0] == scores.min(axis=1, initial=np.inf, where=~np.isnan(scores))
    rows = np.flatnonzero(level)
    for block in blocks(len(rows), n_items):
        some = rows[block]
        made = algorithm.score(users[some], histories.rows(some))
        if seen is not None:
            _mask(made, seen.rows(some))
        level[some] = are_level(made)
    return level


def _mask(scores: Array, seen: UserItems | None, among: Array | None = None) -> None:
    if among is not None:
        scores[:, ~among] = -np.inf
    if seen is not None:
        scores[np.repeat(np.arange(len(seen)), seen.lengths), seen.item] = -np.inf


def _most_popular(popular: Array, n: int, k: int, seen: UserItems | None) -> Array:
    """The `k` most popular items of `n` users, int32 (n, k), in the order that `top_k` gives them."""
    from workbench.evaluation.kernels.top_k import first_of_order

    items = np.empty((n, k), np.int32)
    ordered = np.lexsort((_tie_order(len(popular)), -popular)).astype(np.int32)
    left_out = _nothing(n) if seen is None else seen
    first_of_order(ordered, left_out.indptr.astype(np.int64), np.array(left_out.item, np.int32), items)
    return items


def _best_of_product(
    a: "sp.csr_matrix", b: "sp.csr_matrix", k: int, seen: UserItems | None, instead: Fillers | None
) -> tuple[Array, Array, Array]:
    """What `_lists` gives for the scores A B, bit by bit, without a place for each user and item."""
    from workbench.evaluation.kernels.top_k import best_of_product

    n, n_items = a.shape[0], b.shape[1]
    items, values, level = np.empty((n, k), np.int32), np.empty((n, k), np.float32), np.empty(n, bool)
    masked = _nothing(n) if seen is None else seen
    left, right = (
        (matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32, copy=False), matrix.data) for matrix in (a, b)
    )
    left_out = (masked.indptr.astype(np.int64), np.array(masked.item, np.int32))
    zeros = (np.zeros(n_items, np.float32), _tied_items(n_items)) if instead is None else tuple(instead)
    best_of_product(left, right, left_out, _tie_order(n_items), zeros, items, values, level)
    return items, values, level


def _nothing(n: int) -> UserItems:
    return UserItems(np.zeros(n + 1, np.int64), np.zeros(0, np.int32))


def make_ready() -> None:
    """Compile whatever makes lists, or load it compiled, so that nobody's first list waits for it."""
    import scipy.sparse as sp

    from workbench.evaluation.factor_lists import best_by_factors

    one = np.ones((1, 1), np.float32)
    top_k(one.copy(), 1)
    _best_of_product(sp.csr_matrix(one), sp.csr_matrix(one), 1, None, None)
    best_by_factors(one, one, None, 1, _nothing(1), _tie_order(1))
    _most_popular(np.ones(1, np.int64), 1, 1, None)


def rank_of(scores: Array, item: int, masked: Array) -> int:
    """Place of one item in the list that `top_k` would make of the scores of one user; 1 is the top.

    Parameters
    ----------
    scores : float (n_items,)
        Higher is better; what is not a number stands at the end.
    item : int
        Its index.
    masked : int (m,)
        Items that stand in no list; not `item`.
    """
    better = np.where(np.isnan(scores), -np.inf, scores)
    mine, order = better[item], _tie_order(len(scores))
    above = (better > mine) | ((better == mine) & (order < order[item]))
    above[masked] = False
    return 1 + int(np.count_nonzero(above))
