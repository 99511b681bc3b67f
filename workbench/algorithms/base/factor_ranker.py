"""What factor models share that learn the order of items: the loop over epochs, and vectors for new people."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pydantic import PrivateAttr

from workbench.algorithms.base.algorithm import Algorithm, Record
from workbench.algorithms.base.portable import Portable
from workbench.algorithms.base.rating_scale import by_index
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.declaring import hyperparameter

if TYPE_CHECKING:
    import scipy.sparse as sp

# Interactions between two records: some hundredths of a second of work.
BATCH_INTERACTIONS = 2**15
# Adagrad steps, and their size, that find the vector of a new person.
FOLD_IN_STEPS, FOLD_IN_RATE = 20, 0.1

LEARNED = (
    *("epochs_done", "user_factors", "user_squares"),
    *("item_factors", "item_squares", "item_bias", "item_bias_squares"),
)


def declare_factors(default: int) -> Any:
    """Declare the length of vectors."""
    text = "Length of the vector of each user and item. More can tell finer tastes apart."
    return hyperparameter(default, "Factors", text, ge=1, le=4096, search=(16, 256))


def declare_rate(default: float) -> Any:
    """Declare the size of steps."""
    text = "Step size at the start; it shrinks for values that were updated often."
    return hyperparameter(default, "Learning rate", text, gt=0, le=10, log=True, search=(default / 10, default * 5))


def declare_weight(default: float, search: tuple[float, float] = (1e-4, 0.1)) -> Any:
    """Declare what holds factors down."""
    text = "Keeps the factors small. Raise it on sparse data."
    return hyperparameter(default, "L2 weight", text, ge=0, le=1000, log=True, search=search)


class OrderLearner(Algorithm):
    """Base of factor models whose seen items should be above those not seen, by `learn_order`; not offered itself.

    Score of an item: user factors · item vector + item bias.
    """

    fold_in = "approximate"
    iterative: ClassVar[bool] = True
    best_threads: ClassVar[int] = 1  # steps follow one another
    learned: ClassVar[tuple[str, ...]] = LEARNED

    _epochs_done: int = PrivateAttr(default=0)
    _user_factors: Array  # float32 (n_users, factors)
    _item_factors: Array  # float32 (n_features, factors); a feature is an item where there are no others
    _item_bias: Array  # float32 (n_features,)
    # Sums of squared gradients.
    _user_squares: Array
    _item_squares: Array
    _item_bias_squares: Array

    def settings(self) -> tuple[int, int, float, float, int]:
        """Epochs, factors, learning rate, L2 weight and trials (0: BPR)."""
        raise NotImplementedError

    def features(self, data: Interactions) -> "sp.csr_matrix":
        """Features of items that make up their vectors, float32 (n_items, n_features); here one for each item."""
        import scipy.sparse as sp

        return sp.identity(data.n_items, np.float32, "csr")

    def others(self, data: Interactions) -> Array:
        """Items that may be drawn to compare with, int32; here all."""
        return np.arange(data.n_items, dtype=np.int32)

    def vectors(self) -> tuple[Array, Array]:
        """Vectors (n_items, factors) and biases (n_items,) of items."""
        return self._item_factors, self._item_bias

    def item_vectors(self) -> Array:
        return self.vectors()[0]

    def train(self, data: Interactions, seed: int = 0) -> Iterator[Record]:
        from workbench.algorithms.kernels.factors import learn_order

        epochs, _, rate, weight, trials = self.settings()
        matrix = self.features(data)
        if not self._epochs_done:
            self._begin(data, matrix, seed)
        features = matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32), matrix.data.astype(np.float32)
        rows = by_index(data.by_user)
        seen, others = (rows.indptr, rows.item), self.others(data)
        settings = np.float32(rate), np.float32(weight), trials
        for epoch in range(self._epochs_done, epochs):
            # Steps are taken on copies: what `state` and `score` see is always the end of an epoch.
            users = np.array(self._user_factors), np.array(self._user_squares)
            items = tuple(
                np.array(array)
                for array in (self._item_factors, self._item_squares, self._item_bias, self._item_bias_squares)
            )
            rng = np.random.default_rng([seed, epoch + 1])
            order, state = rng.permutation(len(data)), rng.integers(2**64, dtype=np.uint64)
            total = 0.0
            for start in range(0, len(data), BATCH_INTERACTIONS):
                if start:
                    yield Record(epoch, epochs, total / start, ends_epoch=False, part=start / len(data))
                pairs = tuple(side[order[start : start + BATCH_INTERACTIONS]] for side in (data.user, data.item))
                loss, state = learn_order(pairs, seen, others, features, users, items, settings, np.uint64(state))
                total += loss
            self._user_factors, self._user_squares = users
            self._item_factors, self._item_squares, self._item_bias, self._item_bias_squares = items
            self._epochs_done = epoch + 1
            yield Record(epoch + 1, epochs, total / max(len(data), 1))

    def _begin(self, data: Interactions, features: "sp.csr_matrix", seed: int) -> None:
        factors = self.settings()[1]
        draw = np.random.default_rng([seed, 0]).standard_normal
        met = np.asarray(abs(features).T @ (data.item_counts > 0)).ravel() > 0  # features of items that somebody met
        self._user_factors, self._item_factors = (
            (0.1 / factors**0.5 * draw((len(known), factors), np.float32) * known[:, None]).astype(np.float32)
            for known in (data.by_user.lengths > 0, met)
        )
        self._user_squares, self._item_squares = (np.ones_like(x) for x in (self._user_factors, self._item_factors))
        self._item_bias, self._item_bias_squares = np.zeros(len(met), np.float32), np.ones(len(met), np.float32)

    def score(self, users: Array, histories: UserItems) -> Array:
        people, factors, bias = self.factor_scores(users, histories)
        return np.asarray(people @ factors.T + bias, np.float32)

    def factor_scores(self, users: Array, histories: UserItems) -> tuple[Array, Array, Array]:
        factors, bias = self.vectors()
        people = self._user_factors[users]
        people[users < 0] = fold_in(histories.rows(np.flatnonzero(users < 0)), factors, bias, self.settings()[3])
        return people, factors, bias

    def portable(self) -> Portable:
        return of_vectors(*self.vectors(), self._user_factors, self.settings()[3])


def of_vectors(factors: Array, bias: Array, user_factors: Array, weight: float) -> Portable:
    """Vectors of items and people, and how `fold_in` finds those of new ones."""
    facts = {"steps": FOLD_IN_STEPS, "rate": FOLD_IN_RATE, "weight": weight}
    holds = "It names the people of the training data, with a vector of each that tells what they like."
    return Portable("known_people", {"factors": factors, "bias": bias}, facts, user_factors, holds)


def fold_in(histories: UserItems, factors: Array, bias: Array, weight: float) -> Array:
    """Vectors of new people, float32 (n, factors): their items should be above the mean item, all items held fixed.

    The mean of -ln sigmoid(difference) over a history, plus weight / 2 · |p|², is made small by Adagrad; a history
    always gives the same vector, and an empty one gives zeros.
    """
    import scipy.sparse as sp

    lead, head_start = factors - factors.mean(axis=0), bias - bias.mean()
    person = np.repeat(np.arange(len(histories)), histories.lengths)
    share = 1 / histories.lengths[person].astype(np.float32)
    own, head_start = lead[histories.item], head_start[histories.item]
    people = np.zeros((len(histories), factors.shape[1]), np.float32)
    squares = np.zeros_like(people)
    shape = (len(histories), len(factors))
    for _ in range(FOLD_IN_STEPS):
        x = np.einsum("nf,nf->n", people[person], own) + head_start
        pull = (share / (1 + np.exp(np.clip(x, -60, 60)))).astype(np.float32)
        gradient = weight * people - sp.csr_matrix((pull, histories.item, histories.indptr), shape=shape) @ lead
        squares += gradient**2
        people -= (FOLD_IN_RATE * gradient / (np.sqrt(squares) + 1e-10)).astype(np.float32)
    return people
