"""One user in words: what they had, and what their list is."""

import math
from datetime import UTC, datetime
from typing import Any

from workbench.app.tables.item_tables import STARRED
from workbench.app.widgets.translate import translate

Json = dict[str, Any]


def report_on(answer: Json) -> list[str]:
    """What is known of the user, as the job ``recommend`` answers it."""
    history = answer["history"]
    rated = any(entry.get("rating") is not None for entry in history)
    number = answer.get("history_count", len(history))
    one_word, more = (
        (translate("Inspect", "rating"), translate("Inspect", "ratings"))
        if rated
        else (translate("Inspect", "interaction"), translate("Inspect", "interactions"))
    )
    count = f"{number:,} {one_word if number == 1 else more}"
    since = _year(answer.get("history_since"))
    parts = [translate("Inspect", "{count} since {year}").format(count=count, year=since) if since else count]
    mean = answer.get("history_mean")
    if mean is not None and math.isfinite(mean):
        parts.append(translate("Inspect", "mean {mean:.1f}").format(mean=mean))
    if answer.get("known"):
        parts.append(translate("Inspect", "known from training"))
    elif history:
        parts.append(translate("Inspect", "not in training, scored by the history alone"))
    else:
        parts.append(translate("Inspect", "not in training"))
    return parts


def user_without_list(history: list[Json]) -> str:
    """What is known of somebody who was made up."""
    number = len(history)
    if not number:
        return translate("Inspect", "no interactions yet")
    return (
        translate("Inspect", "{n:,} made-up interactions").format(n=number)
        if number > 1
        else translate("Inspect", "1 made-up interaction")
    )


def about_history(answer: Json) -> str:
    """How many of the interactions are shown, and in which order."""
    history = answer["history"]
    number = answer.get("history_count", len(history))
    if not history:
        return ""
    if len(history) < number:
        return translate("Inspect", "the newest {n:,} of {all:,}").format(n=len(history), all=number)
    if history[0].get("time") is None:
        return translate("Inspect", "{n:,}, last in the file first").format(n=number)
    return translate("Inspect", "{n:,}, newest first").format(n=number)


def about_list(items: list[Json], hidden: int) -> str:
    """How many of the hidden items were found."""
    found = sum(bool(item.get("hit")) for item in items)
    return (
        translate("Inspect", "hits: {found} of {n}").format(found=found, n=hidden)
        if hidden
        else translate("Inspect", "no test items")
    )


def no_history(*, of_file: bool = False) -> str:
    """Why a user has none."""
    if of_file:
        return translate("Inspect", "The run knows none of the items that the file has of this user.")
    return translate("Inspect", "This user has no history before the test.")


def popular_instead() -> str:
    """Why a list is not personal."""
    return translate("Inspect", "Nothing is known of this user yet, so these are the most popular items.")


def end_of_stars(low: float | None, high: float | None, history: list[Json]) -> float | None:
    """End of the scale of ratings where they are drawn as stars; None where they are not.

    `low` and `high` are those of all the data, where that is known; else the history's own are taken.
    """
    values = [
        entry["rating"] for entry in history if entry.get("rating") is not None and entry["rating"] == entry["rating"]
    ]
    least = min(values, default=0.0) if low is None else low
    most = max(values, default=0.0) if high is None else high
    if least < 0 or least == most == 1:
        return None
    return next((float(end) for end in STARRED if 1 < most <= end), None)


def _year(milliseconds: int | None) -> str:
    if milliseconds is None:
        return ""
    try:
        return str(datetime.fromtimestamp(milliseconds / 1000, UTC).year)
    except (OverflowError, OSError, ValueError):
        return ""
