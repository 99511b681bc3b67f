"""Who would be the first to be shown an item: those in whose lists it stands highest, whether anybody has met it or not.

Scores of two people are seldom on one scale (somebody with a long history may have high scores everywhere), places in
their lists are; the score decides between people for whom the place is the same.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from workbench.algorithms import Algorithm
from workbench.control import Control
from workbench.data.interactions import Array, UserItems
from workbench.data.side_files.items import Items, read_new_items
from workbench.data.side_files.vectors import read_vectors
from workbench.evaluation.ranking import blocks, scores_for_lists
from workbench.insight.looking import item_json, load
from workbench.training.run import Run

Json = dict[str, Any]
NUMBER = 100


def first_people(run: str, item: str, control: Control, k: int = NUMBER) -> Json:
    """The first people for an item of the data (`people_for`)."""
    opened, algorithm, features = load(Path(run))
    index = opened.data.item_index(item)
    told = item_json(opened.data, features, index) | {"chosen_by": int(opened.fold.train.item_counts[index])}
    return {"algorithm": opened.spec.algorithm, **told, **people_for(opened, algorithm, index, control, k)}


def first_people_of_new(
    run: str,
    item: str,
    items: Path,
    control: Control,
    *,
    vectors: Mapping[str, Path] | None = None,
    k: int = NUMBER,
) -> Json:
    """The first people for an item of a file of items that are not in the data, placed by what is known of it.

    Raises
    ------
    WorkbenchError
        If the algorithm cannot place items, or the file has no such item.
    """
    opened = Run.open(Path(run))
    algorithm, known = opened.trained_algorithm(), opened.data.item_features
    new = read_new_items(items, opened.data.item_ids)
    new = replace(new, vectors={kind: read_vectors(path, new.item_ids)[0] for kind, path in (vectors or {}).items()})
    known = known or Items.unknown(opened.data.item_ids)
    algorithm.add_items(known, new, opened.fold.train.item_counts)
    data = replace(opened.data, item_ids=pa.concat_arrays([opened.data.item_ids, new.item_ids]))
    index = data.item_index(item)
    shown = (known + new).titles([index])[0]
    told = {"item": item, "title": shown, "chosen_by": 0}
    return {
        "algorithm": opened.spec.algorithm,
        **told,
        **people_for(opened, algorithm, index, control, k, new=len(new)),
    }


def people_for(run: Run, algorithm: Algorithm, item: int, control: Control, k: int = NUMBER, *, new: int = 0) -> Json:
    """The `k` people in whose lists an item stands highest; who has it already is not among them.

    `new` items were placed behind those of the data.

    Everybody is scored, block by block, by what lists at the test are made from.

    Returns
    -------
    dict
        ``people``: ``rank``, ``user``, ``place`` of the item in the person's list, ``score``, ``history`` (how many items
        they have); ``asked``, how many people could be shown the item; ``at_top``, in how many of their lists it is among
        the first 10; ``unknown``, people of whom nothing is known, who are left out.
    """
    shown, seen = run.fold.shown_at_test.by_user, run.fold.seen_at_test.by_user
    n, n_items, counts = run.data.n_users, run.data.n_items + new, run.fold.train.item_counts
    popular = np.append(counts, np.zeros(new, counts.dtype))
    found: list[Array] = []
    unknown = 0
    for rows in blocks(n, n_items):
        control.check()
        who = np.arange(n, dtype=np.int32)[rows]
        block, lacking = _places(algorithm, who, shown.rows(rows), seen.rows(rows), popular, item)
        found.append(block)
        unknown += lacking
        control.progress(rows.stop / max(n, 1), f"{min(rows.stop, n):,} people")
    places, scores, users = np.concatenate(found, axis=1)
    best = np.lexsort((users, -scores, places))[:k]
    ids, lengths = run.data.user_ids, shown.lengths
    people = [
        {
            "rank": rank,
            "user": ids[int(users[at])].as_py(),
            "place": int(places[at]),
            "score": float(scores[at]),
            "history": int(lengths[int(users[at])]),
        }
        for rank, at in enumerate(best.tolist(), 1)
    ]
    return {"people": people, "asked": len(places), "at_top": int((places <= 10).sum()), "unknown": unknown}  # noqa: PLR2004 - a list


def _places(
    algorithm: Algorithm, who: Array, histories: UserItems, seen: UserItems, popular: Array, item: int
) -> tuple[Array, int]:
    """Place, score and index of those who could be shown the item, float64 (3, n); and how many nothing is known of."""
    scores, unknown = scores_for_lists(algorithm, who, histories, seen, popular)
    mine = scores[:, item].astype(np.float64)
    able = np.isfinite(mine) & ~unknown
    above = (scores > scores[:, [item]]).sum(axis=1)
    return np.stack([1.0 + above, mine, who.astype(np.float64)])[:, able], int(unknown.sum())
