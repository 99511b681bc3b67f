"""Ids that tell by their shape whose they are, where columns have no names."""

import re

ITEMS = (
    re.compile(r"B0[0-9A-Z]{8}"),  # numbers of things that a shop sells
    re.compile(r"\d{9}[\dX]"),  # of books
    re.compile(r"97[89]\d{10}"),
    re.compile(r"(item|i|movie|film|product|prod|song|track|book|sku)[_-]?\d+", re.IGNORECASE),
    re.compile(r"tt\d{7,8}"),
)
MIN_SHARE = 0.8


def look_like_items(values: list[str]) -> bool:
    """Whether most values have the shape of ids of items."""
    return sum(any(shape.fullmatch(value) for shape in ITEMS) for value in values) > MIN_SHARE * len(values)


def are_measures(values: list[str]) -> bool:
    """Whether these are measures such as degrees of latitude: numbers with digits behind the point that matter."""
    measured = sum(bool(re.fullmatch(r"\s*[+-]?\d*[.,]\d*[1-9]\d*\s*", value)) for value in values)
    return measured > MIN_SHARE * len(values)
