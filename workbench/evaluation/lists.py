"""Lists beside the truth, made block by block: all that a metric looks at, in one pass over the scores."""

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.algorithms import Algorithm
from workbench.control import Control
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.data.splitting import Part
from workbench.errors import WorkbenchError
from workbench.evaluation.ranking import (
    _tie_order,
    blocks,
    filled_places,
    has_factors,
    list_blocks,
    recommend,
    scores_for_lists,
    top_k,
)
from workbench.metrics import Catalogue, Ranked, Ranks
from workbench.metrics.inputs import UNKNOWN
from workbench.stored import LARGEST, MAX_COUNT

# Pairs of interactions of one person that are counted at most to tell how alike items are.
CO_RATINGS = 200_000_000


@dataclass(frozen=True)
class Negatives:
    """Candidates drawn by chance: the truth, and `n` others. Never the default; its numbers are not those of all items.

    Source of the warning: Krichene & Rendle, "On sampled metrics for item recommendation", KDD 2020.
    """

    n: int = 100
    by: Literal["uniform", "popularity"] = "uniform"
    seed: int = 0

    def __post_init__(self) -> None:
        if not isinstance(self.n, int) or not 1 <= self.n <= MAX_COUNT:
            raise WorkbenchError(f"Negatives are a number of items, from 1 to a billion, not {self.n!r}.")
        if not isinstance(self.seed, int) or not 0 <= self.seed <= LARGEST:
            raise WorkbenchError(f"The seed of negatives is a whole number from 0 up, not {self.seed!r}.")
        if self.by not in ("uniform", "popularity"):
            raise WorkbenchError(f"Negatives are drawn 'uniform' or by 'popularity', not {self.by!r}.")

    def describe(self) -> str:
        """In words, for the protocol."""
        chance = "all alike" if self.by == "uniform" else "by their popularity in training"
        return f"the truth and {self.n} other items of each user, drawn at random, {chance}, seed {self.seed}"


def rank_all(
    algorithm: Algorithm,
    part: Part,
    n_items: int,
    k: int,
    control: Control,
    *,
    train: Interactions | None = None,
    needs: frozenset[str] = frozenset(),
    negatives: Negatives | None = None,
) -> Ranked:
    """Lists of length `k` for everybody in `part`, and what metrics with these `needs` look at."""
    items, unknown = np.empty((len(part), k), np.int32), np.zeros(len(part), bool)
    popular = None if train is None else train.item_counts
    ranks = _no_ranks(part, n_items) if "ranks" in needs else None
    drawn = None if negatives is None else _draws(negatives, part, n_items, train)
    # Some algorithms have lists without a score of each item; these are the same whatever else is asked for.
    filled = 0
    apart = drawn is None and part.among is None and (ranks is None or has_factors(algorithm))
    if apart:
        for block in list_blocks(algorithm, len(part), n_items):
            control.check()
            histories, seen = part.histories.rows(block), part.seen.rows(block)
            lists = recommend(algorithm, part.users[block], histories, k, seen, popular)
            items[block], unknown[block] = lists.items, lists.popular
            filled += int(lists.filled[~lists.popular].sum())
            control.progress(block.stop / len(part) / (1 if ranks is None else 2), "users")
    for block in [] if apart and ranks is None else blocks(len(part), n_items):
        control.check()
        users, histories, seen = part.users[block], part.histories.rows(block), part.seen.rows(block)
        scores, unknown[block] = scores_for_lists(algorithm, users, histories, seen, popular, part.among)
        truth = part.truth.rows(block)
        if drawn is not None:
            _only(scores, drawn.rows(block))
        best = top_k(scores, k)
        if not apart:
            items[block] = best
            others = ~unknown[block]
            filled += filled_places(algorithm, scores[others], best[others], popular)
        if ranks is not None:
            if drawn is not None or part.among is not None:
                ranks.candidates[block] = (scores > -np.inf).sum(axis=1)
            _place(scores, truth, slice(*part.truth.indptr[[block.start, block.stop]]), ranks, block)
        control.progress((block.stop / len(part) + apart) / (1 + apart), "users")
    return replace(
        compare_lists(items, part, n_items, train=train, needs=needs, ranks=ranks), unknown=unknown, filled=filled
    )


def compare_lists(
    items: Array,
    part: Part,
    n_items: int,
    *,
    train: Interactions | None = None,
    needs: frozenset[str] = frozenset(),
    ranks: Ranks | None = None,
) -> Ranked:
    """Lists (wherever they were made) beside the truth of `part`, with what metrics with these `needs` look at."""
    hits, where = _hits(items, part.truth, n_items)
    rating = part.truth.rating
    return Ranked(
        items,
        hits,
        part.truth.lengths,
        n_items,
        truth=part.truth,
        history=part.histories,
        seen=part.seen,
        grades=None if rating is None or not len(rating) else np.where(hits, rating[where], 0.0),
        catalogue=None if train is None else catalogue_of(train),
        ranks=ranks,
        co=None if train is None or "co" not in needs else co_distances(items, train),
    )


def _hits(items: Array, truth: UserItems, n_items: int) -> tuple[Array, Array]:
    """Whether and where each item is in its user's truth."""
    row = np.repeat(np.arange(len(truth), dtype=np.int64), truth.lengths)
    keys = row * n_items + truth.item
    order = np.argsort(keys, kind="stable")
    wanted = np.arange(len(items), dtype=np.int64)[:, None] * n_items + items
    if not len(keys):
        return np.zeros(items.shape, bool), np.zeros(items.shape, np.int64)
    at = order[np.minimum(np.searchsorted(keys[order], wanted), len(keys) - 1)]
    return (keys[at] == wanted) & (items >= 0), at


