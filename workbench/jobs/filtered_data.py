"""What filters leave of the data, which several jobs begin with."""

import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.files import read_json
from workbench.jobs.job import Json

if TYPE_CHECKING:
    from workbench.data.interactions import Interactions


def filtered(data: str, filters: list[Json] | None) -> "tuple[Interactions, Json]":
    """What filters leave, and what each of them left; kept until others are asked for."""
    data_hash = read_json(Path(data) / "data.json")["hash"]
    return _filtered(Path(data), data_hash, json.dumps(filters or [], sort_keys=True))


@lru_cache(maxsize=1)
def _filtered(folder: Path, data_hash: str, filters: str) -> "tuple[Interactions, Json]":
    from workbench.data import filtering
    from workbench.data.interactions import Interactions

    data = Interactions.open(folder)
    left, steps = filtering.apply(filtering.make_filters(json.loads(filters)), data)
    return left, filtering.step_counts(data, steps)
