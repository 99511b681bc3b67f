"""Users by a part of their id."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.data.interactions import Interactions


def find_users(data: Interactions, query: str, limit: int = 50) -> list[dict[str, Any]]:
    """Users whose id holds the query; those who start with it first, then by number of interactions."""
    lengths = data.by_user.lengths
    holds = pc.match_substring(data.user_ids, query, ignore_case=True) if query else None
    found = np.arange(data.n_users) if holds is None else np.flatnonzero(holds.to_numpy(zero_copy_only=False))
    ids = data.user_ids.take(pa.array(found))
    starts = pc.starts_with(ids, query).to_numpy(zero_copy_only=False)
    order = np.lexsort((-lengths[found], ~starts))[:limit]
    return [{"user": ids[int(at)].as_py(), "interactions": int(lengths[found[at]])} for at in order]
