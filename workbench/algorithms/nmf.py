"""Non-negative matrix factorization of the observed ratings, by multiplicative updates.

Lee & Seung, "Algorithms for non-negative matrix factorization", NIPS 2000; over observed ratings only: Zhang, Wang, Ford
& Makedon, "Learning from incomplete ratings using non-negative matrix factorization", SDM 2006.
"""

from collections.abc import Iterator

import numpy as np
from pydantic import PrivateAttr

from workbench.algorithms import Record
from workbench.algorithms._ratings import SCALE, RatingPredictor, Rows, means_of, row_of_each, transposed, with_unknown
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.declaring import hyperparameter

# Rows that are updated between two records.
BLOCK = 2**16

# Updates of new people's factors; the factors of items are held fixed, so that they come close to the minimum.
FOLD_IN_UPDATES = 100

# With biases, products begin this small: in standard deviations of the ratings.
BIASED_START = 0.2


class NMF(RatingPredictor):
    """Rating = sum of products of a user's and an item's factors, none below zero; with biases: beyond the biases.

    What is made least: the sum over all ratings of squared error and weighted squares of the factors (and biases). An
    epoch updates all users, then all items. Neither step ever makes it larger.

    Inside, ratings are divided by their standard deviation. Without biases they also are counted from the lowest one,
    so that scales that reach below zero will do.
    """

    name, title, family = "nmf", "NMF", "Factors"
    summary = (
        "Predicts ratings as sums of parts that can only add up, never cancel out, so that each factor can be read as a "
        "group of users and the items they like. Choose it to understand the data rather than for accuracy. "
        "Quick: its time grows with the ratings, the factors and the epochs."
    )
    reference = (
        "Lee & Seung, Algorithms for non-negative matrix factorization, NIPS 2000; "
        "Zhang et al., Learning from incomplete ratings using non-negative matrix factorization, SDM 2006"
    )
    fold_in = "approximate"
    iterative = True
    learned = (
        *SCALE,
        *("epochs_done", "offset", "user_means", "item_means", "user_bias", "item_bias"),
        *("user_factors", "item_factors"),
    )

    factors: int = hyperparameter(
        15, "Factors", "Parts that a rating is made of. More can tell finer tastes apart.",
        ge=1, le=1000, log=True, search=(5, 50),
    )  # fmt: skip
    epochs: int = hyperparameter(
        50, "Epochs", "Updates of all factors. Too few learn too little, too many learn by heart.",
        ge=1, le=10_000, search=(10, 200),
    )  # fmt: skip
    regularization: float = hyperparameter(
        0.06, "L2 weight", "Holds factors down. Raise it where people rated few items.",
        ge=0, le=10, log=True, search=(0.01, 0.5),
    )  # fmt: skip
    biased: bool = hyperparameter(
        False,
        "Biases",
        "Whether users and items have biases beside their factors: better predictions, fewer plain parts.",
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
            # Updates are made on copies: what `state` and `score` see is always the end of an epoch.
            users = np.array(self._user_factors), np.array(self._user_bias)
            items = np.array(self._item_factors), np.array(self._item_bias)
            for rows, mine, theirs, done in ((by_user, users, items, 0.0), (by_item, items, users, 0.5)):
                for start in range(0, len(mine[0]), BLOCK):
                    if done or start:
                        part = done + 0.5 * start / len(mine[0])
                        yield Record(epoch, self.epochs, ends_epoch=False, part=part)
                    self._update(rows, mine, theirs, slice(start, start + BLOCK))
            self._user_factors, self._user_bias = users
            self._item_factors, self._item_bias = items
            self._epochs_done = epoch + 1
            yield Record(epoch + 1, self.epochs, self._loss(by_user, by_item))

    def _begin(self, data: Interactions, ratings: Array, seed: int) -> None:
        self._offset = self._mean if self.biased else self._lowest
        counts = (data.by_user.lengths, data.item_counts)
        self._user_means = means_of(data.user, ratings, data.n_users)
        self._item_means = means_of(data.item, ratings, data.n_items)
        # Products begin near the mean of what they are to become.
        size = np.sqrt(((self._mean - self._offset) / self._scale or BIASED_START) / self.factors)
        draw = np.random.default_rng([seed, 0]).random
        self._user_factors, self._item_factors = (2 * size * draw((len(n), self.factors)) for n in counts)
        self._user_factors[counts[0] == 0] = 0  # nothing is known of them
        self._item_factors[counts[1] == 0] = 0
        self._user_bias, self._item_bias = (np.zeros(len(n)) for n in counts)

    def _update(self, rows: Rows, mine: tuple[Array, Array], theirs: tuple[Array, Array], part: slice) -> None:
        """One update of a part of the rows: factors and biases, in place."""
        from workbench.algorithms._rating_kernels import multiply_rows

        indptr = rows[0][part.start : part.stop + 1]
        biases = (mine[1][part], theirs[1], self.biased)
        multiply_rows((indptr, *rows[1:]), mine[0][part], theirs[0], biases, self.regularization)

    def _loss(self, by_user: Rows, by_item: Rows) -> float:
        """Root of what is made least, per rating; without weights the root mean square error, in units of ratings."""
        from workbench.algorithms._rating_kernels import squared_errors

        total = squared_errors(by_user, self._user_factors, self._item_factors, self._user_bias, self._item_bias)
        for rows, factors, bias in (
            (by_user, self._user_factors, self._user_bias),
            (by_item, self._item_factors, self._item_bias),
        ):
            squares = np.einsum("nf,nf->n", factors, factors) + np.square(bias)
            total += self.regularization * float(np.diff(rows[0]) @ squares)
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
        """Biases, factors and mean ratings of new people, the items held fixed: the updates of training, many times."""
        ratings = self.ratings_of(histories)
        rows = (histories.indptr.astype(np.int64), np.array(histories.item, np.int32), ratings - self._offset)
        rows[2][:] /= self._scale
        # Far from zero, because a factor that is 0 stays 0.
        people = np.full((len(histories), self.factors), 1 / np.sqrt(self.factors)), np.zeros(len(histories))
        for _ in range(FOLD_IN_UPDATES):
            self._update(rows, people, (self._item_factors, self._item_bias), slice(0, len(histories)))
        row, rated = row_of_each(histories), ~np.isnan(self._item_means[histories.item])
        means = means_of(row[rated], ratings[rated], len(histories))  # NaN where no item was in training
        people[0][np.isnan(means)] = 0
        return people[1], people[0], means
