"""Sorting millions of numbers by their digits: much faster than by comparing, and it can be given up on the way."""

import numpy as np

from workbench.control import Control
from workbench.data.interactions import Array

DIGIT = 16  # bits: numpy sorts numbers of so many by counting
SMALL = 100_000  # below, comparing is as quick


def order_of(keys: Array, *, falling: bool = False, control: Control | None = None) -> Array:
    """The order that sorts numbers, equal ones in their own order (falling: in the opposite), NaN last either way.

    Parameters
    ----------
    keys
        Whole numbers, truth values or floats (n,).
    control
        Asked between two digits whether to go on.

    Returns
    -------
    int32 or int64 (n,)
    """
    control = control or Control()
    control.check()
    if len(keys) < SMALL or keys.dtype.kind not in "iuf":
        order = np.argsort(keys, kind="stable")
    else:
        order = _by_digits(_whole(keys), control)
    order = order[::-1] if falling else order
    if keys.dtype.kind == "f":
        missing = np.isnan(keys)
        if missing.any():
            gone = missing[order]
            order = np.concatenate([order[~gone], order[gone]])
    return order


def _whole(keys: Array) -> Array:
    """Numbers that count from 0 and are ordered as these are, unsigned (n,)."""
    if keys.dtype.kind == "f":
        keys = np.where(np.isnan(keys), keys.dtype.type(np.nan), keys)  # NaN has many patterns: one will do
        bits = np.ascontiguousarray(keys + keys.dtype.type(0)).view(f"u{keys.dtype.itemsize}")  # -0 becomes 0
        sign = bits.dtype.type(1 << (8 * bits.dtype.itemsize - 1))
        # As bits, negative floats are ordered backwards and above the others.
        keys = np.where(bits & sign, ~bits, bits | sign)
    unsigned = np.dtype(f"u{keys.dtype.itemsize}")
    # Wraps around where the range is wider than half of the type, and is right for that.
    return keys.view(unsigned) - keys.min().astype(unsigned)


def _by_digits(keys: Array, control: Control) -> Array:
    """The lowest digit first; each pass leaves alone what it finds equal."""
    small = np.int32 if len(keys) < 2**31 else np.int64
    top = int(keys.max())
    order: Array | None = None
    for shift in range(0, max(1, top.bit_length()), DIGIT):
        control.check()
        digit = (keys >> keys.dtype.type(shift)).astype(np.uint16)
        control.check()
        step = np.argsort(digit if order is None else digit[order], kind="stable").astype(small)
        order = step if order is None else order[step]
    assert order is not None
    return order
