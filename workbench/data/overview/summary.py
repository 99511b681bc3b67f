"""Interactions at a glance: the figures that the Data page shows."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.control import Control
from workbench.data.columns.times import DAY_MS
from workbench.data.interactions import BATCH_ROWS, Array, Interactions, counted
from workbench.data.overview.sequential_signal import sequential_signal

BARS = 20
POINTS = 100
EXTREMES = 10
YEARS_IN_MONTHS = 6


def iso(milliseconds: int) -> str:
    """A time as ISO 8601, UTC."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(milliseconds))
    return moment.isoformat(timespec="milliseconds" if milliseconds % 1000 else "seconds").replace("+00:00", "Z")


def summarize(data: Interactions, control: Control | None = None) -> dict[str, Any]:
    """Counts, density, ratings, times, order, medians, long tails and the extremes, as plain values for JSON."""
    control = control or Control()
    per_user = counted(data.user, data.n_users, control)
    per_item = counted(data.item, data.n_items, control)
    return {
        "interactions": len(data),
        "users": int((per_user > 0).sum()),
        "items": int((per_item > 0).sum()),
        "density": len(data) / max(data.n_users * data.n_items, 1),
        "median_per_user": _median(per_user),
        "median_per_item": _median(per_item),
        "rating": None if data.rating is None else _ratings(data.rating, control),
        "time": None if data.time is None else _times(data.time, control),
        "order": sequential_signal(data, control),
        **({} if data.weight is None else {"worth": _worth(data.weight, control)}),
        "long_tail": long_tail(per_item),
        "user_tail": long_tail(per_user),
        "per_user": _counts(per_user),
        "per_item": _counts(per_item),
        "extreme_users": _extremes(per_user, data.user_ids),
        "extreme_items": _extremes(per_item, data.item_ids),
    }


def _median(counts: Array) -> float:
    return float(np.median(counts[counts > 0])) if counts.any() else 0.0


def _pieces(values: Array, control: Control) -> Iterator[Array]:
    for start in range(0, len(values), BATCH_ROWS):
        control.check()
        yield values[start : start + BATCH_ROWS]


def _ratings(rating: Array, control: Control) -> dict[str, Any]:
    """Range, mean and histogram: one bar a level where there are few, else bins of equal width."""
    low, high = float(rating.min()), float(rating.max())
    total = sum(float(piece.sum(dtype=np.float64)) for piece in _pieces(rating, control))
    about = {"min": low, "max": high, "mean": total / len(rating)}
    levels = np.unique(rating[:: max(len(rating) // 100_000, 1)])
    counted: dict[float, int] = {}
    for piece in _pieces(rating, control) if len(levels) <= BARS else ():
        for level in pc.value_counts(pa.array(piece)).to_pylist():
            counted[level["values"]] = counted.get(level["values"], 0) + level["counts"]
        if len(counted) > BARS:
            break
    if 0 < len(counted) <= BARS:
        return {**about, "levels": sorted(counted), "counts": [counted[level] for level in sorted(counted)]}
    counts, edges = np.zeros(BARS, np.int64), np.linspace(low, high, BARS + 1)
    for piece in _pieces(rating, control):
        part, edges = np.histogram(piece, BARS, (low, high))
        counts += part
    return {**about, "edges": edges.tolist(), "counts": counts.tolist()}


def _worth(weight: Array, control: Control) -> dict[str, int]:
    """How many interactions are positives, were merely seen, or are dislikes."""
    found = {"positives": 0, "seen": 0, "dislikes": 0}
    for piece in _pieces(weight, control):
        for name, those in (("positives", piece > 0), ("seen", piece == 0), ("dislikes", piece < 0)):
            found[name] += int(np.count_nonzero(those))
    return found


def _times(time: Array, control: Control) -> dict[str, Any]:
    """Range and activity, a bar a month where the span is short, else a year."""
    low, high = int(time.min()), int(time.max())
    about = {"min": iso(low), "max": iso(high)}
    years = (high - low) / (365.25 * DAY_MS)
    unit = "month" if years <= YEARS_IN_MONTHS else "year"
    # Days first: they are counted by division alone, and only days have to be looked up in the calendar.
    first = low // DAY_MS
    per_day = np.zeros(high // DAY_MS - first + 1, np.int64)
    for piece in _pieces(time, control):
        per_day += np.bincount(piece // DAY_MS - first, minlength=len(per_day))
    calendar = (first + np.arange(len(per_day))).astype("datetime64[D]").astype(f"datetime64[{unit[0].upper()}]")
    periods = calendar.astype(np.int64) - calendar[0].astype(np.int64)
    counts = np.bincount(periods, per_day).astype(np.int64)
    labels = np.datetime_as_string(calendar[0] + np.arange(len(counts)))
    return {**about, "unit": unit, "periods": labels.tolist(), "counts": counts.tolist()}


def long_tail(counts: Array) -> list[list[float]]:
    """Share of interactions that the most popular share of items (most active share of users) has: 100 points of both."""
    counts = np.sort(counts)[::-1].astype(np.float64)
    total = counts.sum()
    if not total:
        return []
    share = np.linspace(1 / POINTS, 1, POINTS)
    upto = np.maximum(np.ceil(share * len(counts)).astype(int), 1)
    points: list[list[float]] = np.column_stack([share, np.cumsum(counts)[upto - 1] / total]).tolist()
    return points


def _counts(counts: Array) -> dict[str, Any]:
    """How many users (items) have how many interactions, in bins that double: for a log-log picture."""
    present = counts[counts > 0]
    top = int(present.max(initial=1))
    edges = 2 ** np.arange(int(top).bit_length() + 1)
    return {"min": int(present.min()) if len(present) else 0, "max": top, "edges": edges.tolist(),
            "counts": np.histogram(present, edges)[0].tolist()}  # fmt: skip


def _extremes(counts: Array, ids: Any) -> list[dict[str, Any]]:
    top = np.argsort(-counts, kind="stable")[:EXTREMES]
    return [{"id": ids[int(i)].as_py(), "index": int(i), "count": int(counts[i])} for i in top if counts[i]]