def only_relevant(part: Part, relevant_from: float | None) -> Part:
    """The part with only relevant items in its truth, without people who have none."""
    if relevant_from is None or part.truth.rating is None:
        return part
    good = part.truth.rating >= relevant_from
    row = np.repeat(np.arange(len(part)), part.truth.lengths)[good]
    counts = np.bincount(row, minlength=len(part))
    left = np.flatnonzero(counts)
    if not len(left):
        message = f"No hidden rating reaches {relevant_from:g}, so nothing counts as relevant. Lower the threshold."
        raise WorkbenchError(message)
    truth = UserItems(np.concatenate([[0], np.cumsum(counts[left])]), part.truth.item[good], part.truth.rating[good])
    return Part(part.who[left], part.users[left], part.histories.rows(left), part.seen.rows(left), truth, part.among)


def catalogue_of(train: Interactions) -> Catalogue:
    """What training knows of the items."""
    people = int(np.count_nonzero(train.by_user.lengths))
    return Catalogue(train.item_counts, people, _genres(train))


def has_genres(train: Interactions) -> bool:
    """Whether the genres of any item are known."""
    features = train.item_features
    return features is not None and features.genres is not None and features.genres.null_count < len(features.genres)


def _genres(train: Interactions) -> Array | None:
    """Share of each genre in each item, float64 (n_items, n_genres); None where no genre is known."""
    if not has_genres(train):
        return None
    lists = train.item_features.genres  # type: ignore[union-attr]
    item = pc.list_parent_indices(lists).to_numpy(zero_copy_only=False)
    name = pc.list_flatten(lists)
    there = pc.is_valid(name).to_numpy(zero_copy_only=False)
    coded = name.filter(pa.array(there)).dictionary_encode()
    shares = np.zeros((train.n_items, len(coded.dictionary)))
    shares[item[there], coded.indices.to_numpy(zero_copy_only=False)] = 1
    return shares / np.maximum(shares.sum(axis=1, keepdims=True), 1)


def co_distances(items: Array, train: Interactions) -> Array:
    """For each rank the sum of 1 - cosine of audiences from all items before it, float64 (n, k)."""
    from workbench.evaluation.kernels import metrics as kernels

    matrix = co_matrix(train)
    by_item = matrix.tocsc()
    shown = np.flatnonzero(items >= 0)
    shown = shown[np.argsort(items.ravel()[shown], kind="stable")]
    starts = np.searchsorted(items.ravel()[shown], np.arange(train.n_items + 1))
    row, rank = np.divmod(shown, items.shape[1])
    out = np.zeros(items.shape)
    parts = (matrix.indptr, matrix.indices, by_item.indptr, by_item.indices)
    kernels.co_distances(items, row, rank, starts, *parts, out)
    unknown = items == UNKNOWN  # nobody has them, so they are as far from all others as can be
    out[unknown] = (np.cumsum(items != -1, axis=1) - 1)[unknown]
    return out


def co_matrix(train: Interactions) -> Any:
    """Who interacted with what: everybody, or a fixed sample of people where that would be too many pairs to count."""
    matrix = train.matrix()
    pairs = train.by_user.lengths.astype(np.float64) ** 2
    if pairs.sum() <= CO_RATINGS:
        return matrix
    mixed = np.random.default_rng(97).permutation(train.n_users)
    return matrix[np.sort(mixed[np.cumsum(pairs[mixed]) <= CO_RATINGS])]


def _no_ranks(part: Part, n_items: int) -> Ranks:
    n = len(part.truth.item)
    return Ranks(np.zeros(n, np.int64), np.zeros(n), n_items - part.seen.lengths)


def _place(scores: Array, truth: UserItems, entries: slice, ranks: Ranks, block: slice) -> None:
    from workbench.evaluation.kernels import metrics as kernels

    order = _tie_order(scores.shape[1])
    candidates = ranks.candidates[block]
    scores = np.ascontiguousarray(scores)
    kernels.places(scores, order, truth.indptr, truth.item, candidates, ranks.place[entries], ranks.middle[entries])


def _only(scores: Array, drawn: UserItems) -> None:
    """Leave only the drawn candidates in `scores`."""
    row = np.repeat(np.arange(len(drawn)), drawn.lengths)
    kept = scores[row, drawn.item]
    scores[:] = -np.inf
    scores[row, drawn.item] = kept


def _draws(negatives: Negatives, part: Part, n_items: int, train: Interactions | None) -> UserItems:
    """Candidates of each person: the truth and as many others as are wanted (or are there)."""
    counts = np.ones(n_items) if train is None or negatives.by == "uniform" else train.item_counts
    known = np.cumsum(counts, dtype=np.float64)
    lists = []
    for row, person in enumerate(part.who):
        rng = np.random.default_rng([negatives.seed, int(person), 61])
        own = part.truth[row].tolist()
        taken, chosen = {*own, *part.seen[row].tolist()}, list(own)
        wanted = len(own) + min(negatives.n, n_items - len(taken))
        for _ in range(50):  # rare items may never be drawn by popularity
            if len(chosen) >= wanted:
                break
            for item in np.searchsorted(
                known, rng.random(2 * min(negatives.n, n_items)) * known[-1], side="right"
            ).tolist():
                if item not in taken and len(chosen) < wanted:
                    taken.add(item)
                    chosen.append(item)
        lists.append(chosen)
    return UserItems.from_lists(lists)
