"""What an algorithm that predicts ratings would take for ratings, though nobody has rated anything: counts, clicks."""

from typing import Any

from workbench.algorithms import Algorithm
from workbench.data.columns.names import COUNTS, likeness

# A rating above is no grade but a count, such as of plays.
HIGHEST_GRADE = 100


def taken_for_ratings(kind: type[Algorithm], about: dict[str, Any]) -> str | None:
    """What to know before an algorithm learns ratings that are none, in a sentence; None where there is nothing to say.

    Parameters
    ----------
    about
        The ``data.json`` of the data: how it was read, and its summary.
    """
    rating, recipe = (about.get("summary") or {}).get("rating"), about.get("recipe") or {}
    if not kind.predicts_ratings or not rating or recipe.get("rating_as", "as is") != "as is":
        return None
    column = str((recipe.get("columns") or {}).get("rating") or "rating")
    span = f"{rating['min']:,.6g} to {rating['max']:,.6g}"
    if _are_counts(column, rating, recipe):
        return (
            f"{kind.title} predicts ratings, and takes the counts in '{column}' ({span}) for them: few large ones decide. "
            "For lists choose an algorithm that learns how much an event is worth, such as ials; to predict, have their "
            "logarithm read (--read rating-as=log)."
        )
    if set(rating.get("levels") or [2.0]) <= {-1.0, 0.0, 1.0}:
        return (
            f"{kind.title} predicts ratings, and takes '{column}' ({span}) for them, which says only whether something was "
            "chosen or liked. For lists choose an algorithm that learns from choices, such as ease, ials or bpr."
        )
    return None


def _are_counts(column: str, rating: dict[str, Any], recipe: dict[str, Any]) -> bool:
    rules = [rule for each in recipe.get("feedback") or [] for rule in each.get("rules") or []]
    by_rule = any(rule.get("effect") == "log" for rule in rules)
    by_name = likeness(column, COUNTS) > 0.5  # noqa: PLR2004 - more than a part of the name
    return by_rule or by_name or rating["max"] > HIGHEST_GRADE
