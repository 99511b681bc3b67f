"""What filters leave of the data, which several jobs begin with."""

import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.jobs.job import Json

if TYPE_CHECKING:
    from workbench.data.interactions import Interactions


def filtered(data: str, filters: list[Json] | None) -> "tuple[Interactions, Json]":
    """What filters leave, and what each of them left; kept until others are asked for."""
    from workbench.data.data_file import read_about

    stamp = str(read_about(Path(data)).get("hash"))
    return _filtered(Path(data), stamp, json.dumps(filters or [], sort_keys=True))


@lru_cache(maxsize=1)
def _filtered(folder: Path, data_hash: str, filters: str) -> "tuple[Interactions, Json]":
    from workbench.data import filtering
    from workbench.data.interactions import Interactions

    data = Interactions.open(folder)
    left, steps = filtering.apply(filtering.make_filters(json.loads(filters)), data)
    return left, filtering.step_counts(data, steps)
