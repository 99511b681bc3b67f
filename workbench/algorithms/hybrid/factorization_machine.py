"""Factorization machine of second order on users, items and what is known of the items.

Rendle, "Factorization Machines", ICDM 2010.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import PrivateAttr

from workbench.algorithms.base.algorithm import Record
from workbench.algorithms.base.item_features import own_and_shared, with_new
from workbench.algorithms.base.item_vectors import declare_kinds
from workbench.algorithms.base.learned import Learned, floats, indices
from workbench.algorithms.base.rating_scale import SCALE, RatingPredictor, ridge
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.declaring import hyperparameter
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.data.side_files.items import Items

# Ratings between two records: some hundredths of a second of work.
BATCH_RATINGS = 2**16


class FactorizationMachine(RatingPredictor):
    """Rating = mean + a weight for the user, the item and each of its features + a product for each two of these.

    Every one has a vector, and the product of two is that of their vectors. As the user is in each rating once, all
    that concerns the item adds up to one vector and one bias of the item.

    Inside, ratings are centred and divided by their standard deviation, so that the hyperparameters mean the same on
    every scale.
    """

    name, title = "factorization-machine", "Factorization machine"
    summary = (
        "Predicts ratings from users, items and the items' genres, years and titles, and from how each two of these "
        "go together. Also rates items that nobody has rated yet. "
        "Its time grows with the ratings, the factors and the epochs."
    )
    reference = "Rendle, Factorization Machines, ICDM 2010"
    needs = ("ratings", "items")
    places_items = True
    fold_in = "approximate"
    iterative = True
    learned = (
        *(*SCALE, "epochs_done", "user_bias", "user_factors", "bias", "vectors"),
        *("indptr", "indices", "data"),
    )
    shapes: ClassVar[dict[str, Learned]] = {
        "bias": floats("features"),
        "vectors": floats("features", "factors"),
        "indices": indices("entries", below="features"),
    }

    factors: int = hyperparameter(
        64, "Factors", "Length of the vector of a user, an item or a feature. More can tell finer tastes apart.",
        ge=1, le=2000, log=True, search=(8, 200),
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
        0.08, "L2 weight", "Keeps weights and vectors small. Raise it where users rated few items.",
        ge=0, le=10, log=True, search=(0.01, 0.3),
    )  # fmt: skip
    vector_kinds: str = declare_kinds()
    titles: bool = hyperparameter(False, "Titles", "Whether words of titles are features, besides genres and decades.")
    least_items: int = hyperparameter(
        3, "Items per feature", "Features that fewer items have are left out.",
        ge=1, le=10_000, search=(1, 20), advanced=True,
    )  # fmt: skip
    initial_spread: float = hyperparameter(
        0.05, "Initial spread", "Standard deviation of the vectors before the first epoch.", ge=0, le=1, advanced=True
    )

    _epochs_done: int = PrivateAttr(default=0)
    _user_bias: Array  # float32 (n_users,)
    _user_factors: Array  # float32 (n_users, factors)
    _bias: Array  # float32 (n_features,)
    _vectors: Array  # float32 (n_features, factors)
    # Features of items, compressed sparse rows (n_items, n_features).
    _indptr: Array
    _indices: Array
    _data: Array

    def train(self, data: Interactions, seed: int = 0) -> Iterator[Record]:
        from workbench.algorithms.kernels.factors import factorization_machine

        if reason := self.unsuited(data):
            raise WorkbenchError(reason)
        scaled = ((self.learn_scale(data) - self._mean) / self._scale).astype(np.float32)
        if not self._epochs_done:
            self._begin(data, seed)
        features = self._indptr, self._indices, self._data
        rate, weight = np.float32(self.learning_rate), np.float32(self.regularization)
        for epoch in range(self._epochs_done, self.epochs):
            # Steps are taken on copies: what `state` and `score` see is always the end of an epoch.
            users = np.array(self._user_factors), np.array(self._user_bias)
            items = np.array(self._vectors), np.array(self._bias)
            order = np.random.default_rng([seed, epoch + 1]).permutation(len(data))
            squares = 0.0
            for start in range(0, len(data), BATCH_RATINGS):
                if start:
                    part = start / len(data)
                    yield Record(epoch, self.epochs, self._loss(squares, start), ends_epoch=False, part=part)
                rows = order[start : start + BATCH_RATINGS]
                ratings = data.user[rows], data.item[rows], scaled[rows]
                squares += factorization_machine(ratings, features, users, items, rate, weight)
            self._user_factors, self._user_bias = users
            self._vectors, self._bias = items
            self._epochs_done = epoch + 1
            yield Record(epoch + 1, self.epochs, self._loss(squares, len(data)))

    def _begin(self, data: Interactions, seed: int) -> None:
        assert data.item_features is not None  # needs items
        features = own_and_shared(
            data.item_features, titles=self.titles, least_items=self.least_items, vectors=self.vector_kinds
        )
        self._indptr = features.indptr.astype(np.int64)
        self._indices, self._data = features.indices.astype(np.int32), features.data
        met = np.asarray(abs(features).T @ (data.item_counts > 0)).ravel() > 0  # of the others nothing is learned
        draw = np.random.default_rng([seed, 0]).standard_normal
        self._user_factors, self._vectors = (
            (self.initial_spread * draw((len(known), self.factors), np.float32) * known[:, None]).astype(np.float32)
            for known in (data.by_user.lengths > 0, met)
        )
        self._user_bias, self._bias = np.zeros(data.n_users, np.float32), np.zeros(len(met), np.float32)

    def add_items(self, known: "Items", new: "Items", counts: Array) -> None:
        features = self._indptr, self._indices, self._data
        added = with_new(
            features, known, new, titles=self.titles, least_items=self.least_items, vectors=self.vector_kinds
        )
        self._indptr, self._indices, self._data = added

    def _loss(self, squares: float, n: int) -> float:
        """Root mean square of the errors met so far in this epoch, in the units of the ratings."""
        return self._scale * float(np.sqrt(squares / n))

    def _items(self) -> tuple[Array, Array]:
        """Vector (n_items, factors) and bias (n_items,) of each item, its features and their products among them in it."""
        import scipy.sparse as sp

        shape = (len(self._indptr) - 1, len(self._bias))
        x = sp.csr_matrix((self._data, self._indices, self._indptr), shape=shape)
        vectors = x @ self._vectors
        among = (np.square(vectors).sum(axis=1) - x.multiply(x) @ np.square(self._vectors).sum(axis=1)) / 2
        return vectors, x @ self._bias + among

    def score(self, users: Array, histories: UserItems) -> Array:
        vectors, item_bias = self._items()
        bias, factors = self._user_bias[users], self._user_factors[users]
        for row in np.flatnonzero(users < 0):
            bias[row], factors[row] = self._fold_in(histories.rows(np.array([row])), vectors, item_bias)
        scaled = bias[:, None] + item_bias + factors @ vectors.T
        return (np.float32(self._mean) + np.float32(self._scale) * scaled).astype(np.float32, copy=False)

    def predict(self, users: Array, items: Array) -> Array:
        vectors, item_bias = self._items()
        known, real = users >= 0, items >= 0
        common = np.einsum("nf,nf->n", self._user_factors[users], vectors[items])
        scaled = known * self._user_bias[users] + real * item_bias[items] + known * real * common
        return self.clipped(self._mean + self._scale * scaled)

    def _fold_in(self, history: UserItems, vectors: Array, item_bias: Array) -> tuple[Array, Array]:
        """Bias and vector of a new user, all else held fixed: ridge regression; each rating brings its own L2 weight."""
        rest = (self.ratings_of(history) - self._mean) / self._scale - item_bias[history.item]
        x = np.column_stack([np.ones(len(rest)), vectors[history.item]])
        solution = ridge(x, rest, self.regularization * len(rest))
        return solution[0], solution[1:]
