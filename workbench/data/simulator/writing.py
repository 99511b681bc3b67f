"""Simulated interactions are written in a stream, so that memory does not grow with the number of rows."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import csv

from workbench.control import Control
from workbench.data.simulator.exposure import Exposure, write_log
from workbench.data.simulator.truth import GENRES, Floats, Ints, Size, Truth, plant
from workbench.files import whole_folder

FIRST, LAST = 1_104_537_600, 1_735_689_600  # 2005-01-01 and 2025-01-01, in seconds
BATCH_ROWS = 1 << 19
FITTING_ROUNDS = 6
MIN_RATING, MAX_RATING = 0.5, 5.0


@dataclass
class _Shop:
    """The items of each genre, ready to be drawn from: one line of rising sums, genre behind genre."""

    truth: Truth
    items: Ints = field(init=False)
    rising: npt.NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        genre, self.items = np.nonzero(self.truth.genre.T)
        weight = self.truth.popularity[self.items].astype(np.float64)
        weight /= np.bincount(genre, weight)[genre]
        # The sums of genre g rise from g to g + 1.
        self.rising = np.cumsum(weight)

    def draw(self, genre: Ints, rng: np.random.Generator) -> Ints:
        """An item of each of these genres."""
        at = np.searchsorted(self.rising, genre + rng.random(len(genre)))
        return self.items[np.minimum(at, len(self.items) - 1)]


def simulate(
    folder: Path, size: Size | None = None, control: Control | None = None, exposure: Exposure | None = None
) -> Truth:
    """Write a simulation to `folder`, whole or not at all.

    ``interactions.csv`` (user,item,rating,timestamp), ``items.csv``, ``truth.npz``, and with an `exposure`
    ``impressions.csv`` (user,item,position,clicked,propensity,time). A person never meets an item twice. Where `size` asks
    for more rows than people and items allow, there are fewer.

    Returns
    -------
    Truth
        What was planted; ``truth.npz`` holds the same arrays by their names.
    """
    size, control = size or Size(), control or Control()
    truth = plant(size)
    with whole_folder(folder) as part:
        _write_items(part / "items.csv", truth)
        np.savez_compressed(part / "truth.npz", **vars(truth))
        rng = np.random.default_rng([size.seed, 2])
        total, done, shop = int(truth.length.sum()), 0, _Shop(truth)
        kinds = {"user": pa.int64(), "item": pa.int64(), "rating": pa.float32(), "timestamp": pa.int64()}
        schema = pa.schema(list(kinds.items()))
        options = csv.WriteOptions(quoting_style="none", include_header=False)
        with (
            pa.OSFile(str(part / "interactions.csv"), "wb") as file,
            csv.CSVWriter(file, schema, write_options=options) as sink,
        ):
            file.write(",".join(kinds).encode() + b"\n")
            for users in _blocks_of_users(truth.length):
                control.check()
                user, item, rating, time = _rows(users, shop, rng, size.noise)
                order = rng.permutation(len(user)) if size.mixed else slice(None)
                columns = [pa.array(column[order]) for column in (user + 1, item + 1, rating, time)]
                sink.write_table(pa.table(columns, schema=schema))
                done += len(user)
                control.progress(done / total, f"{done:,} of {total:,} rows")
        if exposure is not None:
            write_log(part / "impressions.csv", truth, exposure, size.seed, control)
    return truth


def _blocks_of_users(length: Ints) -> list[Ints]:
    ends = np.cumsum(length)
    edges = np.searchsorted(ends, np.arange(BATCH_ROWS, int(ends[-1]), BATCH_ROWS))
    return [users for users in np.split(np.arange(len(length)), np.unique(edges)) if len(users)]


def _rows(users: Ints, shop: _Shop, rng: np.random.Generator, noise: float) -> tuple[Ints, Ints, Floats, Ints]:
    """Interactions of some people: user, item, rating, time."""
    truth = shop.truth
    user = np.repeat(users, truth.length[users])
    start = np.cumsum(truth.length[users]) - truth.length[users]
    place = np.arange(len(user)) - np.repeat(start, truth.length[users])
    when = (place / np.maximum(np.repeat(truth.length[users], truth.length[users]) - 1, 1)).astype(np.float32)
    item = _distinct(user, when, shop, rng)
    rating = truth.stars(user, item, when) + rng.normal(0, noise, len(user)).astype(np.float32)
    rating = np.clip(np.round(rating * 2) / 2, MIN_RATING, MAX_RATING).astype(np.float32)
    begin = rng.integers(FIRST, LAST - 400 * 86_400, len(users))
    span = rng.gamma(0.7, 100 * 86_400, len(users)).clip(600, 399 * 86_400)
    times = (begin[user - users[0]] + span[user - users[0]] * when + rng.integers(0, 300, len(user))).astype(np.int64)
    order = np.lexsort((item, user))
    return user[order], item[order], rating[order], times[order]


def _distinct(user: Ints, when: Floats, shop: _Shop, rng: np.random.Generator) -> Ints:
    """An item for each row, another for each row of a person."""
    n_items = len(shop.truth.popularity)
    item = np.full(len(user), -1)
    open_rows = np.arange(len(user))
    for _ in range(FITTING_ROUNDS):
        who = user[open_rows]
        item[open_rows] = shop.draw(_genres(who, when[open_rows], shop.truth, rng), rng)
        _, first = np.unique(user * n_items + item, return_index=True)
        again = np.ones(len(user), bool)
        again[first] = False
        open_rows = np.flatnonzero(again)
        if not len(open_rows):
            return item
    for person in np.unique(user[open_rows]):  # who has nearly everything of a genre takes what is left anywhere
        rows = open_rows[user[open_rows] == person]
        had = np.zeros(n_items, bool)
        mine = np.flatnonzero(user == person)
        had[item[np.setdiff1d(mine, rows)]] = True
        item[rows] = rng.choice(np.flatnonzero(~had), len(rows), replace=False)
    return item


def _genres(user: Ints, when: Floats, truth: Truth, rng: np.random.Generator) -> Ints:
    """A genre for each row, by the person's taste of the day."""
    later = rng.random(len(user)) < truth.lateness(when)
    chance = rng.random(len(user)).astype(np.float32)
    people, row = np.unique(user, return_inverse=True)
    found = np.empty(len(user), np.int64)
    for taste, mask in ((truth.taste, ~later), (truth.later_taste, later)):
        # One line of rising sums again, person behind person.
        rising = np.cumsum(taste[people].astype(np.float64), axis=1)
        rising = rising / rising[:, -1:] + np.arange(len(people))[:, None]
        at = np.searchsorted(rising.ravel(), row[mask] + np.minimum(chance[mask], 1 - 1e-6).astype(np.float64))
        found[mask] = np.minimum(at - row[mask] * taste.shape[1], taste.shape[1] - 1)
    return found


def _write_items(path: Path, truth: Truth) -> None:
    n = len(truth.popularity)
    names = np.array(GENRES[: truth.genre.shape[1]])
    genres = ["|".join(names[row]) for row in truth.genre]
    titles = [f"{genre.split('|')[0]} no. {i + 1}" for i, genre in enumerate(genres)]
    years = 1930 + (np.arange(n) * 7919) % 95
    csv.write_csv(pa.table({"item": np.arange(1, n + 1), "title": titles, "year": years, "genres": genres}), path)
