"""Matrix factorization of ratings with user and item biases, by stochastic gradient descent.

Koren, Bell & Volinsky, "Matrix factorization techniques for recommender systems", IEEE Computer 42(8), 2009; Funk,
"Netflix update: try this at home", 2006.
"""

from collections.abc import Iterator

import numpy as np
from pydantic import PrivateAttr

from workbench.algorithms.base.algorithm import Algorithm, Record
from workbench.algorithms.base.threads import even_blocks
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.declaring import hyperparameter

# Ratings between two records: about a hundredth of a second of work at 100 factors.
BATCH_RATINGS = 2**18


class BiasedSVD(Algorithm):
    """Rating = mean + user bias + item bias + product of a user's and an item's factors.

    Inside, ratings are centred and divided by their standard deviation, so that the hyperparameters mean the same on
    every scale.
    """

    name, title = "biased-svd", "Biased SVD"
    summary = (
        "Predicts ratings from what a user and an item have in common beyond both averages. "
        "The first choice where the task is to predict ratings; for lists of items, others are better. "
        "Quick: its time grows with the ratings, the factors and the epochs."
    )
    reference = (
        "Koren, Bell & Volinsky, Matrix factorization techniques for recommender systems, IEEE Computer 42(8), 2009"
    )
    needs = ("ratings",)
    feedback = ("ratings",)
    fold_in = "approximate"
    predicts_ratings = True
    iterative = True
    learned = (
        *("mean", "scale", "lowest", "highest", "epochs_done"),
        *("user_bias", "item_bias", "user_factors", "item_factors"),
    )

    # Defaults measured on the five folds of MovieLens 100K: RMSE 0.910 (Surprise's defaults, 20 epochs at rate 0.005
    # and weight 0.02: 0.942).
    factors: int = hyperparameter(
        100, "Factors", "Length of the vector of a user or an item. More can tell finer tastes apart.",
        ge=1, le=2000, log=True, search=(10, 300),
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

    _mean: float
    _scale: float  # standard deviation of the ratings
    _lowest: float
    _highest: float
    _epochs_done: int = PrivateAttr(default=0)
    _user_bias: Array  # float32 (n_users,)
    _item_bias: Array  # float32 (n_items,)
    _user_factors: Array  # float32 (n_users, factors)
    _item_factors: Array  # float32 (n_items, factors)

    def train(self, data: Interactions, seed: int = 0) -> Iterator[Record]:
        from workbench.algorithms.kernels.ratings import sgd_with_biases  # loads the compiler, where it is needed

        if not self._epochs_done:
            self._begin(data, seed)
        rate, weight = np.float32(self.learning_rate), np.float32(self.regularization)
        histories = data.by_user
        rows = (histories.indptr.astype(np.int64), np.array(histories.item, np.int32), self._scaled(data))
        for epoch in range(self._epochs_done, self.epochs):
            # Steps are taken on copies: what `state` and `score` see is always the end of an epoch.
            biases = (np.array(self._user_bias), np.array(self._item_bias))
            factors = (np.array(self._user_factors), np.array(self._item_factors))
            # Person by person, in an order drawn anew: as good as all ratings shuffled, and a person's factors stay near.
            order = np.random.default_rng([seed, epoch + 1]).permutation(data.n_users)
            squares, done = 0.0, 0
            for block in even_blocks(histories.lengths[order], BATCH_RATINGS):
                if done:
                    part = done / len(data)
                    yield Record(epoch, self.epochs, self._loss(squares, done), ends_epoch=False, part=part)
                squares += sgd_with_biases(order[block], rows, biases, factors, rate, weight)
                done += int(histories.lengths[order[block]].sum())
            self._user_bias, self._item_bias = biases
            self._user_factors, self._item_factors = factors
            self._epochs_done = epoch + 1
            yield Record(epoch + 1, self.epochs, self._loss(squares, len(data)))

    def _begin(self, data: Interactions, seed: int) -> None:
        assert data.rating is not None  # needs ratings
        self._mean = float(np.mean(data.rating, dtype=np.float64))
        self._scale = float(np.std(data.rating, dtype=np.float64)) or 1.0
        self._lowest, self._highest = float(np.min(data.rating)), float(np.max(data.rating))
        draw = np.random.default_rng([seed, 0]).standard_normal
        counts = (np.bincount(data.user, minlength=data.n_users), data.item_counts)
        factors = [self.initial_spread * draw((len(n), self.factors), np.float32) for n in counts]
        for side, n in zip(factors, counts, strict=True):
            side[n == 0] = 0  # nothing is known of them
        self._user_factors, self._item_factors = factors
        self._user_bias, self._item_bias = (np.zeros(len(n), np.float32) for n in counts)

    def _scaled(self, data: Interactions) -> Array:
        assert data.rating is not None
        return ((data.rating - self._mean) / self._scale).astype(np.float32)

    def _loss(self, squares: float, n: int) -> float:
        """Root mean square of the errors met so far in this epoch, in the units of the ratings."""
        return self._scale * float(np.sqrt(squares / n))

    def score(self, users: Array, histories: UserItems) -> Array:
        bias, factors = self._user_bias[users], self._user_factors[users]
        for row in np.flatnonzero(users < 0):
            bias[row], factors[row] = self._fold_in(histories, int(row))
        return self._rating(bias[:, None] + self._item_bias + factors @ self._item_factors.T)

    def predict(self, users: Array, items: Array) -> Array:
        known, real = (users >= 0).astype(np.float32), (items >= 0).astype(np.float32)
        common = np.einsum("nf,nf->n", self._user_factors[users], self._item_factors[items])
        scaled = known * self._user_bias[users] + real * self._item_bias[items] + known * real * common
        return np.clip(self._rating(scaled), self._lowest, self._highest)

    def _rating(self, scaled: Array) -> Array:
        return (np.float32(self._mean) + np.float32(self._scale) * scaled).astype(np.float32, copy=False)

    def _fold_in(self, histories: UserItems, row: int) -> tuple[Array, Array]:
        """Bias and factors that fit a history best, the items held fixed: ridge regression.

        Each rating brings its own share of the L2 weight, as in training. A history without ratings counts as liked:
        one standard deviation above the mean.
        """
        here = slice(histories.indptr[row], histories.indptr[row + 1])
        items = histories.item[here]
        rating = (
            np.ones(len(items)) if histories.rating is None else (histories.rating[here] - self._mean) / self._scale
        )
        x = np.column_stack([np.ones(len(items)), self._item_factors[items]]).astype(np.float64)  # (n, 1 + factors)
        weight = max(self.regularization * len(items), 1e-6)
        gram = x.T @ x + weight * np.eye(x.shape[1])
        solution = np.linalg.solve(gram, x.T @ (rating - self._item_bias[items]))
        return solution[0], solution[1:]
