"""Probabilistic matrix factorization.

Mnih & Salakhutdinov, "Probabilistic matrix factorization", NIPS 2007.
"""

from collections.abc import Iterator

import numpy as np
from pydantic import PrivateAttr

from workbench.algorithms.base.algorithm import Record
from workbench.algorithms.base.rating_scale import SCALE, RatingPredictor, ridge
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.declaring import hyperparameter

# Ratings between two records: some hundredths of a second of work at some dozen factors.
BATCH_RATINGS = 2**18


class PMF(RatingPredictor):
    """Rating = mean + product of a user's and an item's factors; both are drawn from normal distributions around zero.

    The most probable factors make the sum of squared errors and weighted squares of the factors least; found by
    stochastic gradient descent. The weights are the ratios of the variance of the noise to that of the factors.

    Inside, ratings are centred and divided by their standard deviation, so that the hyperparameters mean the same on
    every scale.
    """

    name, title = "pmf", "PMF"
    summary = (
        "Predicts ratings from factors of users and items alone, without biases, each held near zero by a normal prior. "
        "The simple predecessor of Biased SVD, for comparisons. "
        "Quick: its time grows with the ratings, the factors and the epochs."
    )
    reference = "Mnih & Salakhutdinov, Probabilistic matrix factorization, NIPS 2007"
    fold_in = "approximate"
    iterative = True
    learned = (*SCALE, "epochs_done", "user_factors", "item_factors")

    factors: int = hyperparameter(
        20, "Factors", "Length of the vector of a user or an item. More can tell finer tastes apart.",
        ge=1, le=2000, log=True, search=(10, 200),
    )  # fmt: skip
    epochs: int = hyperparameter(
        40, "Epochs", "Passes over all ratings. Too few underfit, too many overfit.",
        ge=1, le=10_000, search=(10, 100),
    )  # fmt: skip
    learning_rate: float = hyperparameter(
        0.01, "Learning rate", "Size of each step. If the loss jumps, lower it and use more epochs.",
        gt=0, le=1, log=True, search=(0.001, 0.05),
    )  # fmt: skip
    user_regularization: float = hyperparameter(
        0.08, "Prior of users", "The larger, the closer the factors of users are to zero.",
        ge=0, le=10, log=True, search=(0.01, 0.3),
    )  # fmt: skip
    item_regularization: float = hyperparameter(
        0.08, "Prior of items", "The larger, the closer the factors of items are to zero.",
        ge=0, le=10, log=True, search=(0.01, 0.3),
    )  # fmt: skip
    initial_spread: float = hyperparameter(
        0.1, "Initial spread", "Standard deviation of the factors before the first epoch.",
        gt=0, le=1, advanced=True,
    )  # fmt: skip

    _epochs_done: int = PrivateAttr(default=0)
    _user_factors: Array  # float32 (n_users, factors)
    _item_factors: Array  # float32 (n_items, factors)

    def train(self, data: Interactions, seed: int = 0) -> Iterator[Record]:
        from workbench.algorithms.kernels.ratings import sgd_without_biases

        scaled = ((self.learn_scale(data) - self._mean) / self._scale).astype(np.float32)
        if not self._epochs_done:
            self._begin(data, seed)
        rate = np.float32(self.learning_rate)
        weights = np.float32(self.user_regularization), np.float32(self.item_regularization)
        for epoch in range(self._epochs_done, self.epochs):
            # Steps are taken on copies: what `state` and `score` see is always the end of an epoch.
            factors = np.array(self._user_factors), np.array(self._item_factors)
            order = np.random.default_rng([seed, epoch + 1]).permutation(len(data))
            squares = 0.0
            for start in range(0, len(data), BATCH_RATINGS):
                if start:
                    part = start / len(data)
                    yield Record(epoch, self.epochs, self._loss(squares, start), ends_epoch=False, part=part)
                rows = order[start : start + BATCH_RATINGS]
                ratings = (data.user[rows], data.item[rows], scaled[rows])
                squares += sgd_without_biases(ratings, factors, rate, weights)
            self._user_factors, self._item_factors = factors
            self._epochs_done = epoch + 1
            yield Record(epoch + 1, self.epochs, self._loss(squares, len(data)))

    def _begin(self, data: Interactions, seed: int) -> None:
        draw = np.random.default_rng([seed, 0]).standard_normal
        counts = (data.by_user.lengths, data.item_counts)
        factors = [self.initial_spread * draw((len(n), self.factors), np.float32) for n in counts]
        for side, n in zip(factors, counts, strict=True):
            side[n == 0] = 0  # nothing is known of them
        self._user_factors, self._item_factors = factors

    def _loss(self, squares: float, n: int) -> float:
        """Root mean square of the errors met so far in this epoch, in the units of the ratings."""
        return self._scale * float(np.sqrt(squares / n))

    def score(self, users: Array, histories: UserItems) -> Array:
        factors = self._user_factors[users]
        for row in np.flatnonzero(users < 0):
            factors[row] = self._fold_in(histories.rows(np.array([row])))
        scaled = factors @ self._item_factors.T
        return (np.float32(self._mean) + np.float32(self._scale) * scaled).astype(np.float32, copy=False)

    def predict(self, users: Array, items: Array) -> Array:
        common = np.einsum("nf,nf->n", self._user_factors[users], self._item_factors[items])
        return self.clipped(self._mean + self._scale * common * ((users >= 0) & (items >= 0)))

    def _fold_in(self, history: UserItems) -> Array:
        """The most probable factors of a new user, the items held fixed: ridge regression.

        Each rating brings its own share of the prior, as in training.
        """
        rest = (self.ratings_of(history) - self._mean) / self._scale
        return ridge(self._item_factors[history.item], rest, self.user_regularization * len(rest))
