"""Users and items of some data by what a person types."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from workbench.data.data_file import read_about
from workbench.data.interactions import Array, Interactions
from workbench.data.overview.word_index import WordIndex
from workbench.data.side_files.items import Items


def item_names(data: Interactions, items: Items | None) -> WordIndex:
    """Titles of all items, their ids where they have none, and their ids besides."""
    names = data.item_ids if items is None else pc.coalesce(items.title, items.item_ids.cast(pa.string()))
    return WordIndex(names, data.item_ids, data.item_counts)


@lru_cache(maxsize=1)
def searchable(folder: Path, data_hash: str) -> tuple[Interactions, WordIndex, WordIndex]:
    """The data of a folder with its users and its items to search in, kept for the next letter that is typed."""
    data = Interactions.open(folder)
    return data, WordIndex(data.user_ids, weight=data.by_user.lengths), item_names(data, data.item_features)


def find_users(folder: Path, query: str, limit: int = 50) -> list[dict[str, Any]]:
    """Users whose id is the query, begins with it, or holds it, in this order; then those of most interactions."""
    data, users, _ = searchable(folder, str(read_about(folder).get("hash")))
    return users_json(data, users.find(query, limit, slips=False))


def users_json(data: Interactions, indices: Array) -> list[dict[str, Any]]:
    """What is shown of some users."""
    ids, counts = data.user_ids.take(pa.array(indices)).to_pylist(), data.by_user.lengths[indices].tolist()
    return [{"user": user, "interactions": n} for user, n in zip(ids, counts, strict=True)]
