"""What is known of items, as a sparse matrix of features: words of titles, genres, decades, numbers of vectors."""

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from workbench.algorithms.base.item_vectors import dense_rows
from workbench.data.interactions import Array
from workbench.data.side_files.items import Items
from workbench.data.words import words

if TYPE_CHECKING:
    import scipy.sparse as sp


def feature_counts(
    items: Items,
    *,
    titles: bool = True,
    genres: bool = True,
    decades: bool = True,
    least_items: int = 1,
    known: list[str] | None = None,
) -> tuple["sp.csr_matrix", list[str]]:
    """How often each item has each feature.

    Parameters
    ----------
    titles, genres, decades
        Which kinds of features there are. Words of titles are features of their own (``title:war``), so that a genre
        is not taken for a word.
    least_items
        Features of fewer items are left out.
    known
        The features that there are, of other items; these have no others.

    Returns
    -------
    counts : float32 (n_items, n_features)
    names : list of str
        Of the features, in alphabetical order.
    """
    import scipy.sparse as sp

    rows: list[Counter[str]] = [Counter() for _ in range(len(items))]
    if titles:
        for row, title in zip(rows, items.title.to_pylist(), strict=True):
            row.update(f"title:{word}" for word in words(title or ""))
    if genres:
        for row, own in zip(rows, items.genres.to_pylist(), strict=True):
            row.update({f"genre:{genre.strip().casefold()}" for genre in own or [] if genre and genre.strip()})
    if decades:
        for row, year in zip(rows, items.year.to_pylist(), strict=True):
            if year is not None:
                row[f"decade:{year // 10 * 10}"] += 1
    items_with = Counter(feature for row in rows for feature in row)
    names = sorted(feature for feature, n in items_with.items() if n >= least_items) if known is None else known
    number = {name: n for n, name in enumerate(names)}
    kept = [[(number[feature], n) for feature, n in row.items() if feature in number] for row in rows]
    entries = np.array([entry for row in kept for entry in sorted(row)], np.int64).reshape(-1, 2)
    indptr = np.concatenate([[0], np.cumsum([len(row) for row in kept], dtype=np.int64)])
    shape = (len(items), len(names))
    return sp.csr_matrix((entries[:, 1].astype(np.float32), entries[:, 0], indptr), shape=shape), names


def unit_rows(matrix: "sp.csr_matrix") -> "sp.csr_matrix":
    """Each row divided by its length, rows of zeros left alone; float32."""
    import scipy.sparse as sp

    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    per_entry: Array = np.repeat(np.where(lengths > 0, lengths, 1), np.diff(matrix.indptr))
    return sp.csr_matrix(((matrix.data / per_entry).astype(np.float32), matrix.indices, matrix.indptr), matrix.shape)


def own_and_shared(items: Items, *, titles: bool, least_items: int, vectors: str = "none") -> "sp.csr_matrix":
    """Features of hybrid models: each item itself, then what it shares with others, then its vectors.

    float32 (n_items, n_items + n_features); what is shared has length 1 for each item, like the item itself, and so has
    each kind of vectors.
    """
    import scipy.sparse as sp

    counts, _ = feature_counts(items, titles=titles, least_items=least_items)
    seen = dense_rows(items, vectors)
    blocks = [sp.identity(len(items), np.float32), shared(counts)]
    return sp.hstack(blocks if seen is None else [*blocks, sp.csr_matrix(seen)], format="csr")


def with_new(
    features: tuple[Array, Array, Array],
    known: Items,
    new: Items,
    *,
    titles: bool,
    least_items: int,
    vectors: str = "none",
) -> tuple[Array, Array, Array]:
    """Rows of `own_and_shared` with those of new items behind them, of which only what they share is known.

    `features` and what is given back are ends of rows, columns and values.
    """
    indptr, columns, data = features
    names = feature_counts(known, titles=titles, least_items=least_items)[1]
    import scipy.sparse as sp

    found = shared(feature_counts(new, titles=titles, known=names)[0])
    seen = dense_rows(new, vectors, known)
    if seen is not None:
        found = sp.hstack([found, sp.csr_matrix(seen)], format="csr")
    return (
        np.concatenate([indptr, indptr[-1] + found.indptr[1:].astype(np.int64)]),
        np.concatenate([columns, (len(known) + found.indices).astype(np.int32)]),
        np.concatenate([data, found.data]),
    )


def shared(counts: "sp.csr_matrix") -> "sp.csr_matrix":
    """Which features each item has, rows of length 1; float32 (n_items, n_features)."""
    counts.data[:] = 1
    return unit_rows(counts)
