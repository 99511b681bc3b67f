"""The words of ``resources/vocabulary``: a file for each language, by meaning, the most telling first."""

import json
from collections.abc import Iterator
from functools import cache

from workbench.resources import resource


def words_of(meaning: str) -> Iterator[list[str]]:
    """Words with a meaning, those of one language after those of another."""
    for language in _languages():
        yield language.get(meaning) or []


@cache
def _languages() -> tuple[dict[str, list[str]], ...]:
    paths = sorted(resource("vocabulary").glob("*.json"))
    return tuple(json.loads(path.read_text(encoding="utf-8")) for path in paths)
