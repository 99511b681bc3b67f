"""Logistic matrix factorization.

Johnson, "Logistic Matrix Factorization for Implicit Feedback Data", NIPS 2014 Workshop on Distributed Machine Learning
and Matrix Computations.
"""

from collections.abc import Iterator

import numpy as np
from pydantic import PrivateAttr

from workbench.algorithms.base.algorithm import Algorithm, Record
from workbench.algorithms.base.factor_ranker import declare_factors, declare_rate, declare_weight, fold_in, of_vectors
from workbench.algorithms.base.portable import Portable
from workbench.algorithms.base.rating_scale import by_index, transposed
from workbench.algorithms.base.threads import allowed, even_blocks, spread
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.declaring import hyperparameter

# Products of two vectors between two records: some hundredths of a second of work.
BATCH_PRODUCTS = 2**20
FOLD_IN_WEIGHT = 0.01  # L2 weight of the vectors of new people


class LogisticMF(Algorithm):
    """Chance that a user chooses an item: the logistic function of user factors · item factors + both biases.

    Users and items take turns; each step of a side follows the gradient over all its interactions and some pairs drawn
    at random that never met (the paper: all of them), with Adagrad's rates. As every pair is as likely to be drawn, rows
    get as many of them whatever their interactions, and so biases can tell how popular an item is. They begin there.
    """

    name, title = "logistic-mf", "Logistic MF"
    summary = (
        "Gives every user and item a short vector that says how likely an interaction is. "
        "For clicks, plays and purchases; its steps are independent, so that it uses all cores."
    )
    reference = "Johnson, Logistic Matrix Factorization for Implicit Feedback Data, NIPS 2014 Workshop"
    fold_in = "approximate"
    iterative = True
    learned = (
        *("epochs_done", "user_factors", "user_squares", "user_bias", "user_bias_squares"),
        *("item_factors", "item_squares", "item_bias", "item_bias_squares"),
    )

    factors: int = declare_factors(32)
    epochs: int = hyperparameter(
        60, "Epochs", "Passes over users and items. More fit the data better, until they overfit.",
        ge=1, le=10_000, search=(20, 200),
    )  # fmt: skip
    learning_rate: float = declare_rate(0.1)
    regularization: float = declare_weight(5.0, (0.1, 50))
    # Chosen on validation data of the sample, MovieTweetings, Last.fm and Gowalla.
    confidence: float = hyperparameter(
        2.0,
        "Confidence",
        "How much more an interaction counts than a pair without one.",
        gt=0,
        le=1e4,
        log=True,
        search=(0.3, 40),
    )
    negatives: int = hyperparameter(
        10,
        "Negative samples",
        "Pairs without an interaction, drawn for each interaction. More are more exact, and take longer.",
        ge=1,
        le=1000,
        search=(2, 50),
    )

    _epochs_done: int = PrivateAttr(default=0)
    _user_factors: Array  # float32 (n_users, factors)
    _item_factors: Array  # float32 (n_items, factors)
    _user_bias: Array  # float32 (n_users,)
    _item_bias: Array  # float32 (n_items,)
    # Sums of squared gradients.
    _user_squares: Array
    _item_squares: Array
    _user_bias_squares: Array
    _item_bias_squares: Array

    def train(self, data: Interactions, seed: int = 0) -> Iterator[Record]:
        if not self._epochs_done:
            self._begin(data, seed)
        rows = by_index(data.by_user)
        ones = np.ones(len(rows.item), np.float32)
        matrices = {
            "user": (rows.indptr, rows.item),
            "item": transposed((rows.indptr, rows.item, ones), data.n_items)[:2],
        }
        for epoch in range(self._epochs_done, self.epochs):
            starts = np.random.default_rng([seed, epoch + 1]).integers(2**64, size=2, dtype=np.uint64)
            # Steps are taken on copies: what `state` and `score` see is always the end of an epoch.
            sides = {side: self._parts(side) for side in ("user", "item")}
            total, count = 0.0, 0
            for turn, (side, other) in enumerate((("user", "item"), ("item", "user"))):
                fixed = sides[other][0], sides[other][2]
                for loss, n, done in self._turn(matrices[side], sides[side], fixed, starts[turn]):
                    total, count = total + loss, count + n
                    part = (turn + done) / 2
                    yield Record(epoch, self.epochs, total / max(count, 1), ends_epoch=False, part=part)
            for side, parts in sides.items():
                for name, value in zip(("factors", "squares", "bias", "bias_squares"), parts, strict=True):
                    setattr(self, f"_{side}_{name}", value)
            self._epochs_done = epoch + 1
            yield Record(epoch + 1, self.epochs, total / max(count, 1))

    def _begin(self, data: Interactions, seed: int) -> None:
        draw = np.random.default_rng([seed, 0]).standard_normal
        for side, counts in (("user", data.by_user.lengths), ("item", data.item_counts)):
            factors = 0.1 * draw((len(counts), self.factors), np.float32) * (counts > 0)[:, None]
            setattr(self, f"_{side}_factors", factors.astype(np.float32))
            setattr(self, f"_{side}_squares", np.ones_like(factors, np.float32))
            setattr(self, f"_{side}_bias", np.zeros(len(counts), np.float32))
            setattr(self, f"_{side}_bias_squares", np.ones(len(counts), np.float32))
        # Where the loss is least while all factors are zero.
        met = self.confidence * data.item_counts
        odds = met / (data.item_counts + _drawn(self.negatives, data.item_counts))
        self._item_bias[met > 0] = np.log(odds[met > 0])

    def _parts(self, side: str) -> tuple[Array, ...]:
        return tuple(
            np.array(getattr(self, f"_{side}_{name}")) for name in ("factors", "squares", "bias", "bias_squares")
        )

    def _turn(
        self, matrix: tuple[Array, Array], own: tuple[Array, ...], fixed: tuple[Array, Array], start: np.uint64
    ) -> Iterator[tuple[float, int, float]]:
        """One step of one side; gives loss, terms and the share that is done, block by block."""
        from workbench.algorithms.kernels.factors import logistic_rows

        lengths = np.diff(matrix[0])
        drawn = _drawn(self.negatives, lengths)
        settings = (*(np.float32(x) for x in (self.learning_rate, self.regularization, self.confidence)), drawn)
        blocks = even_blocks(lengths + drawn + 1.0, BATCH_PRODUCTS)

        def work(rows: slice) -> tuple[float, int]:
            return logistic_rows((rows.start, rows.stop), matrix, own, fixed, settings, start)

        for rows, (loss, count) in zip(blocks, spread(work, blocks, allowed()), strict=True):
            yield loss, count, rows.stop / len(lengths)

    def score(self, users: Array, histories: UserItems) -> Array:
        people, items, bias = self.factor_scores(users, histories)
        return np.asarray(people @ items.T + bias, np.float32)

    def factor_scores(self, users: Array, histories: UserItems) -> tuple[Array, Array, Array]:
        people = self._user_factors[users]
        new = histories.rows(np.flatnonzero(users < 0))
        people[users < 0] = fold_in(new, self._item_factors, self._item_bias, FOLD_IN_WEIGHT)
        return people, self._item_factors, self._item_bias

    def portable(self) -> Portable:
        return of_vectors(self._item_factors, self._item_bias, self._user_factors, FOLD_IN_WEIGHT)


def _drawn(negatives: int, lengths: Array) -> int:
    """How many pairs are drawn for each row."""
    return max(1, round(negatives * lengths.sum() / max(1, np.count_nonzero(lengths))))
