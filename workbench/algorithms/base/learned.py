"""What an algorithm has learned, as it must be: names, types, shapes and bounds of arrays that come from a file.

A compiled loop believes an array; so what was read is looked through before it is scored with. What the usual names
stand for is declared here, once; an algorithm declares in ``shapes`` what it calls otherwise or keeps in another shape.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

import numpy as np

Array = np.ndarray
LARGEST = 1 << 62
# In bytes: what is computed with. Compiled loops know no others.
SIZES = {"f": (4, 8), "i": (4, 8), "u": (), "b": (1,)}
KINDS = {"f": "numbers", "iu": "whole numbers", "b": "truths"}


@dataclass(frozen=True)
class Learned:
    """How an array must be.

    Attributes
    ----------
    kind : {"f", "iu", "b"}
        Floating point, whole numbers, truths.
    axes : tuple of str
        What each dimension counts: ``users``, ``items``, or any other name, which stands for one length wherever it
        stands; with ``+1`` where there is one more.
    below : str
        An axis or a learned number, or several as in ``items*words``: whole numbers are at least 0 and below it.
    equals : str
        An axis that a number counts.
    ends : str
        An axis that rows divide: where each ends in it, rising from 0 to all of it.
    """

    kind: str
    axes: tuple[str, ...] = ()
    below: str = ""
    equals: str = ""
    ends: str = ""


def floats(*axes: str) -> Learned:
    """Numbers; which of them may be NaN, `Algorithm.gaps` says."""
    return Learned("f", axes)


def indices(*axes: str, below: str = "") -> Learned:
    """Whole numbers from 0 on."""
    return Learned("iu", axes, below)


def row_ends(rows: str, of: str) -> Learned:
    """Where the rows of compressed sparse rows end."""
    return Learned("iu", (f"{rows}+1",), ends=of)


USUAL = {
    **dict.fromkeys(("mean", "scale", "lowest", "highest", "offset", "alpha"), floats()),
    **dict.fromkeys(("epochs_done", "seed"), indices()),
    "n_users": Learned("iu", equals="users"),
    "n_items": Learned("iu", equals="items"),
    **dict.fromkeys(("user_means", "user_bias", "user_bias_squares"), floats("users")),
    **dict.fromkeys(("item_means", "item_bias", "item_bias_squares"), floats("items")),
    **dict.fromkeys(("user_factors", "user_squares", "user_sums"), floats("users", "factors")),
    **dict.fromkeys(("item_factors", "item_squares", "implicit_factors"), floats("items", "factors")),
    "gram": floats("factors", "factors"),
    "strengths": floats("factors"),
    "indptr": row_ends("items", of="entries"),
    "indices": indices("entries", below="items"),
    "data": floats("entries"),
}


def check(state: Mapping[str, Array], shapes: Mapping[str, Learned], n_users: int, n_items: int) -> None:
    """Raise ValueError where an array is missing or is not as declared."""
    sizes = {"users": n_users, "items": n_items}
    for name, wanted in shapes.items():
        if name not in state:
            raise ValueError(f"{name} is missing")
        _check_shape(name, state[name], wanted, sizes)
    for name, wanted in shapes.items():
        _check_values(name, state[name], wanted, sizes | _numbers(state))


def _check_shape(name: str, array: Array, wanted: Learned, sizes: dict[str, int]) -> None:
    if array.dtype.kind not in wanted.kind or array.dtype.itemsize not in SIZES[array.dtype.kind]:
        raise ValueError(f"{name} holds {array.dtype}, not {KINDS[wanted.kind]}")
    if array.ndim != len(wanted.axes):
        raise ValueError(f"{name} has {array.ndim} dimensions, not {len(wanted.axes)}")
    for axis, length in zip(wanted.axes, array.shape, strict=True):
        plain, more, _ = axis.partition("+1")
        known = sizes.setdefault(plain, length - len(more) // 2)
        if length != known + len(more) // 2:
            raise ValueError(f"{name} has the shape {array.shape}, which does not fit {known} {plain}")


def _numbers(state: Mapping[str, Array]) -> dict[str, int]:
    return {name: int(array) for name, array in state.items() if array.ndim == 0 and array.dtype.kind in "iu"}


def _check_values(name: str, array: Array, wanted: Learned, sizes: dict[str, int]) -> None:
    if wanted.kind != "iu" or not array.size:
        return
    least, most = int(array.min()), int(array.max())
    plain, more, _ = wanted.below.partition("+1")
    bound = prod(sizes[axis] for axis in plain.split("*")) + len(more) // 2 if plain else LARGEST
    if wanted.equals and most != sizes[wanted.equals]:
        raise ValueError(f"it is of {most} {wanted.equals}, and the data has {sizes[wanted.equals]}")
    if least < 0 or most >= bound:
        raise ValueError(f"{name} holds {least if least < 0 else most}, beyond 0 to {bound - 1}")
    if wanted.ends and (array[0] != 0 or array[-1] != sizes[wanted.ends] or (array[1:] < array[:-1]).any()):
        raise ValueError(f"{name} does not divide {sizes[wanted.ends]} {wanted.ends}")
