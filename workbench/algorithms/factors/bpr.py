"""BPR, matrix factorization that learns to rank.

Rendle, Freudenthaler, Gantner, Schmidt-Thieme, "BPR: Bayesian Personalized Ranking from Implicit Feedback", UAI 2009,
arXiv:1205.2618. That the unseen item is the highest of several: Zhang, Chen, Wang & Yu, "Optimizing Top-N Collaborative
Filtering via Dynamic Negative Item Sampling", SIGIR 2013.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from workbench.algorithms.base.algorithm import Record
from workbench.algorithms.base.factor_ranker import (
    BATCH_INTERACTIONS,
    OrderLearner,
    declare_factors,
    declare_rate,
    declare_weight,
)
from workbench.algorithms.base.learned import Learned, floats
from workbench.algorithms.base.rating_scale import by_index
from workbench.algorithms.base.threads import even_blocks
from workbench.data.interactions import Interactions
from workbench.declaring import hyperparameter

if TYPE_CHECKING:
    import scipy.sparse as sp

# Squared gradients that each vector begins with: so that first steps are some times the learning rate, and soon smaller.
FIRST_SQUARE = 0.05


class BPR(OrderLearner):
    """Score of an item: user factors · item factors + item bias; a seen item should beat an unseen one.

    For a user u, a seen item i and an unseen item j, with x = score(u, i) - score(u, j), the loss is
    ``-ln sigmoid(x) + regularization / 2 · (|p_u|² + |q_i|² + |q_j|² + b_i² + b_j²)``. j is the highest of some that are
    drawn uniformly: most of all items stand low for anybody already, and teach nothing. Where the user
    dislikes items, or has seen and not chosen them, every other j is one of these: that a liked item is above it is known.

    The defaults were chosen on validation data taken from Gowalla's training set (recall@20 of 2,000 people, 20 epochs):
    4 items drawn 0.152; the highest of 2 0.146; steps in random order instead of person by person 0.149.
    """

    name, title = "bpr", "BPR"
    feedback = ("positives", "dislikes")
    summary = (
        "Gives every user and item a short vector, so that what users chose scores above what they did not. "
        "A solid choice for likes, clicks and purchases, also with very many items. "
        "Its time grows with the interactions, the factors and the epochs."
    )
    reference = "Rendle et al., BPR: Bayesian Personalized Ranking from Implicit Feedback, UAI 2009, arXiv:1205.2618"

    # One for the whole vector of a user or an item.
    shapes: ClassVar[dict[str, Learned]] = {"user_squares": floats("users"), "item_squares": floats("items")}

    factors: int = declare_factors(64)
    epochs: int = hyperparameter(
        30, "Epochs", "Passes over the data. More fit the data better, until they overfit.",
        ge=1, le=10_000, search=(10, 100),
    )  # fmt: skip
    learning_rate: float = declare_rate(0.1)
    regularization: float = declare_weight(0.01)
    drawn: int = hyperparameter(
        4, "Negative samples", "Unseen items drawn for each seen one; the one with the highest score is compared with it. "
        "At 1 this is BPR as first published, which needs many more epochs.",
        ge=1, le=1000, log=True, search=(1, 16),
    )  # fmt: skip

    def settings(self) -> tuple[int, int, float, float, int]:
        return self.epochs, self.factors, self.learning_rate, self.regularization, 0

    def train(self, data: Interactions, seed: int = 0) -> Iterator[Record]:
        from workbench.algorithms.kernels.bpr import learn_pairs

        refused = data.not_chosen.by_user
        data = data.positives
        if not self._epochs_done:
            self._begin(data, self.features(data), seed)
        rows = by_index(data.by_user)
        settings = np.float32(self.learning_rate), np.float32(self.regularization), self.drawn
        for epoch in range(self._epochs_done, self.epochs):
            # Steps are taken on copies: what `state` and `score` see is always the end of an epoch.
            users = np.array(self._user_factors), np.array(self._user_squares)
            items = tuple(
                np.array(array)
                for array in (self._item_factors, self._item_squares, self._item_bias, self._item_bias_squares)
            )
            rng = np.random.default_rng([seed, epoch + 1])
            # Person after person: a vector that steps several times in a row stays near at hand.
            people, state = rng.permutation(data.n_users), rng.integers(2**64, dtype=np.uint64)
            total, done = 0.0, 0
            for block in even_blocks(rows.lengths[people], BATCH_INTERACTIONS):
                if done:
                    yield Record(epoch, self.epochs, total / done, ends_epoch=False, part=done / len(data))
                loss, state = learn_pairs(
                    people[block],
                    (rows.indptr, rows.item),
                    (refused.indptr, refused.item),
                    users,
                    items,
                    settings,
                    np.uint64(state),
                )
                total, done = total + loss, done + int(rows.lengths[people[block]].sum())
            self._user_factors, self._user_squares = users
            self._item_factors, self._item_squares, self._item_bias, self._item_bias_squares = items
            self._epochs_done = epoch + 1
            yield Record(epoch + 1, self.epochs, total / max(len(data), 1))

    def _begin(self, data: Interactions, features: "sp.csr_matrix", seed: int) -> None:
        super()._begin(data, features, seed)
        self._user_squares, self._item_squares, self._item_bias_squares = (
            np.full(n, FIRST_SQUARE, np.float32) for n in (data.n_users, data.n_items, data.n_items)
        )
