"""Doubts: guesses about a file that could be wrong and would change the result. One file, one kind; no list to edit.

To add one, add a file with one subclass of `DoubtKind` to this folder. It judges by an `Evidence`, which an import fills
from the whole file, and a preview from its beginning: nothing in it grows with the file but arrays that are there anyway.
"""

from functools import cache

from workbench.data.doubts.base.doubt import FEWEST_ROWS, Doubt, DoubtKind, Evidence
from workbench.discovery import declared_in

__all__ = ["Doubt", "DoubtKind", "Evidence", "all_doubts", "doubts_of"]


@cache
def all_doubts() -> list[type[DoubtKind]]:
    """Every kind of doubt, in the order in which they are told."""
    return sorted(declared_in(__name__, __path__, DoubtKind), key=lambda kind: (kind.order, kind.name))


def doubts_of(seen: Evidence) -> list[Doubt]:
    """What is to be doubted; a doubt about who is user and what is item stands alone until it is settled."""
    found = []
    for kind in all_doubts():
        doubt = kind.look(seen) if seen.rows >= FEWEST_ROWS or kind.any_size else None
        if doubt is not None and doubt.settles:
            return [doubt]
        if doubt is not None:
            found.append(doubt)
    return found
