"""Ratings in words become numbers: true and false, "4/5", "5 out of 5 stars", 推荐."""

import re

YES = (
    "true",
    "t",
    "yes",
    "y",
    "like",
    "liked",
    "up",
    "recommended",
    "ja",
    "oui",
    "sí",
    "si",
    "да",
    "是",
    "推荐",
    "はい",
    "예",
)
NO = ("false", "f", "no", "n", "notrecommended", "nein", "non", "нет", "否", "不推荐", "いいえ", "아니오")
YES_NO = dict.fromkeys(YES, 1.0) | dict.fromkeys(NO, 0.0) | dict.fromkeys(("dislike", "disliked", "down"), -1.0)
# Of the five words of a site, the one for four stars is elsewhere the word for yes.
FIVE_WORDS = {"力荐": 5.0, "推荐": 4.0, "还行": 3.0, "较差": 2.0, "很差": 1.0}
OUT_OF = re.compile(
    r"([+-]?\d+(?:[.,]\d+)?)\s*(?:/|out of|von|sur|de|su|из|分の)\s*\d+(?:[.,]\d+)?\s*(?:stars?|sterne)?", re.IGNORECASE
)
STARS = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:stars?|sterne|étoiles|estrellas|stelle|звезд\w*|星|점|分)", re.IGNORECASE)
DRAWN = re.compile(r"(★*)☆*")


def scale_of(values: list[str]) -> dict[str, float]:
    """What words of a column mean, decided once for the column."""
    return FIVE_WORDS if set(values) & (FIVE_WORDS.keys() - YES_NO.keys()) else YES_NO


def number_of(value: str, scale: dict[str, float]) -> float | None:
    """The number that a rating in words says; None where it says none."""
    text = value.strip()
    bare = re.sub(r"[\s_-]+", "", text).lower()
    if bare in scale:
        return scale[bare]
    found = OUT_OF.fullmatch(text) or STARS.fullmatch(text)
    if found:
        return float(found[1].replace(",", "."))
    return float(len(found[1])) if text and (found := DRAWN.fullmatch(text)) else None


def is_graded(values: list[str], share: float = 0.9) -> bool:
    """Whether more than a share of the values are ratings in words."""
    scale = scale_of(values)
    there = [value for value in values if value.strip()]
    return bool(there) and sum(number_of(value, scale) is not None for value in there) > share * len(there)
