"""People who are not in the data: their histories, from a file of their interactions, in the items of the data."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.control import Control
from workbench.data.columns.unnamed_header import is_header
from workbench.data.filtering import Filter
from workbench.data.importing import roles
from workbench.data.importing.importer import read_interactions
from workbench.data.importing.recipes import Recipe, guess_recipe
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.data.reading.first_rows import preview
from workbench.data.reading.sniffing import sniff
from workbench.data.reading.text.source_file import SourceFile, look_at
from workbench.data.splitting.base.feedback import Declared, shown_as
from workbench.errors import WorkbenchError

EXAMPLES = 5


@dataclass(frozen=True, eq=False)
class Newcomers:
    """People of a file, and what is known of them.

    Attributes
    ----------
    ids : pyarrow string array (n,)
        Their own ids, in the order of the file.
    histories : UserItems (n rows)
        What an algorithm is shown.
    seen : UserItems (n rows)
        What is left out of their lists: all that they met, also what they disliked.
    told : dict
        For JSON: ``people``; ``in_data``, how many of their ids are in the data too; ``without_history``; ``rows``,
        ``refused_count``; ``unknown_rows`` and ``unknown_items``, of items that the data has not, with ``examples``;
        ``columns``, which were read, and ``guessed``, whether the file is of another shape than that of the data;
        ``scale``, least and greatest rating of the data, None where it has none; ``off_scale``, rows rated beyond it; and
        ``mean_taken``, whether the mean of the data stands for ratings that the file has not.
    """

    ids: pa.Array
    histories: UserItems
    seen: UserItems
    told: dict[str, Any]


def read_newcomers(
    path: Path,
    data: Interactions,
    recipe: Recipe | None,
    declared: Declared,
    filters: Sequence[Filter] = (),
    control: Control | None = None,
    *,
    item_ids: pa.Array | None = None,
) -> Newcomers:
    """Read histories as the data itself was read; their people are new, whatever their ids are.

    Parameters
    ----------
    data
        What a run works with: its items, and whether it has ratings and times.
    recipe
        How that was read, None where that is not known. A file of another shape is read by a guess, and by the rules of
        what an event is worth that the recipe has for columns of this file.
    declared
        What the algorithm reads of the worth of events.
    filters
        Of the run; those that say which interactions speak for a person hold for these people, too.
    item_ids
        Of all items where there are more than in the data, behind those: items that were placed.

    Raises
    ------
    WorkbenchError
        As in an import.
    """
    file = look_at(path)
    used, guessed = _recipe_for(file, recipe, data.item_ids if item_ids is None else item_ids)
    read, report, used = read_interactions(file, used, control=control)
    known = np.asarray(
        pc.fill_null(pc.index_in(read.item_ids, value_set=data.item_ids if item_ids is None else item_ids), -1),
        np.int64,
    )
    item = known[read.item].astype(np.int32)
    met = replace(_alike(read.by_user, data), item=item).where(item >= 0)
    missing = np.flatnonzero(known < 0)
    told = {
        "people": read.n_users,
        "in_data": int(pc.sum(pc.is_in(read.user_ids, value_set=data.user_ids)).as_py() or 0),
        "rows": report.rows,
        "refused_count": report.refused_count,
        "unknown_rows": int((item < 0).sum()),
        "unknown_items": len(missing),
        "examples": read.item_ids.take(pa.array(missing[:EXAMPLES])).to_pylist(),
        "columns": used.columns.model_dump(),
        "guessed": guessed,
        "scale": _scale(data),
        "off_scale": _off_scale(read, data),
        "mean_taken": data.rating is not None and read.rating is None,
    }
    histories = shown_as(_speaking(met, filters), declared)
    told["without_history"] = int((histories.lengths == 0).sum())
    return Newcomers(read.user_ids, histories, replace(met, weight=None), told)


def _recipe_for(file: SourceFile, recipe: Recipe | None, item_ids: pa.Array) -> tuple[Recipe, bool]:
    """The recipe where the file has its shape and columns; else a guess, and that it is one."""
    layout = sniff(file, {})
    shown = preview(file, layout)
    said: dict[str, Any] = {}
    if not layout.header:
        alike = recipe is not None and not recipe.format.header
        columns = recipe.columns if recipe is not None and alike else guess_recipe(file)[0].columns
        item = roles.position(columns.item, shown)
        if is_header(shown.column(item), item_ids):
            said = {"header": True}
            layout = sniff(file, said)
            shown = preview(file, layout)
    if recipe is not None and (layout.kind, layout.header) == (recipe.format.kind, recipe.format.header):
        try:
            roles.positions(recipe.columns, shown)
        except WorkbenchError:
            pass
        else:
            packed = (layout.delimiter, layout.encoding) == (recipe.format.delimiter, recipe.format.encoding)
            as_it_lies = {"compression": layout.compression, "member": layout.member, "table": layout.table}
            read = recipe.format.model_copy(update=as_it_lies) if packed else shown.format
            return recipe.model_copy(update={"format": read}), False
    guess, problem = guess_recipe(file, read=said)
    users, items = (shown.column(roles.position(of, shown)) for of in (guess.columns.user, guess.columns.item))
    if problem and not (_are_known(items, item_ids) and len(set(users)) < len(users)):
        message = f"{file.name} has other columns than the data of the run, and {problem[:1].lower()}{problem[1:]}"
        raise WorkbenchError(message)
    if recipe is None:
        return guess, True
    same: dict[str, Any] = {"ids": recipe.ids, "rating_as": recipe.rating_as}
    if recipe.feedback and all(told.column in shown.names for told in recipe.feedback):
        same |= {"feedback": recipe.feedback, "duplicates": recipe.duplicates}
    return guess.model_copy(update=same), not _called_alike(guess, recipe)


def _called_alike(guess: Recipe, recipe: Recipe) -> bool:
    """Whether the columns that were found are called as those of the data: then nothing was guessed of them."""
    found, known = guess.columns.model_dump(), recipe.columns.model_dump()
    return all(isinstance(name, str) and name == known[role] for role, name in found.items() if name is not None)


def _are_known(ids: list[str], item_ids: pa.Array) -> bool:
    """Whether most of some ids are of items of the data: then they are, whatever else may be odd of the file."""
    found = pc.sum(pc.is_in(pa.array(ids, item_ids.type), value_set=item_ids)).as_py() or 0
    return bool(2 * found > len(ids))


def _scale(data: Interactions) -> list[float] | None:
    return [float(data.rating.min()), float(data.rating.max())] if data.rating is not None and len(data) else None


def _off_scale(read: Interactions, data: Interactions) -> int:
    """How many ratings are below or above all of the data."""
    scale = _scale(data)
    if scale is None or read.rating is None:
        return 0
    return int(((read.rating < scale[0]) | (read.rating > scale[1])).sum())


def _alike(rows: UserItems, data: Interactions) -> UserItems:
    """Histories with ratings and times where the data has them; where unknown, the mean rating, and steps of time."""
    rating, time = rows.rating, rows.time
    if data.rating is None:
        rating = None
    elif rating is None:
        rating = np.full(len(rows.item), data.rating.mean() if len(data) else 0, np.float32)
    if data.time is None:
        time = None
    elif time is None:
        newest = int(data.time.max()) if len(data) else 0
        time = newest + 1 + np.arange(len(rows.item)) - np.repeat(rows.indptr[1:], rows.lengths)
    return replace(rows, rating=rating, time=time)


def _speaking(rows: UserItems, filters: Sequence[Filter]) -> UserItems:
    """Interactions that the filters of a run would let speak for a person."""
    kept: Array = np.ones(len(rows.item), bool)
    for each in filters:
        if each.of_taste:
            kept &= each.keeps(_as_interactions(rows))
    return rows if kept.all() else rows.where(kept)


def _as_interactions(rows: UserItems) -> Interactions:
    user = np.repeat(np.arange(len(rows), dtype=np.int32), rows.lengths)
    nobody = pa.array([], pa.string())
    return Interactions(user, rows.item, nobody, nobody, rows.rating, rows.time, weight=rows.weight)
