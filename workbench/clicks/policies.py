"""Policies: with which probability what was shown would be shown by another, and what a model of clicks foretells of it.

Each is a function of a log and a model of clicks, and gives a `Judged`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.clicks.impressions import Impressions
from workbench.data.interactions import Array, UserItems
from workbench.errors import WorkbenchError
from workbench.evaluation.ranking import blocks, recommend
from workbench.insight.looking import load, seen_of

# Propensities of an item at a place that are nearer than this are one number.
EQUAL = 1e-9


@dataclass(frozen=True, eq=False)
class Model:
    """A model of clicks, fitted on other impressions than those it is asked of.

    Attributes
    ----------
    part : int64 (n,)
        In which part of the log each impression lies.
    rate : float64 (n_parts, n_items)
        Clicks per impression of each item, of the other parts.
    """

    part: Array
    rate: Array


@dataclass(frozen=True, eq=False)
class Judged:
    """A policy on the impressions of a log.

    Attributes
    ----------
    probability : float64 (n,)
        Of what was shown, in its place.
    expected : float64 (n,)
        What the model foretells of whatever the policy shows there.
    unsupported : float
        Share of what the policy would show that the log never showed there.
    words : str
        What it is.
    unknown_users : int
        Users of the log that a run does not know.
    """

    probability: Array
    expected: Array
    unsupported: float
    words: str
    unknown_users: int = 0


def other_log(log: Impressions, model: Model, other: Impressions) -> Judged:
    """The policy of another log: its propensities where each item has one at each place, else how often it showed what."""
    places = [log.positions.index(name) if name in log.positions else -1 for name in other.positions]
    known = pc.fill_null(pc.index_in(other.items, value_set=log.items), -1).to_numpy(zero_copy_only=False)
    fixed = _fixed(other)
    chance = fixed if fixed is not None else _shares(other.shown_at().astype(np.float64))
    table = np.zeros((len(log.positions), log.n_items))
    outside = np.zeros(len(log.positions))
    for row, place in zip(chance, places, strict=True):
        if place >= 0:
            np.add.at(table[place], known[known >= 0], row[known >= 0])
            outside[place] = row[known < 0].sum()
    words = (
        "the propensities of another log"
        if fixed is not None
        else "how often another log showed each item at each place"
    )
    unseen = outside + np.where(log.shown_at() > 0, 0, table).sum(axis=1)
    expected = np.einsum("ij,kj->ki", table, model.rate)
    return Judged(
        table[log.position, log.item],
        expected[model.part, log.position],
        float(unseen[log.position].mean()),
        words,
    )


def _shares(counts: Array) -> Array:
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


def _fixed(log: Impressions) -> Array | None:
    """Propensity of each item at each place, where it is always the same; float64 (n_positions, n_items)."""
    if log.propensity is None:
        return None
    where = log.position.astype(np.int64) * log.n_items + log.item
    size = len(log.positions) * log.n_items
    least, most = np.full(size, np.inf), np.zeros(size)
    np.minimum.at(least, where, log.propensity)
    np.maximum.at(most, where, log.propensity)
    return most.reshape(-1, log.n_items) if (most - np.minimum(least, most) <= EQUAL).all() else None


def lists_of_run(log: Impressions, model: Model, run: Path) -> Judged:
    """The lists of a run: at the first place what it puts first, and so on."""
    who = _People(log, run)
    probability, expected = np.zeros(len(log)), np.zeros(len(log))
    unsupported = 0
    shown = log.shown_at() > 0
    for rows, place_of_row, users in who.blocks():
        items = who.lists(users, len(log.positions))[place_of_row, log.position[rows]]
        listed = np.where(items >= 0, who.to_log[items], -1)
        probability[rows] = listed == log.item[rows]
        there = listed >= 0
        expected[rows] = np.where(there, model.rate[model.part[rows], listed], 0)
        unsupported += int((~there | ~shown[log.position[rows], listed]).sum())
    words = f"the lists of {who.name}, each item at its place"
    return Judged(probability, expected, unsupported / max(len(log), 1), words, who.unknown)


def softmax_of_run(log: Impressions, model: Model, run: Path, temperature: float) -> Judged:
    """An item of the log drawn at each place by the softmax of a run's scores."""
    if not temperature > 0:
        raise WorkbenchError(f"The temperature of a softmax must be above 0, not {temperature:g}.")
    who = _People(log, run)
    probability, expected = np.zeros(len(log)), np.zeros(len(log))
    unsupported = 0.0
    shown = log.shown_at() > 0
    inside = np.flatnonzero(who.in_run >= 0)
    if not len(inside):
        raise WorkbenchError(f"{who.name} knows no item of the log. Is the log of the same items?")
    for rows, place_of_row, users in who.blocks():
        scores = who.scores(users)[:, who.in_run[inside]].astype(np.float64) / temperature
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        chance = np.zeros((len(scores), log.n_items))
        chance[:, inside] = scores / scores.sum(axis=1, keepdims=True)
        mine = chance[place_of_row]
        probability[rows] = mine[np.arange(len(rows)), log.item[rows]]
        expected[rows] = (mine * model.rate[model.part[rows]]).sum(axis=1)
        unsupported += float((mine * ~shown[log.position[rows]]).sum())
    words = f"a softmax of the scores of {who.name} at temperature {temperature:g}, over the items of the log"
    return Judged(probability, expected, unsupported / max(len(log), 1), words, who.unknown)


