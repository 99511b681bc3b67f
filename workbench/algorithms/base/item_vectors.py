"""Vectors of items as algorithms read them: each kind about its mean, of length 1, 0 where an item has none.

A kind whose vectors all point one way, such as histograms of colours, tells little by its angles until its mean is taken
away. Rows of length 1 weigh as much as an item's own feature does.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from workbench.data.interactions import Array
from workbench.data.side_files.items import Items
from workbench.declaring import hyperparameter
from workbench.errors import WorkbenchError

ALL, NONE = "all", "none"
KINDS = "vector_kinds"  # what the hyperparameter of `declare_kinds` is called
BATCH_ROWS = 1 << 14


def declare_kinds(default: str = ALL) -> Any:
    """Declare which kinds of vectors count."""
    text = "Kinds of item vectors that count: all, none, or names with commas between them."
    return hyperparameter(default, "Vectors", text)


def chosen_kinds(asked: str, vectors: Mapping[str, Array]) -> list[str]:
    """The kinds that a hyperparameter names, in the order of the names, each once.

    Raises
    ------
    WorkbenchError
        If the data has no such kind.
    """
    if asked.strip().lower() in ("", ALL, NONE):
        return list(vectors) if asked.strip().lower() == ALL else []
    named = {name.strip() for name in asked.split(",") if name.strip()}
    unknown = sorted(named - vectors.keys())
    if unknown:
        there = f"There are: {', '.join(vectors)}." if vectors else "It has none."
        raise WorkbenchError(f"The data has no item vectors called '{unknown[0]}'. {there} Choose all, none, or names.")
    return [name for name in vectors if name in named]


def rows_by_kind(items: Items, asked: str, known: Items | None = None) -> dict[str, Array]:
    """Rows of each chosen kind, float32 (n_items, n_dimensions), of length 1 about the mean, or 0.

    Parameters
    ----------
    known
        Items whose kinds and means count, where `items` are new ones.
    """
    of = items if known is None else known
    found = {}
    for name in chosen_kinds(asked, of.vectors):
        given = items.vectors.get(name)
        if given is None or given.shape[1] != of.vectors[name].shape[1]:
            given = np.full((len(items), of.vectors[name].shape[1]), np.nan, np.float32)
        found[name] = _unit(given, _mean(of.vectors[name]))
    return found


def dense_rows(items: Items | None, asked: str, known: Items | None = None) -> Array | None:
    """The same side by side, all kinds alike; None where there are none."""
    found = [] if items is None else list(rows_by_kind(items, asked, known).values())
    return np.concatenate(found, axis=1) if found else None


def by_kind(items: Items, asked: str, numbers: Array) -> dict[str, float]:
    """Sums of numbers that stand one beside the other as the columns of `dense_rows` do, kind by kind."""
    found, start = {}, 0
    for name in chosen_kinds(asked, items.vectors):
        width = items.vectors[name].shape[1]
        found[name] = float(np.sum(numbers[start : start + width], dtype=np.float64))
        start += width
    return found


def _mean(vectors: Array) -> Array:
    """The mean of the vectors that are there, float64."""
    total, n = np.zeros(vectors.shape[1]), 0
    for start in range(0, len(vectors), BATCH_ROWS):
        there = vectors[start : start + BATCH_ROWS]
        there = there[np.isfinite(there).all(axis=1)].astype(np.float64)
        total, n = total + there.sum(axis=0), n + len(there)
    return total / max(n, 1)


def _unit(vectors: Array, mean: Array) -> Array:
    rows = np.zeros(vectors.shape, np.float32)
    for start in range(0, len(vectors), BATCH_ROWS):
        given = np.asarray(vectors[start : start + BATCH_ROWS], np.float64)
        there = np.asarray(np.isfinite(given).all(axis=1), bool).reshape(-1)
        about = np.where(there[:, None], given - mean, 0)
        length = np.linalg.norm(about, axis=1, keepdims=True)
        # What is left of vectors that are all the same is rounding.
        length[length <= 1e-6 * max(float(np.linalg.norm(mean)), 1e-30)] = np.inf
        rows[start : start + BATCH_ROWS] = about / length
    return rows
