"""Vector kNN against brute force: cosines one pair at a time."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from tests.golden import interactions
from workbench.algorithms.content import vector_knn
from workbench.algorithms.content.vector_knn import VectorKNN
from workbench.data.side_files.items import Items
from workbench.errors import WorkbenchError
from workbench.insight.explaining import explain

RNG = np.random.default_rng(2)
N = 14
KINDS = {"a": RNG.normal(size=(N, 3)) + 4, "b": RNG.normal(size=(N, 6)), "c": np.ones((N, 2))}


def data_with(kinds, n_items=N - 2):
    user, item = np.nonzero(np.random.default_rng(1).random((9, n_items)) < 0.4)
    data = interactions(user, item, 9, n_items)
    vectors = {name: np.array(rows, np.float32) for name, rows in kinds.items()}
    vectors["a"][[2, 5]] = np.nan
    vectors["a"][3, 1] = np.nan  # half a vector is none
    return replace(data, item_features=replace(Items.unknown(data.item_ids), vectors=vectors))


def by_hand(data, names, neighbours, power):
    """Similarity of item i (column: heard) for item j (row: speaks), in float64, pair by pair."""
    kinds = [data.item_features.vectors[name].astype(float) for name in names]
    kinds = [rows - rows[~np.isnan(rows).any(axis=1)].mean(axis=0) for rows in kinds]
    near = np.zeros((N, N))
    for i in range(N):
        for j in range(N):
            for rows in kinds:
                x, y = rows[i], rows[j]
                if not (np.isnan(x).any() or np.isnan(y).any()) and np.abs(x).max() > 1e-6:
                    near[i, j] += x @ y / np.sqrt((x @ x) * (y @ y)) / len(kinds)
    said = np.zeros((N, N))
    for i in range(N):
        for j in sorted(range(N), key=lambda j: -near[i, j])[: neighbours + 1]:
            said[j, i] = max(near[i, j], 0) ** power
    return said


@pytest.mark.parametrize(
    ("asked", "names", "neighbours", "power", "block"),
    [("all", ["a", "b", "c"], 50, 1, 2**22), ("b, a", ["a", "b"], 3, 2.5, 20), ("a", ["a"], 2, 1, 1)],
)
def test_equals_brute_force_whatever_the_block(asked, names, neighbours, power, block, monkeypatch):
    monkeypatch.setattr(vector_knn, "BATCH_NUMBERS", block)
    data = data_with(KINDS)
    algorithm = VectorKNN(vector_kinds=asked, neighbours=neighbours, power=power)
    list(algorithm.train(data))
    expected = by_hand(data, names, neighbours, power)
    np.testing.assert_allclose(algorithm.weights().toarray(), expected, rtol=1e-4, atol=1e-6)
    assert (expected[:, N - 2 :] > 0).sum() > 2  # items that nobody met have neighbours
    scores = algorithm.score(np.full(data.n_users, -1, np.int32), data.by_user)
    np.testing.assert_allclose(scores, data.matrix().toarray() @ expected, rtol=1e-4, atol=1e-5)


def test_its_reasons_are_the_items_of_the_history_exactly():
    data = data_with(KINDS)
    algorithm = VectorKNN(vector_kinds="a,b", power=1)
    list(algorithm.train(data))
    history, said = data.by_user.rows(np.array([0])), by_hand(data, ["a", "b"], 50, 1)
    told = explain(algorithm, history, N - 1)
    assert (told.how, told.base) == ("sum", pytest.approx(0, abs=1e-6))
    for reason in told.reasons:
        assert reason.contribution == pytest.approx(said[reason.item, N - 1], rel=1e-4)


def test_a_new_item_takes_no_place_and_is_heard_by_those_near_to_it():
    data = data_with(KINDS)
    algorithm = VectorKNN(vector_kinds="a,b", neighbours=3, power=1)
    list(algorithm.train(data))
    before, items = algorithm.weights().toarray(), data.item_features
    vectors = {"a": items.vectors["a"][[7, 9]], "other": np.ones((2, 1), np.float32)}
    new = replace(Items.unknown(pa.array(["x", "y"])), vectors=vectors)
    algorithm.add_items(items, new, data.item_counts)
    after = algorithm.weights().toarray()
    np.testing.assert_allclose(after[:N, :N], before)
    alone = VectorKNN(vector_kinds="a", neighbours=2, power=1)
    list(alone.train(data))
    near = by_hand(data, ["a"], N, 1) / 2  # of the other kind the new ones have nothing
    np.testing.assert_allclose(after[:N, N][near[:, 7] > 1e-3].max(), near[:, 7].max(), rtol=1e-4)
    assert np.count_nonzero(after[:N, N]) <= 3
    heard = after[N, :N]
    for item in range(N):
        kept = before[:, item][before[:, item] > 0]
        room = len(kept) < 4 or near[7, item] >= kept.min()
        assert heard[item] == pytest.approx(near[7, item] if room else 0, rel=1e-4, abs=1e-6)
    assert after[N, N] == pytest.approx(0.5, rel=1e-4)


def test_kinds_that_are_not_there_are_refused_by_name():
    data = data_with(KINDS)
    with pytest.raises(WorkbenchError, match=r"no item vectors called 'posters'\. There are: a, b, c\."):
        list(VectorKNN(vector_kinds="a,posters").train(data))
    with pytest.raises(WorkbenchError, match="needs vectors"):
        list(VectorKNN(vector_kinds="none").train(data))
