"""Lists of recommendations that were made elsewhere: a file of user, item, and rank or score."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.data.columns.names import NAMES, likeness
from workbench.data.interactions import Array
from workbench.data.reading.first_rows import Preview, preview
from workbench.data.reading.formats import format_of
from workbench.data.reading.streams import open_text, row_blocks
from workbench.data.reading.text.blocks import ColumnPlan, Converter
from workbench.data.reading.text.cells import restored_ids
from workbench.data.reading.text.source_file import SourceFile, look_at
from workbench.errors import WorkbenchError

RANK = ("rank", "position", "place", "pos", "排名", "名次", "位置")
SCORE = ("score", "prediction", "predicted", "relevance", *NAMES["rating"])


def read_lists(
    path: Path, user_ids: pa.Array, item_ids: pa.Array, who: Array, *, unknown: int
) -> tuple[Array, dict[str, Any]]:
    """Read a file of lists, and order each person's.

    Ids that an export marked as text, so that no spreadsheet executes them, are taken for what they were.

    Parameters
    ----------
    who : int32 (n,)
        Indices in `user_ids` of the people whose lists are wanted.
    unknown
        What stands for an item that is not in the data, below 0.

    Returns
    -------
    items : int32 (n, K)
        Item indices, best first, `unknown` for one that is not in the data, -1 behind the last: by rank where the file
        has one, else by score (equal ones in the order of the file), else in the order of the file. K is the longest list.
    report : dict
        ``rows``, ``ordered_by``, ``without_list`` (people who have none), ``unknown_users``, ``unknown_items`` (rows; an
        unknown item keeps its place in the list and cannot hit), ``repeated`` (an item for the second time, left out).

    Raises
    ------
    WorkbenchError
        If the file cannot be read, or has no list of any of these people.
    """
    file = look_at(path)
    shown = preview(file)
    roles = _roles(path, shown)
    columns = _texts(file, shown, roles)
    if format_of(shown.format).is_text:  # there a text is a text, and nobody marks it
        for role, ids in (("user", user_ids), ("item", item_ids)):
            columns[role] = restored_ids(columns[role], ids)
    order_by = next((role for role in ("rank", "score") if role in roles), "the order of the file")
    people = np.full(len(user_ids) + 1, -1)  # the last one: nobody
    people[who] = np.arange(len(who))
    user = people[_indices(columns["user"], user_ids)]
    item = _indices(columns["item"], item_ids)
    order = np.lexsort((np.arange(len(user)), _keys(path, columns, order_by), user))
    order = order[user[order] >= 0]
    if not len(order):
        raise WorkbenchError(f"{path.name} has no list of any test user. Are its user ids those of the data?")
    # An unknown item counts as itself, so that it is not taken for a repetition of another.
    codes = columns["item"].dictionary_encode().indices.to_numpy(zero_copy_only=False)[order]
    _, first = np.unique(user[order].astype(np.int64) * (codes.max() + 1) + codes, return_index=True)
    kept = order[np.sort(first)]
    row = user[kept]
    place = np.arange(len(row)) - np.searchsorted(row, row)
    items = np.full((len(who), int(place.max()) + 1), -1, np.int32)
    items[row, place] = np.where(item[kept] < 0, unknown, item[kept])
    report = {
        "rows": len(user),
        "ordered_by": order_by,
        "without_list": int(len(who) - len(np.unique(row))),
        "unknown_users": int((_indices(columns["user"], user_ids) < 0).sum()),
        "unknown_items": int((item < 0).sum()),
        "repeated": int(len(order) - len(kept)),
    }
    return items, report


def _roles(path: Path, shown: Preview) -> dict[str, int]:
    """Where user, item, and rank or score stand."""
    names = shown.names
    if len(names) < 2:  # noqa: PLR2004 - a user and an item
        message = f"{path.name} has one column only. A file of lists needs a user and an item in each row"
        raise WorkbenchError(f"{message}, and a rank or a score.")
    if not shown.format.header:
        third = {"rank" if _are_ranks(shown) else "score": 2} if len(names) > 2 else {}  # noqa: PLR2004
        return {"user": 0, "item": 1, **third}
    found: dict[str, int] = {}
    for role, known in (("user", NAMES["user"]), ("item", NAMES["item"]), ("rank", RANK), ("score", SCORE)):
        sure = [0.0 if at in found.values() else likeness(name, known) for at, name in enumerate(names)]
        if max(sure) > 0:
            found[role] = int(np.argmax(sure))
    if not {"user", "item"} <= found.keys():
        message = f"{path.name} has the columns {', '.join(names[:8])}; which are user and item is not clear. "
        raise WorkbenchError(message + "Name them 'user' and 'item', and the third 'rank' or 'score'.")
    return found


def _are_ranks(shown: Preview) -> bool:
    """Whether a third column without a name counts from 1 for each user."""
    seen: dict[str, list[str]] = {}
    for user, value in zip(shown.column(0), shown.column(2), strict=True):
        seen.setdefault(user, []).append(value)
    return all(
        sorted(ranks) == sorted(map(str, range(1, len(ranks) + 1)))
        for ranks in list(seen.values())[:-1] or seen.values()
    )


def _texts(file: SourceFile, shown: Preview, roles: dict[str, int]) -> dict[str, pa.Array]:
    converter = Converter(ColumnPlan(shown.format, len(shown.names), roles, {}))
    pieces: dict[str, list[pa.Array]] = {role: [pa.array([], pa.string())] for role in roles}
    with open_text(file, shown.format) as source:
        for block in row_blocks(source, shown.format):
            if block.data:
                for role, text in converter.texts(block)[0].items():
                    pieces[role].append(text)
    return {role: pa.concat_arrays(texts) for role, texts in pieces.items()}


def _indices(texts: pa.Array, ids: pa.Array) -> Array:
    """Index of each id, -1 where there is no such id."""
    return pc.fill_null(pc.index_in(texts.cast(ids.type), value_set=ids), -1).to_numpy(zero_copy_only=False)


def _keys(path: Path, columns: dict[str, pa.Array], order_by: str) -> Array:
    """By which lists are ordered, least first."""
    if order_by not in columns:
        return np.zeros(len(columns["user"]))
    try:
        numbers = pc.cast(pc.utf8_trim_whitespace(columns[order_by]), pa.float64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid as error:
        message = f"The column '{order_by}' of {path.name} has something that is not a number ({error}). "
        raise WorkbenchError(message + "Correct it, or remove the column if the rows are in order.") from error
    return numbers if order_by == "rank" else -numbers
