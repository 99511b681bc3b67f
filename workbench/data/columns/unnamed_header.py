"""A first row that holds the names of columns, in words that no vocabulary has."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc


def is_header(ids: Sequence[str], known: pa.Array) -> bool:
    """Whether the first of some ids of a file, in the order of its rows, is the name of their column.

    It is none of those that are `known` while most others are; or it has no digit while all others have, two at least.
    """
    first, others = ids[0] if ids else "", list(ids[1:])
    if not others:
        return False
    found = pc.is_in(pa.array([first, *others], known.type), value_set=known).to_pylist()
    if found[0]:
        return False
    digits = [any(sign.isdigit() for sign in value) for value in (first, *others)]
    return 2 * sum(found[1:]) > len(others) or (len(others) > 1 and not digits[0] and all(digits[1:]))
