"""Names by what a person types."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.data.overview.word_index import UNLIKE, WordIndex, distances

FILMS = [
    "Toy Story (1995)", "Toy Story 2 (1999)", "Matrix, The (1999)", "Amélie (2001)", "Shawshank Redemption, The (1994)",
    "Heat (1995)", "Great Escape, The (1963)", None, "千と千尋の神隠し (2001)", "L'Avventura (1960)",
]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("toy stroy", 0), ("matrx", 2), ("amelie", 3), ("AMÉLIE", 3), ("shawshnak redemtion", 4), ("heat", 5),
        ("eat", 5), ("grea esc", 6), ("story toy 2", 1), ("神隠し", 8), ("avventura l", 9), ("hat", None), ("1995x toy", 0),
        ("maxtrxx", None),
    ],
)  # fmt: skip
def test_a_film_is_found_in_spite_of_slips_accents_and_order(query, first):
    found = WordIndex(pa.array(FILMS)).find(query, 5)
    assert (found[0] if len(found) else None) == first


def test_what_is_called_so_comes_first_and_no_id_is_guessed():
    ids = WordIndex(pa.array(["452", "4", "14", "40"]), weight=np.array([9, 1, 8, 7]))
    assert ids.find("4", 9, slips=False).tolist() == [1, 0, 3, 2]
    assert ids.find("4521", 9, slips=False).tolist() == []
    assert WordIndex(pa.array(["B", "A"]), pa.array(["1", "b"])).find("b", 9).tolist() == [0, 1]
    assert WordIndex(pa.array([], pa.string())).find("x", 9).tolist() == []


def slips(a, b):
    """Optimal string alignment by its definition."""
    rows = {(i, 0): i for i in range(len(a) + 1)} | {(0, j): j for j in range(len(b) + 1)}
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            rows[i, j] = min(rows[i - 1, j] + 1, rows[i, j - 1] + 1, rows[i - 1, j - 1] + (a[i - 1] != b[j - 1]))
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                rows[i, j] = min(rows[i, j], rows[i - 2, j - 2] + 1)
    return rows[len(a), len(b)]


@given(
    typed=st.text("abc", min_size=1, max_size=9), words=st.lists(st.text("abc", max_size=10), min_size=1, max_size=5)
)
def test_slips_are_counted_against_a_word_as_far_as_it_was_typed(typed, words):
    most = 0 if len(typed) < 4 else 1 if len(typed) < 8 else 2
    cuts = (len(typed), len(typed) + 1)
    least = [min(slips(typed, word[:cut]) for cut in cuts[: most + 1]) for word in words]
    assert distances(typed, words).tolist() == [one if one <= most else UNLIKE for one in least]
