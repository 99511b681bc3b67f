"""EASE, the closed-form item-item autoencoder.

Steck, "Embarrassingly Shallow Autoencoders for Sparse Data", WWW 2019, arXiv:1905.03375.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import PrivateAttr

from workbench.algorithms.base import gram
from workbench.algorithms.base.algorithm import Algorithm, Record
from workbench.algorithms.base.learned import Learned, floats, indices, row_ends
from workbench.algorithms.base.portable import Portable
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.declaring import hyperparameter
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    import scipy.sparse as sp

# Multiplications that take a moment: what they make is made again rather than saved.
QUICK = 2e8
# Up to so many items double precision takes a moment, and there is nothing to choose.
MANY_ITEMS = 1_000
# Share of their size that weights may be off, so that four digits of a figure stay: on MovieLens 1M NDCG@10 is the same to
# six digits up to 4e-5, and differs in the fifth beyond.
LARGEST_ERROR = 3e-5
INSTEAD = "Sparse EASE, Item kNN or WARP"


class EASE(Algorithm):
    """Ridge regression of every item on all others, solved at once."""

    name, title = "ease", "EASE"
    summary = (
        "Learns how strongly each item predicts each other item, in one exact step. "
        "Fast and hard to beat on catalogues of up to some thousand items. "
        "Memory grows with the square of the catalogue."
    )
    reference = "Steck, Embarrassingly Shallow Autoencoders for Sparse Data, WWW 2019, arXiv:1905.03375"
    fold_in = "exact"
    explains = "exact"
    zero_is_unknown = True
    learned = ("weights", "indptr", "indices", "spread", "scale", "inner")
    shapes: ClassVar[dict[str, Learned]] = {"weights": floats("items", "items")}

    regularization: float = hyperparameter(
        500.0,
        "L2 weight",
        "Keeps the weights small. Raise it on sparse data, lower it where users have long histories.",
        gt=0,
        le=1e7,
        log=True,
        search=(10, 10_000),
        tried=(60, 250, 1000),
    )

    # Learned from many people: float32 (n_items, n_items), zero diagonal, row speaks for column; else (0, 0).
    _weights: Array
    # Learned from few people: their items X (m, n_items), spread A X and scale as in `_solve_by_people`; else empty. Of A
    # the lower triangle, float64 (m (m + 1) / 2,), where A X is made from it in a moment: it is saved in the place of A X.
    _indptr: Array
    _indices: Array
    _spread: Array
    _scale: Array
    _inner: Array
    _arithmetic: str = PrivateAttr(default="")

    @classmethod
    def unsuited(cls, data: Interactions) -> str | None:
        """See `Algorithm.unsuited`; a float32 matrix, worked on in place, must fit, or a float64 one beside it."""
        if reason := super().unsuited(data):
            return reason
        people, n_items = int((data.by_user.lengths > 0).sum()), data.n_items
        by_people = 12 * people * n_items + 16 * people**2
        needed = by_people if gram.few_people(data) else (4 if n_items > MANY_ITEMS else 12) * n_items**2
        return gram.too_large(cls.title, n_items, needed, INSTEAD)

    def diagonal(self, counts: Array) -> Array:
        """What is added to the diagonal of XᵀX, float64 (n_items,), for items that were met `counts` times."""
        return np.full(len(counts), self.regularization)

    def train(self, data: Interactions, seed: int = 0) -> Iterator[Record]:
        if reason := self.unsuited(data):
            raise WorkbenchError(reason)
        none, self._inner = np.zeros(0, np.float32), np.zeros(0)
        self._arithmetic = ""
        if gram.few_people(data):
            self._weights = none.reshape(0, 0)
            self._solve_by_people(data)
        else:
            self._indptr, self._indices = np.zeros(1, np.int64), np.zeros(0, np.int32)
            self._spread, self._scale = none.reshape(0, 0), none
            self._solve_by_items(data)
        yield from ()

    def _solve_by_items(self, data: Interactions) -> None:
        """B = I - P diag(1 / P_jj) with P = (XᵀX + D)⁻¹: equation 8 of the paper."""
        x, diagonal = data.matrix(), self.diagonal(data.item_counts)
        inverse = self._in_single(x, diagonal) if data.n_items > MANY_ITEMS else None
        if inverse is None:
            if reason := gram.too_large(self.title, data.n_items, 12 * data.n_items**2, INSTEAD):
                raise WorkbenchError(f"{reason} {self._arithmetic}".strip())
            inverse = gram.gram_of(x)
            inverse[np.diag_indices_from(inverse)] += diagonal
            gram.invert(inverse, self.title)
        self._weights = gram.weights_of(inverse)

    def _in_single(self, x: "sp.csr_matrix", diagonal: Array) -> Array | None:
        """P in single precision, in half the time and a third of the memory; None where that is not enough."""
        inverse = gram.gram_of(x, np.float32)
        inverse[np.diag_indices_from(inverse)] += diagonal.astype(np.float32)
        off = gram.error_of(inverse, x, diagonal) if gram.inverted(inverse) == 0 else np.inf
        limit = f"{LARGEST_ERROR:.0e} is allowed"
        if off <= LARGEST_ERROR:
            self._arithmetic = (
                f"Single precision, in which the weights are off by about {off:.0e} of their size; {limit}."
            )
            return inverse
        told = (
            f"the weights would be off by about {off:.0e} of their size; {limit}" if off < 1 else "there is no solution"
        )
        self._arithmetic = f"Double precision, because in single precision {told}."
        return None

    def _solve_by_people(self, data: Interactions) -> None:
        """The same B, where people are fewer than items: a matrix of people is inverted, not one of items.

        By the identity of Woodbury, D P = I - Xᵀ A X D⁻¹ with A = (I + X D⁻¹ Xᵀ)⁻¹; so a history h scores
        h - (h - h D⁻¹ Xᵀ A X) / (D_jj P_jj), and neither P nor B is ever made. 671 people and 9,066 items: 1/2,000 of
        the work.
        """
        x = data.by_user.rows(np.flatnonzero(data.by_user.lengths)).matrix(data.n_items)  # (m, n_items)
        diagonal = self.diagonal(data.item_counts)
        scaled = x.astype(np.float64)
        scaled.data /= np.sqrt(diagonal)[scaled.indices]
        inner = gram.gram_of(scaled.T.tocsr())
        inner[np.diag_indices_from(inner)] += 1
        gram.invert(inner, self.title)
        gram.mirror(inner)
        spread = _spread(inner, x)
        left = 1 - np.asarray(x.multiply(spread).sum(axis=0)).ravel() / diagonal  # D_jj P_jj
        self._indptr, self._indices = x.indptr.astype(np.int64), x.indices.astype(np.int32)
        # Row after row: each product would copy it otherwise, 24 MB on the sample.
        self._spread, self._scale = spread.astype(np.float32, order="C"), (1 / left).astype(np.float32)
        self._inner = inner[np.tril_indices(len(inner))] if x.nnz * len(inner) <= QUICK else np.zeros(0)

    def state(self) -> dict[str, Array]:
        state = super().state()
        return state | ({"spread": np.zeros((0, 0), np.float32)} if state["inner"].size else {})

    def restore(self, state: dict[str, Array]) -> None:
        super().restore({"inner": np.zeros(0)} | state)
        if self._inner.size:
            people = len(self._indptr) - 1
            inner = np.zeros((people, people))
            inner[np.tril_indices(people)] = self._inner
            gram.mirror(inner)
            x = UserItems(self._indptr, self._indices).matrix(len(self._scale))
            self._spread = _spread(inner, x).astype(np.float32, order="C")

    def arithmetic(self) -> str:
        return self._arithmetic

    def shapes_of(self, state: dict[str, Array]) -> dict[str, Learned]:
        by_items = "weights" not in state or state["weights"].size > 0
        no_rows = {
            "indptr": Learned("iu", ("one",)),
            "indices": indices("nothing"),
            "spread": floats("none", "nothing"),
        }
        is_short = "inner" in state and state["inner"].size > 0
        by_people = {
            "indptr": row_ends("people", of="entries"),
            "spread": floats("nothing", "nothing") if is_short else floats("people", "items"),
        }
        found = no_rows | {"scale": floats("nothing")} if by_items else by_people | {"scale": floats("items")}
        found |= {} if by_items else {"weights": floats("nothing", "nothing")}
        # Models of before had none.
        return super().shapes_of(state) | found | ({"inner": floats("half")} if "inner" in state else {})

    def score(self, users: Array, histories: UserItems) -> Array:
        if self._weights.size:
            return np.asarray(histories.matrix(len(self._weights)) @ self._weights)
        n_items = len(self._scale)
        h = histories.matrix(n_items)
        own = h.toarray()
        h.data = h.data / self.diagonal(np.bincount(self._indices, minlength=n_items)).astype(np.float32)[h.indices]
        meetings = h @ UserItems(self._indptr, self._indices).matrix(n_items).T  # h D⁻¹ Xᵀ, (n, m)
        return own - (own - meetings @ self._spread) * self._scale

    def portable(self) -> Portable:
        if self._weights.size:
            return Portable("sums", {"weights": self._weights})
        diagonal = self.diagonal(np.bincount(self._indices, minlength=len(self._scale)))
        met = UserItems(self._indptr, self._indices).matrix(len(self._scale)).toarray()  # (m, n_items)
        arrays = {"left": (met / diagonal).T.astype(np.float32), "right": self._spread, "scale": self._scale}
        holds = "The array left tells which items each person of the training data chose, though not who they are."
        return Portable("there_and_back", arrays, holds=holds)


def _spread(inner: Array, x: "sp.csr_matrix") -> Array:
    """A X, float64 (m, n_items), of A (m, m) and X (m, n_items)."""
    return np.asarray((x.T.astype(np.float64) @ inner).T)
