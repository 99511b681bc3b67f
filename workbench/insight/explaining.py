"""Why an item is recommended to a user: what each interaction of the history adds, and what happens without it.

A score that is a sum over the history is taken apart exactly. Any other is asked again without each interaction in turn
(leave-one-out), and held against the scores of the other items at the head of the list: of longer histories without those
that add most, or without the newest, as many as may be asked for while somebody waits. What happens without an
interaction, the counterfactual, is asked in both cases.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from workbench.algorithms import Algorithm
from workbench.algorithms.base.algorithm import LEFT_OUT
from workbench.control import Control
from workbench.data.interactions import Array, UserItems
from workbench.evaluation.ranking import blocks, rank_of, recommend

# Items at the head of a list whose mean score an item is held against, where its score is no sum.
RIVALS = 100
# Place in the list of the recommendation that the deletion test explains.
PLACE = 10
# How far from the score the sum of what single interactions say may be, as a share of the largest: rounding.
ROUNDING = 1e-4
# Numbers that say what each interaction adds to each item, before they are asked of one item alone (128 MB).
MAX_SAID_NUMBERS = 2**25

How = Literal["sum", "leave-one-out", "popularity", "filler"]


@dataclass(frozen=True)
class Reason:
    """What one interaction of the history does for a recommendation.

    Attributes
    ----------
    at, item : int
        Its place in the history, and the index of the item it is with.
    contribution : float
        What it adds to the score, exactly; or what it adds to the lead over the best `RIVALS` others: an interaction that
        lifts all scores alike is no reason for a place. NaN where it was not asked.
    score_without : float
        The recommended item's score if this interaction had never been; NaN where that was not asked.
    rank_without : int or None
        Its rank then.
    attention : float or None
        How much of its attention the model gives it, mean of all layers and heads; None where nothing attends.
    """

    at: int
    item: int
    contribution: float
    score_without: float
    rank_without: int | None
    attention: float | None = None


@dataclass(frozen=True)
class Explanation:
    """Why one item has its score.

    Attributes
    ----------
    item, rank, score
        The item's index, its place in the list of this history (1 is the top), and its score.
    base : float
        With ``how="sum"`` what the interactions do not account for: base and contributions add up to the score. Else the
        score that somebody without a history would see.
    how : ``"sum"``, ``"leave-one-out"``, ``"popularity"`` or ``"filler"``
        Whether contributions are exact parts of the score; or that nothing is known of the person, who gets what is
        popular: the score is then how many chose the item, and there are no reasons. A filler is such an item among others:
        nothing links it to the history, and its score is 0.
    reasons : list of Reason
        Those that add most first, those that were not asked last.
    """

    item: int
    rank: int
    score: float
    base: float
    how: How
    reasons: list[Reason]


def explain(
    algorithm: Algorithm, history: UserItems, item: int, seen: Array | None = None, control: Control | None = None
) -> Explanation:
    """Explain the score of `item` for somebody who is known by one history (one row) alone.

    `seen`, the history where it is left out, are items that do not stand in the list and so do not count for ranks; the
    item itself always does.
    """
    scores = _scores(algorithm, history)
    masked = np.setdiff1d(history.item if seen is None else seen, [item])
    score, n, n_items = float(scores[0, item]), len(history.item), scores.shape[1]
    nothing = _scores(algorithm, _shorter(history, [np.zeros(0, np.int64)]))[0]
    nobody = float(nothing[item])
    parts, said = _parts(algorithm, history, item, scores[0], nothing)
    how: How = "leave-one-out" if parts is None else "sum"
    newest = np.arange(max(0, n - algorithm.may_leave_out()), n)
    asked = newest if parts is None else np.argsort(-np.abs(parts), kind="stable")[:LEFT_OUT]
    without, ranks, leads = np.full(n, np.nan), np.zeros(n, np.int64), np.full(n, np.nan)
    rivals = _rivals(scores[0], item, masked)
    if parts is None and (reads := algorithm.reads()) is not None:  # what lies before changes nothing
        before = asked[asked < n - reads]
        asked, own = asked[len(before) :], scores[0]
        without[before], ranks[before], leads[before] = score, rank_of(own, item, masked), _lead(own, item, rivals)
    for block in blocks(len(asked), n_items):
        if control is not None:
            control.check()
        places = asked[block]
        changed = algorithm.scores_without(history, places) if said is None else scores - said[places]
        for at, row in zip(asked[block].tolist(), changed, strict=True):
            without[at], ranks[at], leads[at] = row[item], rank_of(row, item, masked), _lead(row, item, rivals)
    if parts is None:
        parts, base = _lead(scores[0], item, rivals) - leads, nobody
    else:
        base = score - float(parts.sum())
    looked = algorithm.attended(history, item) if n else None
    shares = None if looked is None else looked.mean(axis=(0, 1))
    reasons = [
        Reason(
            at,
            int(history.item[at]),
            float(parts[at]),
            float(without[at]),
            int(ranks[at]) or None,
            None if shares is None else float(shares[at]),
        )
        for at in np.argsort(-parts, kind="stable").tolist()
    ]
    return Explanation(item, rank_of(scores[0], item, masked), score, base, how, reasons)


def _rivals(scores: Array, item: int, masked: Array) -> Array:
    """The best items that can be listed beside one, int64 (`RIVALS` at most,)."""
    others = np.where(np.isfinite(scores), scores, -np.inf)
    others[masked], others[item] = -np.inf, -np.inf
    best = np.argsort(-others, kind="stable")[:RIVALS]
    return best[np.isfinite(others[best])]


def _lead(scores: Array, item: int, rivals: Array) -> float:
    """How far an item stands above the mean of others."""
    return float(scores[item]) - (float(scores[rivals].mean(dtype=np.float64)) if len(rivals) else 0.0)


def first_reason(algorithm: Algorithm) -> Callable[[UserItems, int, Array], int | None]:
    """What finds the item of a history (one row) that adds most to another item's score; None where none adds to it."""

    def find(history: UserItems, item: int, seen: Array) -> int | None:
        if not len(history.item):
            return None
        first = explain(algorithm, history, item, seen).reasons[0]
        return first.item if first.contribution > 0 else None

    return find


