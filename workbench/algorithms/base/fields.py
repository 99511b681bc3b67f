"""What is known of users and items as fields of features, each field with a vector that is the mean of its features'.

Of an item: itself, genres, decade, and words of the title; of a user, beside what is learned of each alone: every
attribute of the user file. An item that nobody met in training has an empty field for itself, so that its other fields
speak for it; so does what training hides of others now and then (Volkovs, Yu, Poutanen, "DropoutNet", NIPS 2017).
Vectors of items, where the data has some, are one field more, whose vector is a product with what is learned.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pydantic import PrivateAttr

from workbench.algorithms.base.algorithm import Record
from workbench.algorithms.base.item_features import feature_counts
from workbench.algorithms.base.item_vectors import declare_kinds, dense_rows
from workbench.algorithms.base.learned import Learned, floats, indices
from workbench.algorithms.base.pair_scorer import PairScorer
from workbench.data.interactions import Array, Interactions
from workbench.declaring import hyperparameter
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    import scipy.sparse as sp
    from torch import Tensor, nn

    from workbench.data.side_files.items import Items

# Features of one field that count, at most.
MAX_FEATURES = 16
LEARNED = ("item_slots", "item_ends", "n_item_features", "user_slots", "user_ends", "n_user_features", "item_dense")


@dataclass(frozen=True, eq=False)
class Fields:
    """Features of users or items, field by field.

    Attributes
    ----------
    slots : int32 (n, n_slots)
        Numbers of features, `n_features` where a slot is empty.
    ends : int64 (n_fields,)
        The slot behind each field.
    n_features : int
    """

    slots: Array
    ends: Array
    n_features: int


def item_fields(data: Interactions, *, titles: bool, least_items: int) -> Fields:
    """The item itself where somebody met it, genres, decade, and words of the title (where asked for)."""
    assert data.item_features is not None  # needs items
    counts, names = feature_counts(data.item_features, titles=titles, least_items=least_items)
    n_features = data.n_items + len(names)
    itself = np.where(data.item_counts > 0, np.arange(data.n_items), n_features)[:, None]
    return _side_by_side([itself, *_kinds(counts, names, data.n_items, n_features)], n_features)


def _kinds(counts: "sp.csr_matrix", names: list[str], first: int, empty: int) -> list[Array]:
    """Slots of genres, decade and words of the title; the features have numbers from `first` on."""
    columns, kinds = [], np.array([name.split(":")[0] for name in names])
    for kind in ("genre", "decade", "title"):
        own = np.flatnonzero(kinds == kind)
        part = counts[:, own]
        columns.append(_slots(part.indptr, first + own[part.indices], empty))
    return columns


def _as_wide_as(column: Array, other: Array, empty: int) -> Array:
    """Slots cut, or filled with empty ones, to be as many as in another column."""
    width = other.shape[1]
    return np.pad(column[:, :width], ((0, 0), (0, max(0, width - column.shape[1]))), constant_values=empty)


def user_fields(data: Interactions, *, least_users: int) -> Fields:
    """Every attribute of the users, its values of fewer than `least_users` left out; none where there is no file."""
    columns, n_features = [], 0
    names = data.user_features.names if data.user_features else []
    for name in names:
        assert data.user_features is not None
        texts = data.user_features.attributes[name].combine_chunks().dictionary_encode()
        texts = texts.combine_chunks() if hasattr(texts, "combine_chunks") else texts
        code = texts.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        often = np.bincount(code[code >= 0], minlength=1) >= least_users
        number = np.where(often, n_features + np.cumsum(often) - 1, -1)
        columns.append(np.where(code >= 0, number[code], -1)[:, None])
        n_features += int(often.sum())
    columns = [np.where(column < 0, n_features, column) for column in columns]
    return _side_by_side(columns or [np.zeros((data.n_users, 0), np.int64)], n_features)


def _slots(indptr: Array, features: Array, empty: int) -> Array:
    """Rows of features side by side, the first `MAX_FEATURES` of each."""
    lengths = np.diff(indptr)
    place = np.arange(lengths.sum()) - np.repeat(indptr[:-1], lengths)
    slots = np.full((len(lengths), min(MAX_FEATURES, int(lengths.max(initial=0)))), empty, np.int64)
    kept = place < MAX_FEATURES
    slots[np.repeat(np.arange(len(lengths)), lengths)[kept], place[kept]] = features[kept]
    return slots


def _side_by_side(columns: list[Array], n_features: int) -> Fields:
    """One field of each column that has slots; the first column says how many rows there are."""
    kept = [column for column in columns if column.shape[1]]
    ends = np.cumsum([column.shape[1] for column in kept], dtype=np.int64)
    return Fields(np.concatenate(kept or columns[:1], 1).astype(np.int32), ends, n_features)


class FieldScorer(PairScorer):
    """Base of those that score by fields of users and items; not offered itself."""

    needs = ("items",)
    places_items = True
    learned: ClassVar[tuple[str, ...]] = LEARNED
    optional: ClassVar[tuple[str, ...]] = ("item_dense",)
    shapes: ClassVar[dict[str, Learned]] = {
        "item_slots": indices("items", "item slots", below="n_item_features+1"),
        "item_ends": indices("item fields", below="item slots+1"),
        "n_item_features": indices(below="items*item slots+1"),
        "user_slots": indices("users+1", "user slots", below="n_user_features+1"),
        "user_ends": indices("user fields", below="user slots+1"),
        "n_user_features": indices(below="users*user slots+1"),
        "item_dense": floats("items", "dimensions"),
    }

    vector_kinds: str = declare_kinds()
    titles: bool = hyperparameter(True, "Titles", "Whether words of titles are features, besides genres and decades.")
    least: int = hyperparameter(
        3,
        "Min. per feature",
        "Features that fewer items, or fewer users, have are left out.",
        ge=1,
        le=10_000,
        search=(1, 20),
        advanced=True,
    )
    hidden_items: float = hyperparameter(
        0.1,
        "Masked items",
        "Share of items that training treats as unknown, to learn from their features alone.",
        ge=0,
        lt=1,
        search=(0, 0.5),
    )

    # As in `Fields`; users have one row more, which is empty.
    _item_slots: Array
    _item_ends: Array
    _n_item_features: int
    _user_slots: Array
    _user_ends: Array
    _n_user_features: int
    _item_dense: Array | None = PrivateAttr(default=None)  # float32 (n_items, dimensions), of vectors

    def train(self, data: Interactions, seed: int = 0) -> Iterator[Record]:
        if reason := self.unsuited(data):
            raise WorkbenchError(reason)
        if not self._restored:
            self.learn_fields(data)
        yield from super().train(data, seed)

    def learn_fields(self, data: Interactions) -> None:
        """Learn what is known of users and items."""
        items = item_fields(data, titles=self.titles, least_items=self.least)
        users = user_fields(data, least_users=self.least)
        nobody = np.full((1, users.slots.shape[1]), users.n_features, np.int32)  # where index -1 finds it
        self._item_slots, self._item_ends, self._n_item_features = items.slots, items.ends, items.n_features
        self._user_slots, self._user_ends = np.concatenate([users.slots, nobody]), users.ends
        self._n_user_features = users.n_features
        self._item_dense = dense_rows(data.item_features, self.vector_kinds)

    def n_item_fields(self) -> int:
        """How many vectors `of_items` gives."""
        return len(self._item_ends) + (self._item_dense is not None)

    def add_items(self, known: "Items", new: "Items", counts: Array) -> None:
        import torch

        of, names = feature_counts(known, titles=self.titles, least_items=self.least)
        found, empty = feature_counts(new, titles=self.titles, known=names)[0], self._n_item_features
        pairs = zip(_kinds(found, names, len(known), empty), _kinds(of, names, len(known), empty), strict=True)
        itself = np.full((len(new), 1), empty, np.int64)
        added = np.concatenate([itself, *(_as_wide_as(column, other, empty) for column, other in pairs)], 1)
        self._item_slots = np.concatenate([self._item_slots, added.astype(np.int32)])
        self._sizes = (self._sizes[0], len(self._item_slots))
        self._module.item_slots = torch.from_numpy(self._item_slots.astype(np.int64)).to(self._device)
        seen = dense_rows(new, self.vector_kinds, known) if self._item_dense is not None else None
        if self._item_dense is not None and seen is not None:
            self._item_dense = np.concatenate([self._item_dense, seen])
            self._module.item_dense = self.tensor(self._item_dense)

    def others(self, data: Interactions) -> Array:
        """Items that somebody met: the others are not pushed down for being new."""
        return np.flatnonzero(data.item_counts)

    def with_fields(self, parts: "dict[str, nn.Module]", user_width: int, item_width: int) -> "nn.ModuleDict":
        """A module of `parts`, with tables of features; their last row is for empty slots and stays 0."""
        import torch
        from torch import nn

        sizes = {"trait": (self._n_user_features, user_width), "feature": (self._n_item_features, item_width)}
        tables = {name: nn.Embedding(n + 1, width, padding_idx=n) for name, (n, width) in sizes.items()}
        with torch.no_grad():
            for table in tables.values():
                nn.init.normal_(table.weight[:-1], std=0.1)
        module = nn.ModuleDict(parts | tables)
        for name, slots in (("user_slots", self._user_slots), ("item_slots", self._item_slots)):
            module.register_buffer(name, torch.from_numpy(slots.astype(np.int64)), persistent=False)
        if self._item_dense is not None:  # last, so that nothing is drawn otherwise where there are none
            dense = nn.Linear(self._item_dense.shape[1], item_width, bias=False)
            nn.init.normal_(dense.weight, std=0.1)
            module["dense"] = dense
            module.register_buffer("item_dense", torch.from_numpy(np.array(self._item_dense)), persistent=False)
        return module

    def of_users(self, module: Any, users: "Tensor") -> "list[Tensor]":
        """Vectors (n, width) of each field of users int64 (n,), -1 for new people."""
        if not module.training and bool((users < 0).all()):  # so in each step that folds in
            return [module["trait"].weight.new_zeros(len(users), module["trait"].embedding_dim)] * len(self._user_ends)
        return _means(module["trait"], module.user_slots[users], self._user_ends)

    def of_items(self, module: Any, items: "Tensor") -> "list[Tensor]":
        """Vectors (…, width) of each field of items int64 (…), the item itself first, then its vectors where it has any."""
        import torch

        slots = module.item_slots[items]
        if module.training and self.hidden_items:
            hidden = torch.rand(items.shape, device=items.device) < self.hidden_items
            slots[..., 0] = slots[..., 0].masked_fill(hidden, self._n_item_features)
        fields = _means(module["feature"], slots, self._item_ends)
        return fields if self._item_dense is None else [*fields, module["dense"](module.item_dense[items])]


def _means(table: "nn.Embedding", slots: "Tensor", ends: Array) -> "list[Tensor]":
    """The mean vector (…, width) of the features in the slots (…, n_slots) of each field; 0 where all are empty."""
    from torch.nn import functional

    found, start, shape = [], 0, slots.shape[:-1]
    for end in ends.tolist():
        of_field = slots[..., start:end].reshape(-1, end - start)
        mean = functional.embedding_bag(of_field, table.weight, mode="mean", padding_idx=table.padding_idx)
        found.append(mean.reshape(*shape, -1))
        start = end
    return found
