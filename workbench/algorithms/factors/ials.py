"""iALS: matrix factorization of choices by alternating least squares.

Hu, Koren & Volinsky, "Collaborative filtering for implicit feedback datasets", ICDM 2008; as in Rendle, Krichene, Zhang &
Koren, "Revisiting the performance of iALS on item recommendation benchmarks", RecSys 2022, arXiv:2110.14037.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import PrivateAttr

from workbench.algorithms.base.algorithm import Algorithm, Record
from workbench.algorithms.base.portable import Portable
from workbench.algorithms.base.threads import allowed, one_thread_each
from workbench.algorithms.factors.alternating_least_squares import Done, Side
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.declaring import hyperparameter
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    import scipy.sparse as sp


class IALS(Algorithm):
    """Factors x of users and y of items that bring x·y to 1 where a user chose an item, and to 0 everywhere else.

    The loss is Σ w (1 - x·y)² over what was chosen, α Σ (x·y)² over the rest, and
    λ Σ_u (n_u + α items)^ν |x|² + λ Σ_i (n_i + α users)^ν |y|², n being numbers of interactions and w the worth of each, 1
    where all are worth the same. The paper tunes α itself; here it is the unobserved weight × interactions (what they are
    worth in all) / (users × items), so that one default suits sparse and dense data.

    People are always solved for exactly from their history, whatever the solver of the training.

    The L2 weight was chosen on validation data taken from training sets (NDCG@10 of 4,000 people, 64 factors, 12 epochs;
    MovieLens 1M's last but one, Gowalla's validation file): 0.003 gave 0.0458 and 0.0656, 0.005 0.0470 and 0.0672, 0.01
    0.0428 and 0.0685. An unobserved weight of 3 gave 0.0443 and 0.0634, of 30 0.0337 and 0.0666 (8 epochs), both at 0.01.
    """

    name, title = "ials", "iALS"
    summary = (
        "Describes users and items by short vectors, learned from what was chosen and, with less weight, from what "
        "was not. Good on any data, quick with any number of users and items, and new users are served exactly."
    )
    reference = "Rendle et al., Revisiting the performance of iALS on item recommendation benchmarks, RecSys 2022"
    fold_in = "exact"
    explains = "exact"
    zero_is_unknown = True
    feedback = ("positives", "weights")
    iterative = True
    learned = ("item_factors", "user_factors", "gram", "alpha", "epochs_done")

    factors: int = hyperparameter(
        64, "Factors", "Length of the vector of a user or an item. More can tell finer tastes apart, and take longer.",
        ge=1, le=2048, log=True, search=(16, 512),
    )  # fmt: skip
    epochs: int = hyperparameter(
        12, "Epochs", "Sweeps over all users and items. A dozen is often enough.",
        ge=1, le=1000, search=(4, 40),
    )  # fmt: skip
    unobserved_weight: float = hyperparameter(
        10.0, "Unobserved weight", "Weight of all unobserved pairs, as a multiple of all observed ones. The first to tune.",
        gt=0, le=1e4, log=True, search=(1, 100), tried=(10, 40, 160),
    )  # fmt: skip
    regularization: float = hyperparameter(
        0.005, "L2 weight", "Keeps the factors small. The second to tune; raise it with more factors.",
        gt=0, le=100, log=True, search=(0.0003, 0.1),
    )  # fmt: skip
    frequency_exponent: float = hyperparameter(
        1.0, "Frequency exponent", "At 1 the L2 weight grows with the interactions of a user or item, at 0 it is constant.",
        ge=0, le=2, search=(0, 1), advanced=True,
    )  # fmt: skip
    rating_weight: float = hyperparameter(
        0.0, "Rating weight", "An interaction weighs 1 + this × log(1 + rating), so that how much or how often matters.",
        ge=0, le=100, search=(0, 10), advanced=True,
    )  # fmt: skip
    solver: Literal["cg", "cholesky", "block"] = hyperparameter(
        "cg", "Solver", "Conjugate gradients (quick), Cholesky (each step exact; slow with many factors), or blocks of "
        "factors (iALS++; for hundreds of factors).",
        advanced=True,
    )  # fmt: skip
    steps: int = hyperparameter(
        2, "Steps", "Conjugate gradient steps for every row in each sweep. More take longer and are more exact.",
        ge=1, le=100, advanced=True, when={"solver": "cg"},
    )  # fmt: skip
    block_size: int = hyperparameter(
        32, "Block size", "Factors that are solved for at once.",
        ge=1, le=256, log=True, advanced=True, when={"solver": "block"},
    )  # fmt: skip
    initial_spread: float = hyperparameter(
        0.1, "Initial spread", "Standard deviation of the length of an item's factors before the first epoch.",
        gt=0, le=1, advanced=True,
    )  # fmt: skip

    _epochs_done: int = PrivateAttr(default=0)
    _alpha: float  # weight of each that was not chosen
    _item_factors: Array  # Y, float32 (n_items, factors)
    _user_factors: Array  # X, float32 (n_users, factors): where the next epoch goes on
    _gram: Array  # YᵀY, float32 (factors, factors)

    def train(self, data: Interactions, seed: int = 0) -> Iterator[Record]:
        threads = allowed()
        if not self._epochs_done:
            self._begin(data, seed)
        if self._epochs_done >= self.epochs:
            return
        matrix = self._weighted(data.by_user, data.n_items)
        people, things = self._side(matrix), self._side(matrix.T.tocsr())
        for epoch in range(self._epochs_done, self.epochs):
            x, y = np.array(self._user_factors), np.array(self._item_factors)
            with one_thread_each():
                for done, _ in self._half(people, y, self._gram, x, threads):
                    yield Record(epoch, self.epochs, ends_epoch=False, part=done / 2)
                loss = 0.0
                for done, more in self._half(things, x, x.T @ x, y, threads):
                    loss += more
                    yield Record(epoch, self.epochs, ends_epoch=False, part=(1 + done) / 2)
                gram, loss = y.T @ y, loss + people.penalty(x)
            self._user_factors, self._item_factors, self._gram = x, y, gram
            self._epochs_done = epoch + 1
            yield Record(epoch + 1, self.epochs, loss / max(1, len(data)))

    def _begin(self, data: Interactions, seed: int) -> None:
        observed = len(data) if data.weight is None else float(data.weight.sum(dtype=np.float64))
        self._alpha = self.unobserved_weight * observed / max(1, data.n_users * data.n_items)
        spread = self.initial_spread / np.sqrt(self.factors)
        y = np.random.default_rng([seed, 0]).standard_normal((data.n_items, self.factors), np.float32)
        y *= np.float32(spread)
        y[data.item_counts == 0] = 0  # nothing is known of them
        self._item_factors, self._gram = y, y.T @ y
        self._user_factors = np.zeros((data.n_users, self.factors), np.float32)

    def _half(self, side: Side, y: Array, gram: Array, x: Array, threads: int) -> Iterator[Done]:
        if self.solver == "cg":
            return side.conjugate(y, gram, x, self.steps, threads)
        if self.solver == "block":
            return side.by_blocks(y, gram, x, self.block_size, threads)
        return side.exact(y, gram, x, threads)

    def _weighted(self, histories: UserItems, n_items: int) -> "sp.csr_matrix":
        """Weights of what was chosen: those of the events, and more for a high rating where that is wanted."""
        matrix = histories.matrix(n_items)
        if self.rating_weight and histories.rating is not None:
            matrix.data = matrix.data * (1 + np.float32(self.rating_weight) * np.log1p(np.maximum(histories.rating, 0)))
        return matrix

    def _side(self, matrix: "sp.csr_matrix") -> Side:
        return Side.of(matrix, self._alpha, self.regularization, self.frequency_exponent)

    def score(self, users: Array, histories: UserItems) -> Array:
        x, y, _ = self.factor_scores(users, histories)
        return x @ y.T

    def factor_scores(self, users: Array, histories: UserItems) -> tuple[Array, Array, None]:
        x = np.zeros((len(histories), self._item_factors.shape[1]), np.float32)
        side = self._side(self._weighted(histories, len(self._item_factors)))
        threads = allowed()
        with one_thread_each():
            for _ in side.exact(self._item_factors, self._gram, x, threads):
                pass
        return x, self._item_factors, None

    def contributions(self, history: UserItems, item: int) -> Array:
        """x·y_j = Σ w_i y_jᵀ A⁻¹ y_i over the history, A being the matrix that x is solved for with."""
        weights = self._weighted(history, len(self._item_factors)).data.astype(np.float64)
        y = self._item_factors[history.item].astype(np.float64)
        ridge = self._side(history.matrix(len(self._item_factors))).ridges[0]
        a = self._alpha * self._gram.astype(np.float64) + (y.T * (weights - self._alpha)) @ y
        a[np.diag_indices_from(a)] += ridge
        return np.asarray(weights * (y @ np.linalg.solve(a, self._item_factors[item].astype(np.float64))))

    def portable(self) -> Portable:
        if self.rating_weight:
            message = (
                f"{self.title} with a rating weight cannot be taken along: it reads how each item was rated, and a "
            )
            raise WorkbenchError(message + "history for use elsewhere is a list of items. Train it with 0.")
        facts = {name: getattr(self, name) for name in ("regularization", "frequency_exponent")}
        arrays = {"factors": self._item_factors, "gram": self._gram}
        return Portable("least_squares", arrays, {**facts, "unobserved": float(self._alpha)})
