"""A simulator of interactions whose truth is known: for trying, for teaching, and for measuring at any size.

Items belong to genres and are popular by a power law. People have a taste for genres that drifts from one they begin with
to one they end with, and are active by a power law of their own. A person picks a genre by the taste of the day and in it
an item by its popularity; the rating tells how well genre, item and person fit. Everything is drawn from the seed alone
and written in a stream, so that memory does not grow with the number of rows.
"""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import csv
from pydantic import BaseModel, ConfigDict, Field

from workbench.control import Control
from workbench.files import whole_folder

Array = npt.NDArray[np.generic]
Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

GENRES = (
    "Action", "Adventure", "Animation", "Comedy", "Crime", "Documentary", "Drama", "Family", "Fantasy", "History",
    "Horror", "Music", "Mystery", "Romance", "Science fiction", "Sport", "Thriller", "Western",
)  # fmt: skip
FIRST, LAST = 1_104_537_600, 1_735_689_600  # 2005-01-01 and 2025-01-01, in seconds
BATCH_ROWS = 1 << 19
FITTING_ROUNDS = 6
MIN_USER_ROWS = 5
MIN_RATING, MAX_RATING = 0.5, 5.0


class Size(BaseModel):
    """What is simulated.

    Attributes
    ----------
    users, items
        None: as many as a large film data set has for its rows.
    mixed
        Rows of thousands of people in one another, as a log has them; else person by person, items in order.
    """

    model_config = ConfigDict(extra="forbid")

    rows: int = Field(100_000, ge=20)
    users: int | None = Field(None, ge=2)
    items: int | None = Field(None, ge=10)
    seed: int = Field(0, ge=0)
    mixed: bool = False

    def counts(self) -> tuple[int, int]:
        """Numbers of users and of items."""
        users = self.users or max(self.rows // 154, 2)
        items = self.items or max(int(12.5 * self.rows**0.5), 60)
        return users, items


@dataclass(frozen=True, eq=False)
class Truth:
    """What the simulator knows and an algorithm has to find out.

    Attributes
    ----------
    taste, later_taste : float32 (n_users, n_genres)
        Chances of genres at the person's first and last interaction; each row sums to one. In between they are mixed.
    genre : bool (n_items, n_genres)
    popularity : float32 (n_items,)
        Weight of an item among those of its genre.
    user_bias, item_bias : float32 (n_users,), (n_items,)
        In stars.
    length : int64 (n_users,)
        Interactions of each person.
    """

    taste: Floats
    later_taste: Floats
    genre: npt.NDArray[np.bool_]
    popularity: Floats
    user_bias: Floats
    item_bias: Floats
    length: Ints

    def chances(self, user: int, when: float = 1.0) -> npt.NDArray[np.float64]:
        """Chance that the person's next pick is each item, float64 (n_items,); `when` is 0 at the first, 1 at the last."""
        mix = (1 - when) * self.taste[user] + when * self.later_taste[user]
        weight = self.genre * self.popularity[:, None].astype(np.float64)
        return np.asarray((weight / weight.sum(axis=0)) @ mix)

    def stars(self, user: Ints, item: Ints, when: Floats) -> Floats:
        """Rating that is expected before chance, float32 (n,): `Truth.chances` picks, this judges."""
        mix = (1 - when[:, None]) * self.taste[user] + when[:, None] * self.later_taste[user]
        fit = (mix * self.genre[item]).sum(axis=1) / np.sqrt(self.genre[item].sum(axis=1))
        return np.asarray(2.9 + self.user_bias[user] + self.item_bias[item] + 2.2 * fit, np.float32)


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


def plant(size: Size) -> Truth:
    """Draw tastes, genres, popularity and activity."""
    rng = np.random.default_rng([size.seed, 1])
    users, items = size.counts()
    genres = min(len(GENRES), max(items // 5, 1))
    main = np.concatenate([np.arange(genres), rng.integers(0, genres, max(items - genres, 0))])[:items]
    genre = np.zeros((items, genres), bool)
    genre[np.arange(items), main] = True
    for share in (0.5, 0.25):
        more = np.flatnonzero(rng.random(items) < share)
        genre[more, rng.integers(0, genres, len(more))] = True
    popularity = rng.permutation(1 / (np.arange(items) + 3.0) ** 0.9)
    taste, later = (rng.standard_gamma(0.3, (users, genres)) + 1e-3 for _ in range(2))
    later = 0.5 * taste / taste.sum(axis=1, keepdims=True) + 0.5 * later / later.sum(axis=1, keepdims=True)
    return Truth(
        (taste / taste.sum(axis=1, keepdims=True)).astype(np.float32),
        later.astype(np.float32),
        genre,
        popularity.astype(np.float32),
        rng.normal(0, 0.4, users).astype(np.float32),
        rng.normal(0, 0.4, items).astype(np.float32),
        _lengths(size.rows, users, items, rng),
    )


def _lengths(rows: int, users: int, items: int, rng: np.random.Generator) -> Ints:
    """How much each person does: long-tailed, `rows` in sum, nobody more than half the items."""
    most = max(items // 2, 1)
    rows = min(rows, users * most)
    weight = rng.lognormal(0, 1.1, users)
    length = np.clip((weight / weight.sum() * rows).astype(np.int64), min(MIN_USER_ROWS, max(rows // users, 1)), most)
    while (missing := rows - int(length.sum())) != 0:
        able = np.flatnonzero(length < most if missing > 0 else length > 1)
        lucky = rng.permutation(able)[: abs(missing)]
        length[lucky] += np.sign(missing)
    return length


def simulate(folder: Path, size: Size | None = None, control: Control | None = None) -> Truth:
    """Write ``ratings.csv`` (user,item,rating,timestamp), ``items.csv`` and ``truth.npz`` to `folder`, whole or not at all.

    A person never meets an item twice. Where `size` asks for more rows than people and items allow, there are fewer.

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
            pa.OSFile(str(part / "ratings.csv"), "wb") as file,
            csv.CSVWriter(file, schema, write_options=options) as sink,
        ):
            file.write(",".join(kinds).encode() + b"\n")
            for users in _blocks_of_users(truth.length):
                control.check()
                user, item, rating, time = _rows(users, shop, rng)
                order = rng.permutation(len(user)) if size.mixed else slice(None)
                columns = [pa.array(column[order]) for column in (user + 1, item + 1, rating, time)]
                sink.write_table(pa.table(columns, schema=schema))
                done += len(user)
                control.progress(done / total, f"{done:,} of {total:,} rows")
    return truth


def _blocks_of_users(length: Ints) -> list[Ints]:
    ends = np.cumsum(length)
    edges = np.searchsorted(ends, np.arange(BATCH_ROWS, int(ends[-1]), BATCH_ROWS))
    return [users for users in np.split(np.arange(len(length)), np.unique(edges)) if len(users)]


def _rows(users: Ints, shop: _Shop, rng: np.random.Generator) -> tuple[Ints, Ints, Floats, Ints]:
    """Interactions of some people: user, item, rating, time."""
    truth = shop.truth
    user = np.repeat(users, truth.length[users])
    start = np.cumsum(truth.length[users]) - truth.length[users]
    place = np.arange(len(user)) - np.repeat(start, truth.length[users])
    when = (place / np.maximum(np.repeat(truth.length[users], truth.length[users]) - 1, 1)).astype(np.float32)
    item = _distinct(user, when, shop, rng)
    rating = truth.stars(user, item, when) + rng.normal(0, 0.6, len(user)).astype(np.float32)
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
    later = rng.random(len(user)) < when
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
