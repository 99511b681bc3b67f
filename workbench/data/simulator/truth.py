"""What a simulation plants: tastes, genres, popularity and activity, which an algorithm has to find out."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

GENRES = (
    "Action", "Adventure", "Animation", "Comedy", "Crime", "Documentary", "Drama", "Family", "Fantasy", "History",
    "Horror", "Music", "Mystery", "Romance", "Science fiction", "Sport", "Thriller", "Western",
)  # fmt: skip
MIN_USER_ROWS = 5


class Size(BaseModel):
    """What is simulated.

    Attributes
    ----------
    users, items
        None: as many as a large film data set has for its rows.
    mixed
        Rows of thousands of people in one another, as a log has them; else person by person, items in order.
    popularity_bias
        How much popular items lead: the weight of the n-th most popular one falls as n to this power; 0: none leads.
    noise
        Standard deviation of chance in a rating, in stars.
    drift_at
        The share of a person's interactions after which the taste changes at once; None: it drifts from first to last.
    twins
        Share of the people whose tastes are those of another.
    """

    model_config = ConfigDict(extra="forbid")

    rows: int = Field(100_000, ge=20)
    users: int | None = Field(None, ge=2)
    items: int | None = Field(None, ge=10)
    seed: int = Field(0, ge=0)
    mixed: bool = False
    popularity_bias: float = Field(0.9, ge=0, le=5)
    noise: float = Field(0.6, ge=0, le=5)
    drift_at: float | None = Field(None, ge=0, le=1)
    twins: float = Field(0.0, ge=0, le=1)

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
    drift_at : float
        As in `Size`; not a number where the taste drifts.
    """

    taste: Floats
    later_taste: Floats
    genre: npt.NDArray[np.bool_]
    popularity: Floats
    user_bias: Floats
    item_bias: Floats
    length: Ints
    drift_at: float = float("nan")

    def lateness(self, when: Floats) -> Floats:
        """Share of the later taste at a moment, from 0, the first interaction, to 1, the last; float32 (n,)."""
        return when if np.isnan(self.drift_at) else (when >= self.drift_at).astype(np.float32)

    def chances(self, user: int, when: float = 1.0) -> npt.NDArray[np.float64]:
        """Chance that the person's next pick is each item, float64 (n_items,); `when` is 0 at the first, 1 at the last."""
        late = float(self.lateness(np.array([when], np.float32))[0])
        mix = (1 - late) * self.taste[user] + late * self.later_taste[user]
        weight = self.genre * self.popularity[:, None].astype(np.float64)
        return np.asarray((weight / weight.sum(axis=0)) @ mix)

    def stars(self, user: Ints, item: Ints, when: Floats) -> Floats:
        """Rating that is expected before chance, float32 (n,): `Truth.chances` picks, this judges."""
        late = self.lateness(when)[:, None]
        mix = (1 - late) * self.taste[user] + late * self.later_taste[user]
        fit = (mix * self.genre[item]).sum(axis=1) / np.sqrt(self.genre[item].sum(axis=1))
        return np.asarray(2.9 + self.user_bias[user] + self.item_bias[item] + 2.2 * fit, np.float32)


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
    popularity = rng.permutation(1 / (np.arange(items) + 3.0) ** size.popularity_bias)
    taste, later = (rng.standard_gamma(0.3, (users, genres)) + 1e-3 for _ in range(2))
    if size.twins:
        copies = np.arange(users - round(size.twins * users), users)
        taste[copies], later[copies] = (of[copies % max(users - len(copies), 1)] for of in (taste, later))
    later = 0.5 * taste / taste.sum(axis=1, keepdims=True) + 0.5 * later / later.sum(axis=1, keepdims=True)
    return Truth(
        (taste / taste.sum(axis=1, keepdims=True)).astype(np.float32),
        later.astype(np.float32),
        genre,
        popularity.astype(np.float32),
        rng.normal(0, 0.4, users).astype(np.float32),
        rng.normal(0, 0.4, items).astype(np.float32),
        _lengths(size.rows, users, items, rng),
        float("nan") if size.drift_at is None else size.drift_at,
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
