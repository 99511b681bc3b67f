"""What people call the columns of their files, in the languages of ``resources/vocabulary``."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from typing import Annotated

from pydantic import Field

from workbench.data.columns.vocabulary import words_of

Words = Mapping[str, float]
ColumnName = str | Annotated[int, Field(ge=0)]
"""What a column is called; or its position (from 0), where the file has no header."""


def plain(name: str) -> str:
    """A name without case, blanks, marks, accents, and the type that RecBole writes behind a colon."""
    bare = re.sub(r"[\W_]+", "", re.sub(r":(token|float|token_seq|float_seq)$", "", name.strip())).lower()
    return bare if bare.isascii() else "".join(map(_without_accent, unicodedata.normalize("NFC", bare)))


def _without_accent(letter: str) -> str:
    """A Latin letter without its accent; others as they are."""
    first = unicodedata.normalize("NFD", letter)[:1]
    return first if first.isascii() else letter


def _known(meaning: str) -> dict[str, float]:
    """Words with a meaning and how sure each is, 0.84 to 0.99."""
    found: dict[str, float] = {}
    for words in words_of(meaning):
        for rank, word in enumerate(words):
            found.setdefault(plain(word), 0.99 - 0.15 * rank / len(words))
    return found


# Names that say it all, by role.
NAMES: Mapping[str, Words] = {role: _known(role) for role in ("user", "item", "rating", "time")}
TITLE, YEAR, GENRES, TEXT = (_known(meaning) for meaning in ("title", "year", "genres", "text"))
# A name with one of these is about a user or an item, and not its id.
ABOUT = tuple(_known("about"))
# Names of ratings that count how often, rather than say how much.
COUNTS = _known("counts")


def likeness(name: str, known: Collection[str]) -> float:
    """How sure a name is to mean what `known` names mean, 0 to 1; the first of a sequence are the most telling."""
    bare = plain(name)
    if bare in known:
        return known[bare] if isinstance(known, Mapping) else 0.99 - 0.15 * list(known).index(bare) / len(known)
    if any(word in bare for word in ABOUT):
        return 0.0
    if any(len(word) > 3 and (bare.startswith(word) or bare.endswith(word)) for word in known):  # noqa: PLR2004
        return 0.5
    return 0.0


def is_known(name: str) -> bool:
    """Whether a name is one that people give to a column."""
    return any(plain(name) in known for known in (*NAMES.values(), TITLE, YEAR, GENRES))