def scores_of_run(log: Impressions, run: Path) -> Array:
    """A run's score of what was shown, for whom it was shown to; the least of all where it does not know the item."""
    who = _People(log, run)
    found = np.full(len(log), np.nan)
    for rows, place_of_row, users in who.blocks():
        at = who.in_run[log.item[rows]]
        found[rows] = np.where(at >= 0, who.scores(users)[place_of_row, at], np.nan)
    least = np.nanmin(found) if not np.isnan(found).all() else 0.0
    return np.where(np.isnan(found), least, found)


@dataclass(frozen=True, eq=False)
class _Shown:
    """What an algorithm is shown of some people."""

    index: Array
    histories: UserItems
    left_out: UserItems


class _People:
    """The people of a log as a run knows them: those it does not know have no history."""

    def __init__(self, log: Impressions, folder: Path) -> None:
        self.run, self.algorithm, _ = load(folder)
        self.log, self.name = log, folder.name
        data = self.run.data
        self.popularity = self.run.fold.train.item_counts
        self.in_run = pc.fill_null(pc.index_in(log.items.cast(data.item_ids.type), value_set=data.item_ids), -1)
        self.in_run = self.in_run.to_numpy(zero_copy_only=False)
        self.to_log = np.full(data.n_items, -1)
        self.to_log[self.in_run[self.in_run >= 0]] = np.flatnonzero(self.in_run >= 0)
        users = pa.array([""]) if log.users is None else log.users
        known = pc.fill_null(pc.index_in(users.cast(data.user_ids.type), value_set=data.user_ids), -1)
        self.index = known.to_numpy(zero_copy_only=False)
        if log.users is not None and self.algorithm.personal and self.unknown == len(users) > 0:
            message = f"{self.name} knows none of the {len(users):,} users of the log, such as '{users[0].as_py()}'."
            raise WorkbenchError(
                f"{message} Are their ids written otherwise? A server's log has keyed ids, which nobody can turn back."
            )

    @property
    def unknown(self) -> int:
        """How many of the log's people the run does not know; 0 where the log names nobody."""
        return 0 if self.log.users is None else int((self.index < 0).sum())

    def blocks(self) -> Iterator[tuple[Array, Array, _Shown]]:
        """Rows of the log, which of the people of a block each is of, and these."""
        user = np.zeros(len(self.log), np.int64) if self.log.user is None else self.log.user
        order = np.argsort(user, kind="stable")
        bounds = np.searchsorted(user[order], np.arange(len(self.index) + 1))
        for block in blocks(len(self.index), max(self.run.data.n_items, self.log.n_items)):
            rows = order[bounds[block.start] : bounds[min(block.stop, len(self.index))]]
            yield rows, user[rows] - block.start, self._shown(self.index[block])

    def lists(self, people: "_Shown", k: int) -> Array:
        """Their lists, int32 (n, k): the most popular items where nothing is known of somebody."""
        given = (self.algorithm, people.index, people.histories, k, people.left_out, self.popularity)
        return recommend(*given).items if self._can_score(people) else self._without_strangers(people, k)

    def scores(self, people: "_Shown") -> Array:
        """Scores of all items of the run, float32 (n, n_items): popularity where nothing is known of somebody."""
        if self._can_score(people):
            return self.algorithm.score(people.index, people.histories)
        found = np.tile(self.popularity.astype(np.float32), (len(people.index), 1))
        known = np.flatnonzero(people.index >= 0)
        if len(known):
            found[known] = self.algorithm.score(people.index[known], people.histories.rows(known))
        return found

    def _can_score(self, people: "_Shown") -> bool:
        return self.algorithm.fold_in != "none" or bool((people.index >= 0).all())

    def _without_strangers(self, people: "_Shown", k: int) -> Array:
        popular = np.argsort(-self.popularity, kind="stable")[:k].astype(np.int32)
        items = np.full((len(people.index), k), -1, np.int32)
        items[:, : len(popular)] = popular
        known = np.flatnonzero(people.index >= 0)
        if len(known):
            of_known = (people.histories.rows(known), k, people.left_out.rows(known), self.popularity)
            items[known] = recommend(self.algorithm, people.index[known], *of_known).items
        return items

    def _shown(self, index: Array) -> _Shown:
        """Histories of people; those who are not known have none."""
        there = np.maximum(index, 0)
        histories, left_out = self.run.fold.shown_at_test.by_user.rows(there), seen_of(self.run, there)
        if (index < 0).any():
            histories, left_out = _emptied(histories, index < 0), _emptied(left_out, index < 0)
        learned = self.run.fold.learned_from.by_user.lengths[there] > 0
        return _Shown(np.where((index >= 0) & learned, index, -1).astype(np.int32), histories, left_out)


def _emptied(rows: UserItems, empty: Array) -> UserItems:
    return rows.where(np.repeat(~empty, rows.lengths))
