import numpy as np
import pyarrow as pa

from workbench.algorithms.base.item_features import feature_counts, unit_rows
from workbench.data.side_files.items import Items


def facts():
    kinds = (pa.string(), pa.string(), pa.int16(), pa.list_(pa.string()))
    columns = (
        ["a", "b", "c", "d"],
        ["War and War, part 2", "L'été à Paris", None, "War"],
        [1999, None, None, 2000],
        [["War", "Drama "], ["drama", "", None], None, ["Drama", "drama"]],
    )
    return Items(*(pa.array(column, kind) for column, kind in zip(columns, kinds, strict=True)))


def test_counts_by_hand():
    counts, names = feature_counts(facts())
    expected = {
        "decade:1990": [1, 0, 0, 0],
        "decade:2000": [0, 0, 0, 1],
        "genre:drama": [1, 1, 0, 1],
        "genre:war": [1, 0, 0, 0],
        "title:2": [1, 0, 0, 0],
        "title:paris": [0, 1, 0, 0],
        "title:part": [1, 0, 0, 0],
        "title:war": [2, 0, 0, 1],
        "title:été": [0, 1, 0, 0],
    }
    assert names == list(expected)
    np.testing.assert_array_equal(counts.toarray(), np.array(list(expected.values())).T)


def test_kinds_and_rare_features_can_be_left_out():
    assert feature_counts(facts(), genres=False, decades=False, least_items=2)[1] == ["title:war"]
    counts, names = feature_counts(facts(), titles=False, genres=False, decades=False)
    assert names == []
    assert counts.shape == (4, 0)


def test_unit_rows_have_length_one_or_stay_zero():
    lengths = np.linalg.norm(unit_rows(feature_counts(facts())[0]).toarray(), axis=1)
    np.testing.assert_allclose(lengths, [1, 1, 0, 1], atol=1e-6)