@dataclass(frozen=True)
class Faithfulness:
    """Whether reasons are the reasons: what deleting the first one does to a rank, and deleting any one.

    Attributes
    ----------
    users : int
        People of whom a recommendation was explained.
    before : float
        Mean rank of the explained recommendations: `PLACE`, or less where lists are shorter.
    top, random : float
        Mean rank of these after deleting the interaction named first, and after deleting one at random: the mean over
        all of the history, the first one among them.
    better : float
        Share of people for whom the one named first costs at least as much as one at random does on average.
    """

    users: int
    before: float
    top: float
    random: float
    better: float


def deletion_test(
    algorithm: Algorithm, histories: UserItems, users: int = 30, seed: int = 0, control: Control | None = None
) -> Faithfulness:
    """Explain a recommendation in the middle of the list of some people drawn from `histories`.

    Not the first one: that is often so far ahead that it stays, whatever is deleted. Drawn are people with 2 interactions
    at least, and at most as many as `explain` leaves out in turn, so that none is passed over (if all have more, any).
    """
    able = np.flatnonzero(histories.lengths >= 2)  # noqa: PLR2004 - of one interaction nothing would be left
    short = able[histories.lengths[able] <= algorithm.may_leave_out()]
    drawn = np.sort(np.random.default_rng([seed, 41]).permutation(short if len(short) else able)[:users])
    drops: list[tuple[int, int, float]] = []
    for user in drawn.tolist():
        history = histories.rows(np.array([user]))
        listed = recommend(algorithm, np.array([-1], np.int32), history, PLACE, history).items[0]
        listed = listed[listed >= 0]
        if not len(listed):
            continue
        found = explain(algorithm, history, int(listed[-1]), control=control)
        ranks = [reason.rank_without for reason in found.reasons if reason.rank_without]
        drops.append((found.rank, ranks[0], float(np.mean(ranks))))
    if not drops:
        return Faithfulness(0, *[float("nan")] * 4)
    before, top, random = np.array(drops, float).T
    return Faithfulness(
        len(drops), float(before.mean()), float(top.mean()), float(random.mean()), float((top >= random).mean())
    )


def _parts(
    algorithm: Algorithm, history: UserItems, item: int, scores: Array, nothing: Array
) -> tuple[Array | None, Array | None]:
    """What each interaction adds to the score, float64 (n,), and to all scores, float32 (n, n_items); None: no such sum.

    Where an algorithm with exact reasons does not say, its scores are compared with what the interactions say one by one.
    If all scores are such sums, nothing need be asked again to know what happens without an interaction.
    """
    parts = algorithm.contributions(history, item)
    n = len(history.item)
    if parts is not None or algorithm.explains != "exact" or not n:
        return parts, None
    alone = _shorter(history, np.arange(n)[:, None])
    if n * len(scores) > MAX_SAID_NUMBERS:
        parts = _scores(algorithm, alone, item).astype(np.float64) - float(nothing[item])
        return (parts if _add_up(parts[:, None], scores[item : item + 1], nothing[item : item + 1]) else None), None
    said = _scores(algorithm, alone) - nothing
    parts = said[:, item].astype(np.float64)
    if not _add_up(parts[:, None], scores[item : item + 1], nothing[item : item + 1]):
        return None, None
    return parts, said if _add_up(said, scores, nothing) else None


def _add_up(said: Array, scores: Array, nothing: Array) -> bool:
    """Whether scores (m,) are those of nobody plus what n interactions say, (n, m)."""
    size = max(float(np.abs(scores).max()), float(np.abs(said).max()))
    return bool((np.abs(nothing + said.sum(axis=0, dtype=np.float64) - scores) <= ROUNDING * size).all())


def _scores(algorithm: Algorithm, histories: UserItems, item: int | None = None) -> Array:
    """Scores of people who are known by their histories: of all items, or block by block of one."""
    nobody = np.full(len(histories), -1, np.int32)
    if item is None:
        return algorithm.score(nobody, histories)
    n_items = algorithm.score(nobody[:1], histories.rows(np.zeros(1, np.int64))).shape[1]
    parts = [
        algorithm.score(nobody[rows], histories.rows(rows))[:, item].copy() for rows in blocks(len(histories), n_items)
    ]
    return np.concatenate(parts)


def _shorter(history: UserItems, rows: Sequence[Array] | Array) -> UserItems:
    """Histories that consist of some places of one, a row for each."""
    where = np.concatenate(list(rows))
    indptr = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    rating = None if history.rating is None else history.rating[where]
    time, weight = (None if column is None else column[where] for column in (history.time, history.weight))
    return UserItems(indptr, history.item[where], rating, time, weight)
