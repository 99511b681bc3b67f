"""Names by what a person types: exactly, by the beginnings of their words, by a part of them, or in spite of a slip.

A name is found by its words, so a query is compared with each word that occurs, once, and not with each name: 100,000
titles of films have 20,000 words. Where typing slips, the distance is the optimal string alignment of rapidfuzz: letters
left out, added, replaced, and neighbours that changed places.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.data.interactions import Array

# Letters of a word from which on one slip is forgiven, and two.
ONE_SLIP, TWO_SLIPS = 4, 8
# How a name was found, best first. Slips come last, and only where nothing else is found.
EXACT, BEGINS, WORDS, PART, SLIPS = range(5)
MAX_QUERY_CHARS = 200
# After every letter that continues a word.
LAST = "\U0010ffff"
# As many slips as this make another word.
UNLIKE = 1000


def plain(names: pa.Array) -> pa.Array:
    """Names in small letters and without accents, so that "amelie" finds "Amélie"; string (n,)."""
    text = pc.utf8_normalize(pc.utf8_lower(pc.fill_null(names.cast(pa.string()), "")), form="NFKD")
    return pc.replace_substring_regex(text, r"\p{Mn}", "")


class WordIndex:
    """Finds names (n,) by a query.

    Parameters
    ----------
    names
        What is searched, string (n,). Null is never found.
    ids
        Other names of the same things, string (n,), by which they are found only when typed exactly.
    weight
        Which of equally good ones comes first, larger first, (n,).
    """

    def __init__(self, names: pa.Array, ids: pa.Array | None = None, weight: Array | None = None) -> None:
        self.ids = None if ids is None else ids.cast(pa.string())
        self._given = names
        self.weight = np.zeros(len(names)) if weight is None else np.asarray(weight)

    @cached_property
    def names(self) -> pa.Array:
        """What is searched, as it is compared."""
        return plain(self._given)

    @cached_property
    def _words(self) -> tuple[list[str], Array, Array]:
        """Words that occur, sorted; where the names of each begin, int64 (words + 1,); and those names, int32."""
        parts = pc.split_pattern_regex(self.names, r"[^\p{L}\p{N}]+")
        parts = parts.combine_chunks() if isinstance(parts, pa.ChunkedArray) else parts
        coded = pc.list_flatten(parts).dictionary_encode()
        order = pc.sort_indices(coded.dictionary).to_numpy()
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order))
        word = place[coded.indices.to_numpy()]
        starts = np.r_[0, np.cumsum(np.bincount(word, minlength=len(order)))]
        names = pc.list_parent_indices(parts).to_numpy()[np.argsort(word, kind="stable")]
        return coded.dictionary.take(pa.array(order)).to_pylist(), starts, names

    def find(self, query: str, limit: int, *, slips: bool = True) -> Array:
        """Places of the names that fit a query, best first, int64 (at most `limit`,); the heaviest where it is empty.

        With `slips`, names that only nearly fit are found where none fits: right for titles, wrong for ids.
        """
        typed = plain(pa.array([query[:MAX_QUERY_CHARS].strip()]))[0].as_py()
        words = [word for word in re.split(r"[\W_]+", typed) if word]
        tier, missed = np.full(len(self.names), SLIPS + 1, np.int8), np.zeros(len(self.names), np.int16)
        if words:
            tier[self._all_begin(words)] = WORDS
        if np.count_nonzero(tier == WORDS) < limit:
            tier[(tier > WORDS) & _yes(pc.match_substring(self.names, typed))] = PART
        if self.ids is not None:
            tier[_yes(pc.equal(self.ids, query.strip()))] = EXACT
        found = np.flatnonzero(tier <= PART)
        names = self.names.take(pa.array(found))
        tier[found[_yes(pc.starts_with(names, typed))]] = BEGINS
        tier[found[_yes(pc.equal(names, typed))]] = EXACT
        if slips and words and not len(found):
            missed = self._slips(words)
            found = np.flatnonzero(missed >= 0)
        order = np.lexsort((found, -self.weight[found], missed[found], tier[found]))[:limit]
        return found[order]

    def _all_begin(self, words: Sequence[str]) -> Array:
        """Which names have, for each word typed, one that begins with it; bool (n,)."""
        known, starts, names = self._words
        every = np.ones(len(self.names), bool)
        for typed in words:
            has = np.zeros(len(every), bool)
            has[names[starts[bisect_left(known, typed)] : starts[bisect_left(known, typed + LAST)]]] = True
            every &= has
        return every

    def _slips(self, words: Sequence[str]) -> Array:
        """Fewest slips by which each name has all words typed, int16 (n,); -1 where it has not."""
        known, starts, names = self._words
        total = np.zeros(len(self.names), np.int16)
        for typed in words:
            least, distance = np.full(len(total), UNLIKE, np.int16), distances(typed, known)
            near = np.flatnonzero(distance < UNLIKE)
            for word in near[np.argsort(-distance[near], kind="stable")].tolist():
                least[names[starts[word] : starts[word + 1]]] = distance[word]
            total = np.minimum(total + least, UNLIKE)
        return np.where(total < UNLIKE, total, -1)


def distances(typed: str, words: Sequence[str]) -> Array:
    """Slips between what was typed and each word, or its beginning, int16 (n,); `UNLIKE` where they are too many."""
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import cdist

    most = 0 if len(typed) < ONE_SLIP else 1 if len(typed) < TWO_SLIPS else 2
    # A word may begin with what was typed: it is compared as far as that goes, and a letter further for one left out.
    cuts = [[word[:letters] for word in words] for letters in (len(typed), len(typed) + 1)[: most + 1]]
    found = [cdist([typed], cut, scorer=OSA.distance, score_cutoff=most, dtype=np.int16)[0] for cut in cuts]
    least = np.minimum.reduce(found)
    return np.where(least <= most, least, UNLIKE).astype(np.int16)


def _yes(found: pa.Array) -> Array:
    return np.asarray(pc.fill_null(found, False).to_numpy(zero_copy_only=False))
