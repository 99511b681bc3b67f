"""Non-negative matrix factorization of the observed ratings, by least squares without negative numbers in turn.

Kim & Park, "Nonnegative matrix factorization based on alternating nonnegativity constrained least squares and active set
method", SIAM J. Matrix Analysis 30(2), 2008; over observed ratings only: Zhang, Wang, Ford & Makedon, "Learning from
incomplete ratings using non-negative matrix factorization", SDM 2006.
"""

from collections.abc import Iterator

import numpy as np
from pydantic import PrivateAttr

from workbench.algorithms.base.algorithm import Record
from workbench.algorithms.base.rating_scale import (
    SCALE,
    RatingPredictor,
    Rows,
    means_of,
    row_of_each,
    transposed,
    with_unknown,
)
from workbench.algorithms.base.threads import allowed, even_blocks, spread
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.declaring import hyperparameter

# Products and sums between two records: about a tenth of a second.
BATCH_OPERATIONS = 2**27

# No weight is less: so there always is one minimum, and nothing grows without end.
LEAST_WEIGHT = 1e-6

# With biases, products begin this small: in standard deviations of the ratings.
BIASED_START = 0.2


class NMF(RatingPredictor):
    """Rating = sum of products of a user's and an item's factors, none below zero; with biases: beyond the biases.

    What is made least: the sum over all ratings of squared error and weighted squares of the factors (and biases). An
    epoch solves for all items, then for all users, each exactly while the other side is held fixed; neither step ever makes
    it larger. Newcomers are solved for in the same way, so that it makes no difference whether one was in training.

    Inside, ratings are divided by their standard deviation. Without biases they also are counted from the lowest one,
    so that scales that reach below zero will do.
    """

    name, title = "nmf", "NMF"
    summary = (
        "Predicts ratings as sums of parts that can only add up, never cancel out, so that each factor can be read as a "
        "group of users and the items they like. Choose it to understand the data rather than for accuracy. "
        "Quick: its time grows with the ratings, the epochs and the square of the factors."
    )
    reference = (
        "Kim & Park, Nonnegative matrix factorization based on alternating nonnegativity constrained least squares and "
        "active set method, SIAM J. Matrix Analysis 2008; Zhang et al., Learning from incomplete ratings using "
        "non-negative matrix factorization, SDM 2006"
    )
    fold_in = "exact"
    iterative = True
    learned = (
        *SCALE,
        *("epochs_done", "offset", "user_means", "item_means", "user_bias", "item_bias"),
        *("user_factors", "item_factors"),
    )
    gaps = ("user_means", "item_means")

    factors: int = hyperparameter(
        15, "Factors", "Parts that a rating is made of. More can tell finer tastes apart.",
        ge=1, le=1000, log=True, search=(5, 50),
    )  # fmt: skip
    epochs: int = hyperparameter(
        20, "Epochs", "Passes over all items and users. Most is learned in the first ten.",
        ge=1, le=10_000, search=(5, 50),
    )  # fmt: skip
    regularization: float = hyperparameter(
        0.06, "L2 weight", "Keeps factors small. Raise it where users rated few items.",
        ge=0, le=10, log=True, search=(0.01, 0.5),
    )  # fmt: skip
    biased: bool = hyperparameter(
        True,
        "Biases",
        "Whether users and items also have biases: better predictions, but factors that are harder to read. "
        "Without, more factors or epochs soon overfit.",
    )

    _epochs_done: int = PrivateAttr(default=0)
    _offset: float  # the rating that is 0 inside: the lowest, or with biases the mean
    _user_means: Array  # float64 (n_users,), NaN where there is no rating: for those of whom nothing else is known
    _item_means: Array  # float64 (n_items,)
    _user_bias: Array  # float64 (n_users,)
    _item_bias: Array  # float64 (n_items,)
    _user_factors: Array  # float64 (n_users, factors), never negative
    _item_factors: Array  # float64 (n_items, factors), never negative

    def train(self, data: Interactions, seed: int = 0) -> Iterator[Record]:
        ratings = self.learn_scale(data)
        if not self._epochs_done:
            self._begin(data, ratings, seed)
        histories = data.by_user
        scaled = (ratings - self._offset) / self._scale
        by_user = (histories.indptr.astype(np.int64), np.array(histories.item, np.int32), scaled)
        by_item = transposed(by_user, data.n_items)
        for epoch in range(self._epochs_done, self.epochs):
            # Written beside: what `state` and `score` see is always the end of an epoch.
            items = np.empty_like(self._item_factors), np.empty_like(self._item_bias)
            users = np.empty_like(self._user_factors), np.empty_like(self._user_bias)
            before = self._user_factors, self._user_bias
            for rows, mine, theirs, done in ((by_item, items, before, 0.0), (by_user, users, items, 0.5)):
                for part in self._solve(rows, mine, theirs):
                    if done + part / 2 < 1:  # the end of the epoch is told below
                        yield Record(epoch, self.epochs, ends_epoch=False, part=done + part / 2)
            self._user_factors, self._user_bias = users
            self._item_factors, self._item_bias = items
            self._epochs_done = epoch + 1
            yield Record(epoch + 1, self.epochs, self._loss(by_user, by_item))

    def _begin(self, data: Interactions, ratings: Array, seed: int) -> None:
        self._offset = self._mean if self.biased else self._lowest
        self._user_means = means_of(data.user, ratings, data.n_users)
        self._item_means = means_of(data.item, ratings, data.n_items)
        # As large as makes products near the mean of what they are to become.
        size = np.sqrt(((self._mean - self._offset) / self._scale or BIASED_START) / self.factors)
        self._user_factors = 2 * size * np.random.default_rng([seed, 0]).random((data.n_users, self.factors))
        self._item_factors = np.zeros((data.n_items, self.factors))  # these are solved for first
        self._user_bias, self._item_bias = np.zeros(data.n_users), np.zeros(data.n_items)

    def _solve(self, rows: Rows, mine: tuple[Array, Array], theirs: tuple[Array, Array]) -> Iterator[float]:
        """Solve for factors and biases of all rows, into `mine`; after each block the part that is done."""
        from workbench.algorithms.kernels.nonnegative import solve_rows

        def work(part: slice) -> float:
            indptr = rows[0][part.start : part.stop + 1]
            biases = (mine[1][part], theirs[1], self.biased)
            solve_rows((indptr, *rows[1:]), mine[0][part], theirs[0], biases, self._weight())
            return part.stop / len(mine[0])

        cost = (np.diff(rows[0]) + self.factors) * self.factors**2  # to add up the normal equations, and to solve them
        return spread(work, even_blocks(cost, BATCH_OPERATIONS), allowed())

    def _weight(self) -> float:
        return max(self.regularization, LEAST_WEIGHT)

    def _loss(self, by_user: Rows, by_item: Rows) -> float:
        """Root of what is made least, per rating, in units of ratings."""
        from workbench.algorithms.kernels.ratings import squared_errors

        total = squared_errors(by_user, self._user_factors, self._item_factors, self._user_bias, self._item_bias)
        for rows, factors, bias in (
            (by_user, self._user_factors, self._user_bias),
            (by_item, self._item_factors, self._item_bias),
        ):
            squares = np.einsum("nf,nf->n", factors, factors) + np.square(bias)
            total += self._weight() * float(np.diff(rows[0]) @ squares)
        return self._scale * float(np.sqrt(total / len(by_user[1])))

    def score(self, users: Array, histories: UserItems) -> Array:
        bias, factors, mean = self._user_bias[users], self._user_factors[users], self._user_means[users]
        new = np.flatnonzero(users < 0)
        if len(new):
            bias[new], factors[new], mean[new] = self._fold_in(histories.rows(new))
        inside = bias[:, None] + self._item_bias + factors @ self._item_factors.T
        if self.biased:
            return (self._offset + self._scale * inside).astype(np.float32)
        known = ~np.isnan(mean)[:, None] & ~np.isnan(self._item_means)
        rating = self._offset + self._scale * inside
        return np.where(known, rating, self.guess(mean[:, None], self._item_means)).astype(np.float32)

    def predict(self, users: Array, items: Array) -> Array:
        known = (users >= 0) & (items >= 0)
        inside = np.einsum("nf,nf->n", self._user_factors[users], self._item_factors[items]) * known
        inside += with_unknown(self._user_bias, 0)[users] + with_unknown(self._item_bias, 0)[items]
        predicted = self._offset + self._scale * inside
        if not self.biased:
            of_user = with_unknown(self._user_means, np.nan)[users]
            of_item = with_unknown(self._item_means, np.nan)[items]
            predicted = np.where(np.isnan(of_user) | np.isnan(of_item), self.guess(of_user, of_item), predicted)
        return self.clipped(predicted)

    def _fold_in(self, histories: UserItems) -> tuple[Array, Array, Array]:
        """Biases, factors and mean ratings of new people, solved for as in training, the items held fixed."""
        ratings = self.ratings_of(histories)
        scaled = (ratings - self._offset) / self._scale
        rows = (histories.indptr.astype(np.int64), np.array(histories.item, np.int32), scaled)
        people = np.empty((len(histories), self.factors)), np.empty(len(histories))
        for _ in self._solve(rows, people, (self._item_factors, self._item_bias)):
            pass
        row, rated = row_of_each(histories), ~np.isnan(self._item_means[histories.item])
        means = means_of(row[rated], ratings[rated], len(histories))  # NaN where no item was in training
        return people[1], people[0], means
