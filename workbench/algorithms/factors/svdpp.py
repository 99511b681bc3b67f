"""SVD++: matrix factorization of ratings that also listens to which items a user rated, whatever the ratings.

Koren, "Factorization meets the neighborhood: a multifaceted collaborative filtering model", KDD 2008.
"""

from collections.abc import Iterator

import numpy as np
from pydantic import PrivateAttr

from workbench.algorithms.base.algorithm import Record
from workbench.algorithms.base.rating_scale import SCALE, RatingPredictor, ridge, with_unknown
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.declaring import hyperparameter

# Ratings between two records: some hundredths of a second of work at 20 factors.
BATCH_RATINGS = 2**18


class SVDPlusPlus(RatingPredictor):
    """Rating = mean + b_u + b_i + q_i · (p_u + |N|^(-1/2) Σ y_j), the sum over the items j in N that the user rated.

    Trained by stochastic gradient descent, user by user in an order that is drawn for each epoch, inside a user in time
    order. Then all y_j of a user move together, and an epoch costs as much as one of biased SVD.

    Inside, ratings are centred and divided by their standard deviation, so that the hyperparameters mean the same on
    every scale.
    """

    name, title = "svdpp", "SVD++"
    summary = (
        "Predicts ratings like Biased SVD, and also learns from which items a user chose to rate at all. "
        "The most accurate of the classical models of ratings where people rated some dozens of items. "
        "Takes several times as long as Biased SVD."
    )
    reference = "Koren, Factorization meets the neighborhood: a multifaceted collaborative filtering model, KDD 2008"
    fold_in = "approximate"
    iterative = True
    learned = (
        *SCALE,
        *("epochs_done", "user_bias", "item_bias", "user_factors", "item_factors", "implicit_factors", "user_sums"),
    )

    # Defaults measured on the first official fold of MovieLens 100K: RMSE 0.922 (with 20 epochs at rate 0.007, weight
    # 0.02 and spread 0.1, as in Surprise: 0.932).
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
    regularization: float = hyperparameter(
        0.08, "L2 weight", "Keeps biases and factors small. Raise it where users rated few items.",
        ge=0, le=10, log=True, search=(0.01, 0.3),
    )  # fmt: skip
    initial_spread: float = hyperparameter(
        0.05, "Initial spread", "Standard deviation of the factors before the first epoch.",
        ge=0, le=1, advanced=True,
    )  # fmt: skip

    _epochs_done: int = PrivateAttr(default=0)
    _user_bias: Array  # float32 (n_users,)
    _item_bias: Array  # float32 (n_items,)
    _user_factors: Array  # float32 (n_users, factors): p
    _item_factors: Array  # float32 (n_items, factors): q
    _implicit_factors: Array  # float32 (n_items, factors): y
    _user_sums: Array  # float32 (n_users, factors): |N|^(-1/2) Σ y_j of each user

    def train(self, data: Interactions, seed: int = 0) -> Iterator[Record]:
        from workbench.algorithms.kernels.ratings import sgd_by_user

        histories = data.by_user
        scaled = ((self.learn_scale(data) - self._mean) / self._scale).astype(np.float32)
        rows = (histories.indptr.astype(np.int64), np.array(histories.item, np.int32), scaled)
        if not self._epochs_done:
            self._begin(data, seed)
        rate, weight = np.float32(self.learning_rate), np.float32(self.regularization)
        for epoch in range(self._epochs_done, self.epochs):
            # Steps are taken on copies: what `state` and `score` see is always the end of an epoch.
            biases = (np.array(self._user_bias), np.array(self._item_bias))
            p, q, y = (
                np.array(factors) for factors in (self._user_factors, self._item_factors, self._implicit_factors)
            )
            order = np.random.default_rng([seed, epoch + 1]).permutation(data.n_users)
            squares, done = 0.0, 0
            for users in _blocks(order, histories.lengths):
                if done:
                    part = done / len(data)
                    yield Record(epoch, self.epochs, self._loss(squares, done), ends_epoch=False, part=part)
                squares += sgd_by_user(users, rows, biases, (p, q, y), rate, weight)
                done += int(histories.lengths[users].sum())
            self._user_bias, self._item_bias = biases
            self._user_factors, self._item_factors, self._implicit_factors = p, q, y
            self._user_sums = self._sums(histories)
            self._epochs_done = epoch + 1
            yield Record(epoch + 1, self.epochs, self._loss(squares, len(data)))

    def _begin(self, data: Interactions, seed: int) -> None:
        draw = np.random.default_rng([seed, 0]).standard_normal
        sizes = (data.n_users, data.n_items, data.n_items)
        p, q, y = (self.initial_spread * draw((n, self.factors), np.float32) for n in sizes)
        p[data.by_user.lengths == 0] = 0  # nothing is known of them
        q[data.item_counts == 0] = 0
        y[data.item_counts == 0] = 0
        self._user_factors, self._item_factors, self._implicit_factors = p, q, y
        self._user_bias, self._item_bias = np.zeros(data.n_users, np.float32), np.zeros(data.n_items, np.float32)

    def _sums(self, histories: UserItems) -> Array:
        """|N|^(-1/2) Σ y_j of each history, float32 (n, factors)."""
        from workbench.algorithms.kernels.ratings import implicit_sums

        sums = np.empty((len(histories), self.factors), np.float32)
        implicit_sums(
            histories.indptr.astype(np.int64), np.array(histories.item, np.int32), self._implicit_factors, sums
        )
        return sums

    def _loss(self, squares: float, n: int) -> float:
        """Root mean square of the errors met so far in this epoch, in the units of the ratings."""
        return self._scale * float(np.sqrt(squares / n))

    def score(self, users: Array, histories: UserItems) -> Array:
        bias, factors = self._user_bias[users], self._user_factors[users] + self._user_sums[users]
        new = np.flatnonzero(users < 0)
        if len(new):
            bias[new], factors[new] = self._fold_in(histories.rows(new))
        scaled = bias[:, None] + self._item_bias + factors @ self._item_factors.T
        return (np.float32(self._mean) + np.float32(self._scale) * scaled).astype(np.float32, copy=False)

    def predict(self, users: Array, items: Array) -> Array:
        bias, item_bias = with_unknown(self._user_bias, 0)[users], with_unknown(self._item_bias, 0)[items]
        factors = self._user_factors[users] + self._user_sums[users]
        common = np.einsum("nf,nf->n", factors, self._item_factors[items]) * ((users >= 0) & (items >= 0))
        return self.clipped(self._mean + self._scale * (bias + item_bias + common))

    def _fold_in(self, histories: UserItems) -> tuple[Array, Array]:
        """Biases and factors of new people: the sum over their items, and the rest by ridge regression.

        Each rating brings its own share of the L2 weight, as in training.
        """
        sums, ratings = self._sums(histories), (self.ratings_of(histories) - self._mean) / self._scale
        bias, factors = np.zeros(len(histories), np.float32), np.array(sums)
        for row, start in enumerate(histories.indptr[:-1]):
            here = slice(start, histories.indptr[row + 1])
            items = histories.item[here]
            q = self._item_factors[items]
            rest = ratings[here] - self._item_bias[items] - q @ sums[row]
            solution = ridge(np.column_stack([np.ones(len(items)), q]), rest, self.regularization * len(items))
            bias[row] = solution[0]
            factors[row] += solution[1:]
        return bias, factors


def _blocks(order: Array, lengths: Array) -> list[Array]:
    """The users in this order, cut where about `BATCH_RATINGS` ratings have been seen."""
    ends = np.cumsum(lengths[order])
    cuts = np.searchsorted(ends, np.arange(BATCH_RATINGS, ends[-1], BATCH_RATINGS))
    return [block for block in np.split(order, cuts + 1) if lengths[block].any()]
