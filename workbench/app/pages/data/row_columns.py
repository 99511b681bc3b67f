"""The columns of the tables on the page Data, by table."""

from functools import partial
from typing import Any

import numpy as np

from workbench.app.pages.data.import_sheet import moment
from workbench.app.pages.data.table_columns import Prepared, of_numbers, of_texts, of_times
from workbench.app.tables.column import Column
from workbench.app.widgets.translate import translate

Json = dict[str, Any]
MAX_FEATURES = 6  # attributes of users
MAX_CHARS, MAX_TIP_CHARS = 200, 2000  # letters of a cell, and of what is shown on hover


def ratings_text(rating: Json | None) -> Any:
    """How to write a rating: with as many digits as the levels of the file have, at most two."""
    levels = (rating or {}).get("levels") or []
    digits = next((d for d in (0, 1, 2) if all(abs(round(v, d) - v) < 1e-6 for v in levels)), 2)  # noqa: PLR2004
    digits = digits if levels else 2
    return lambda value: f"{value:,.{digits}f}"


def of_interactions(all_: Prepared, about: Json) -> tuple[list[Column], int]:
    """All interactions, by user and time."""
    data = all_.data
    columns = [
        of_texts(translate("RowColumns", "User"), lambda: data.user_ids, data.user, lambda: all_.user_ranks[data.user])
    ]
    if all_.items is not None:
        columns.append(
            of_texts(
                translate("RowColumns", "Title"), lambda: all_.names, data.item, lambda: all_.name_ranks[data.item]
            )
        )
    columns.append(
        of_texts(translate("RowColumns", "Item"), lambda: data.item_ids, data.item, lambda: all_.item_ranks[data.item])
    )
    if data.rating is not None:
        text = ratings_text(about.get("summary", {}).get("rating"))
        columns.append(of_numbers(translate("RowColumns", "Rating"), lambda: data.rating, text))
    if data.time is not None:
        columns.append(of_times(translate("RowColumns", "Time"), lambda: data.time, moment))
    return columns, len(data)


def of_users(all_: Prepared, about: Json) -> tuple[list[Column], int]:
    """All users, with what they did."""
    data, starts = all_.data, all_.user_starts
    columns = [
        of_texts(translate("RowColumns", "User"), lambda: data.user_ids, None, lambda: all_.user_ranks),
        of_numbers(translate("RowColumns", "Interactions"), lambda: all_.user_counts, "{:,}".format),
    ]
    if data.rating is not None:
        columns.append(of_numbers(translate("RowColumns", "Mean rating"), lambda: all_.user_means, "{:.2f}".format))
    if data.time is not None:
        last = len(data) - 1
        columns += [
            of_times(translate("RowColumns", "First"), lambda: data.time[np.minimum(starts[:-1], last)], moment),
            of_times(translate("RowColumns", "Last"), lambda: data.time[np.maximum(starts[1:] - 1, 0)], moment),
        ]
    features = data.user_features
    for name in features.names[:MAX_FEATURES] if features is not None else []:
        values = features.attributes[name].combine_chunks()
        columns.append(Column(name[:MAX_CHARS], partial(_taken, values)))
    return columns, data.n_users


def of_items(all_: Prepared, about: Json) -> tuple[list[Column], int]:
    """All items, with what is known of them."""
    data, items = all_.data, all_.items
    columns = [of_texts(translate("RowColumns", "Item"), lambda: data.item_ids, None, lambda: all_.item_ranks)]
    if items is not None:
        columns.insert(0, of_texts(translate("RowColumns", "Title"), lambda: all_.names, None, lambda: all_.name_ranks))
    columns.append(of_numbers(translate("RowColumns", "Interactions"), lambda: all_.item_counts, "{:,}".format))
    if data.rating is not None:
        columns.append(of_numbers(translate("RowColumns", "Mean rating"), lambda: all_.item_means, "{:.2f}".format))
    if items is not None and items.year.null_count < len(items):
        columns.append(
            Column(translate("RowColumns", "Year"), lambda rows: _taken(items.year, rows), lambda: _years(items.year))
        )
    if items is not None and items.genres.null_count < len(items):
        columns.append(Column(translate("RowColumns", "Genres"), lambda rows: _taken(items.genres, rows)))
    return columns, data.n_items


def of_listed(which: str, rows: list[Json]) -> tuple[list[Column], int]:
    """Refused rows, duplicates, or findings about further files: plain values, a dict a row."""
    titles = {
        "refused": {
            "file": translate("RowColumns", "File"),
            "line": translate("RowColumns", "Line"),
            "reason": translate("RowColumns", "Reason"),
            "text": translate("RowColumns", "Text"),
        },
        "duplicates": {
            "file": translate("RowColumns", "File"),
            "line": translate("RowColumns", "Line"),
            "user": translate("RowColumns", "User"),
            "item": translate("RowColumns", "Item"),
            "rating": translate("RowColumns", "Rating"),
            "time": translate("RowColumns", "Time"),
            "outcome": translate("RowColumns", "Outcome"),
        },
        "files": {
            "what": translate("RowColumns", "Kind"),
            "file": translate("RowColumns", "File"),
            "finding": translate("RowColumns", "Finding"),
            "n": translate("RowColumns", "Count"),
            "such": translate("RowColumns", "Examples"),
        },
    }[which]
    columns = []
    for key, title in titles.items():
        values = [row.get(key) for row in rows]
        if (
            key in ("file", "rating", "time")
            and which != "files"
            and not any(value not in (None, "") for value in values)
        ):
            continue
        if key in ("line", "n"):
            columns.append(_numbers(title, [value or 0 for value in values], "{:,}"))
        elif key == "rating":
            columns.append(_numbers(title, [np.nan if value is None else value for value in values], "{:g}"))
        else:
            columns.append(_texts(title, [str(value or "") for value in values]))
    return columns, len(rows)


def _numbers(title: str, values: list[Any], pattern: str) -> Column:
    array = np.array(values)
    return of_numbers(title, lambda: array, pattern.format)


def _texts(title: str, texts: list[str]) -> Column:
    return Column(
        title,
        lambda at: [texts[i][:MAX_CHARS] for i in at.tolist()],
        lambda: texts,
        lambda row: texts[row][:MAX_TIP_CHARS],
    )


def _taken(values: Any, rows: np.ndarray) -> list[str]:
    import pyarrow as pa

    found = values.take(pa.array(rows)).to_pylist()
    return ["" if v is None else ", ".join(v) if isinstance(v, list) else str(v) for v in found]


def _years(values: Any) -> np.ndarray:
    return values.to_numpy(zero_copy_only=False).astype(float)
