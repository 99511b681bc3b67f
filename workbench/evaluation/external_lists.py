"""Lists that were made elsewhere, judged by the same code on the same fold."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from workbench.data.importing.recommendation_lists import read_lists
from workbench.data.splitting import Fold, Split
from workbench.evaluation.evaluate import CUTOFFS, evaluate_lists
from workbench.evaluation.protocol import describe_protocol
from workbench.metrics.inputs import UNKNOWN


def evaluate_file(
    lists: Path,
    fold: Fold,
    split: Split,
    data_hash: str,
    *,
    metrics: Sequence[str] | None = None,
    cutoffs: Sequence[int] = CUTOFFS,
    relevant_from: float | None = None,
    variants: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Judge a file of lists on the test part of a fold.

    Returns
    -------
    dict
        As of a run: ``metrics``, ``users``, ``protocol``, ``seconds``; and ``file``, what was in it. A person without a
        list is judged by an empty one. ``file`` tells how many listed items the person had before: the workbench would
        have left them out, and they cannot hit.
    """
    part, data = fold.test, fold.data
    items, report = read_lists(lists, data.user_ids, data.item_ids, part.who, unknown=UNKNOWN)
    result = evaluate_lists(
        items,
        part,
        data.n_items,
        metrics=metrics,
        cutoffs=cutoffs,
        relevant_from=relevant_from,
        train=fold.train,
        variants=variants,
    )
    protocol = describe_protocol(split, result.protocol, result.users, data_hash, 0) | {
        "candidates": "as the file was made",
        "masked": "as the file was made",
        "made_by": lists.name,
    }
    row = np.repeat(np.arange(len(part), dtype=np.int64), part.seen.lengths)
    known = np.arange(len(part))[:, None] * data.n_items + items
    again = int(np.isin(known[items >= 0], row * data.n_items + part.seen.item).sum())
    return {
        "metrics": result.metrics,
        "users": result.users,
        "protocol": protocol,
        "seconds": round(result.seconds, 4),
        "file": {**report, "seen": again},
    }
