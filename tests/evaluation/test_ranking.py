"""Top-k against a brute-force sort."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tests.golden import checkerboard, low_rank
from workbench.algorithms import Algorithm, find
from workbench.data.interactions import UserItems
from workbench.errors import WorkbenchError
from workbench.evaluation.ranking import BLOCK_BYTES, _tie_order, blocks, recommend, top_k


def brute_force(scores, k, seen):
    """Sort everything that may be recommended, by score and then by the fixed shuffle of ties."""
    order = _tie_order(scores.shape[1])
    lists = []
    for user, row in enumerate(scores):
        masked = set() if seen is None else set(seen[user].tolist())
        allowed = [i for i, s in enumerate(row) if i not in masked and not np.isnan(s) and s > -np.inf]
        best = sorted(allowed, key=lambda i, row=row: (-row[i], order[i]))[:k]
        lists.append(best + [-1] * (k - len(best)))
    return lists


few_values = st.sampled_from([-np.inf, -1.5, 0.0, 1.0, 2.0, np.inf, np.nan])


@st.composite
def cases(draw):
    shape = draw(st.tuples(st.integers(1, 4), st.integers(1, 12)))
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    values = st.one_of(few_values, st.floats(-3, 3, width=16))  # few: ties; many: order
    scores = draw(hnp.arrays(dtype, shape, elements=values))
    rows = st.lists(st.integers(0, shape[1] - 1), unique=True, max_size=shape[1])
    seen = draw(st.none() | st.lists(rows, min_size=shape[0], max_size=shape[0]))
    return scores, draw(st.integers(1, 14)), None if seen is None else UserItems.from_lists(seen)


@given(cases())
@settings(deadline=None, max_examples=300)
def test_equals_brute_force(case):
    scores, k, seen = case
    expected = brute_force(scores.copy(), k, seen)
    items = top_k(scores, k, seen)
    assert items.dtype == np.int32
    assert items.tolist() == expected


def test_large_rows_equal_brute_force():
    rng = np.random.default_rng(0)
    scores = rng.integers(0, 300, (20, 2000)).astype(np.float32)  # many ties at the cut
    seen = UserItems.from_lists([rng.choice(2000, 100, replace=False).tolist() for _ in range(20)])
    expected = brute_force(scores.copy(), 50, seen)
    assert top_k(scores, 50, seen).tolist() == expected


def test_seen_items_never_come_back():
    scores = np.ones((1, 5), np.float32)
    assert sorted(top_k(scores, 5, UserItems.from_lists([[1, 4]]))[0].tolist()) == [-1, -1, 0, 2, 3]


def test_nobody_and_nothing():
    assert top_k(np.empty((0, 5), np.float32), 3).shape == (0, 3)
    assert top_k(np.empty((2, 0), np.float32), 3).tolist() == [[-1] * 3] * 2


def test_equal_scores_give_chance_level():
    # Neither the order of the items nor their number of interactions may leak into a list of equal scores.
    items = top_k(np.zeros((1, 10_000), np.float32), 500)[0]
    assert len(set(items.tolist())) == 500
    assert abs(items.mean() - 5000) < 4 * 10_000 / np.sqrt(12 * 500)  # four standard errors
    again = top_k(np.zeros((3, 10_000), np.float32), 500)
    assert (again == items).all()


def test_a_layout_that_is_not_contiguous_is_ranked_alike():
    scores = np.random.default_rng(0).random((6, 4)).astype(np.float32)
    assert top_k(scores.T, 3).tolist() == top_k(np.ascontiguousarray(scores.T), 3).tolist()


@pytest.mark.parametrize(("n", "n_items"), [(0, 10), (1, 10), (1000, 100_000), (7, 10**9), (5, 0)])
def test_blocks_cover_everybody_once_within_the_budget(n, n_items):
    slices = list(blocks(n, n_items))
    covered = [user for block in slices for user in range(block.start, block.stop)]
    assert covered == list(range(n))
    for block in slices:
        assert block.stop - block.start == 1 or (block.stop - block.start) * n_items * 4 <= BLOCK_BYTES


def test_recommend_gives_lists_with_their_scores():
    data = checkerboard().train
    algorithm = find("item-knn").make({})
    list(algorithm.train(data))
    users, histories = np.array([0, 1], np.int32), data.by_user.rows(np.array([0, 1]))
    items, scores, _, _ = recommend(algorithm, users, histories, 40, histories)
    plain = algorithm.score(users, histories)
    for user in (0, 1):
        listed = items[user] >= 0
        assert not set(items[user][listed].tolist()) & set(histories[user].tolist())
        assert scores[user][listed].tolist() == plain[user][items[user][listed]].tolist()
        assert np.isnan(scores[user][~listed]).all()
        assert (~listed).sum() == 40 - (data.n_items - len(histories[user]))


class Sparse(Algorithm):
    """Scores that are a sparse product."""

    _product: Any = None

    def sparse_scores(self, users, histories):
        return self._product

    def score(self, users, histories):
        a, b = self._product
        return (a @ b).toarray()


class Dense(Sparse):
    """The same scores, without saying so."""

    def sparse_scores(self, users, histories):
        return None


def sparse_of_few_values(rng, shape, density):
    """Sparse values of which many are equal, some below zero, and some zero though they are there."""
    values = rng.choice(np.array([-1, -0.3, 0, 0.1, 0.1, 0.2, 0.7, 1], np.float32), shape)
    return sp.csr_matrix(np.where(rng.random(shape) < density, values, 0))


@pytest.mark.parametrize("density", [0, 0.02, 0.2, 0.9])
@pytest.mark.parametrize("k", [1, 5, 40, 60])
def test_lists_of_a_sparse_product_equal_those_of_its_dense_form(density, k):
    rng = np.random.default_rng([k, int(100 * density)])
    n, n_items = 30, 50
    product = sparse_of_few_values(rng, (n, 20), 0.3), sparse_of_few_values(rng, (20, n_items), density)
    product[1].data[::7] = np.nan if density == 0.2 else 0
    seen = UserItems.from_lists([rng.permutation(n_items)[: rng.integers(n_items + 1)].tolist() for _ in range(n)])
    for masked in (seen, None):
        lists = []
        for kind in (Sparse, Dense):
            algorithm = kind()
            algorithm._product = product
            lists.append(recommend(algorithm, np.arange(n), seen, k, masked))
        np.testing.assert_array_equal(lists[0][0], lists[1][0])
        np.testing.assert_array_equal(lists[0][1], lists[1][1])


def test_nothing_is_read_that_was_never_written(monkeypatch):
    """A user who has seen all items touches none: what lies in fresh memory is no index."""
    from workbench.evaluation.kernels.top_k import best_of_product

    filled = np.full
    monkeypatch.setattr(np, "empty", lambda shape, dtype=float: filled(shape, np.iinfo(np.int32).max, dtype))
    nothing = np.zeros(2, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32)
    everything = np.array([0, 2]), np.arange(2, dtype=np.int32)
    items, values, level = filled((1, 1), 7, np.int32), filled((1, 1), 7, np.float32), np.ones(1, bool)
    order = np.arange(2, dtype=np.int32)
    best_of_product.py_func(nothing, nothing, everything, order, (np.zeros(2, np.float32), order), items, values, level)
    assert (items[0, 0], np.isnan(values[0, 0]), level[0]) == (-1, True, False)


@pytest.mark.parametrize("name", ["item-knn", "user-knn", "rp3beta", "slim", "sparse-ease", "admm-slim"])
def test_sparse_models_give_the_lists_of_their_scores(name):
    data = checkerboard().train
    algorithm = find(name)()
    list(algorithm.train(data))
    users = np.arange(data.n_users, dtype=np.int32)
    assert algorithm.sparse_scores(users, data.by_user) is not None
    scores = algorithm.score(users, data.by_user)
    items, values, _, _ = recommend(algorithm, users, data.by_user, 10, data.by_user)
    np.testing.assert_array_equal(items, top_k(scores.copy(), 10, data.by_user))
    there = items >= 0
    assert there.any()
    np.testing.assert_array_equal(values[there], scores[np.nonzero(there)[0], items[there]])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n_items", [127, 128, 129, 700])
def test_long_rows_are_sorted_like_short_ones(n_items, dtype):
    rng = np.random.default_rng(n_items)
    scores = rng.integers(-40, 40, (6, n_items)).astype(dtype)  # many are equal
    scores[rng.random(scores.shape) < 0.1] = np.nan
    scores[1] = -np.inf
    scores[2, 5:] = np.nan
    scores[3] = np.sort(scores[3])
    for k in (1, 20, n_items):
        assert top_k(scores.copy(), k).tolist() == brute_force(scores, k, None)


class Product(Algorithm):
    """Scores that are a product of factors, few of them different, and perhaps a bias."""

    _parts: Any = None

    def factor_scores(self, users, histories):
        x, y, bias = self._parts
        return x[users], y, bias

    def score(self, users, histories):
        x, y, _ = self._parts
        return x[users] @ y.T


def lists_by_hand(x, y, bias, k, seen):
    """Every score in double precision, rounded once; sorted, ties by the fixed shuffle."""
    scores = x.astype(float) @ y.T.astype(float) + (0 if bias is None else bias.astype(float))
    return top_k(scores.astype(np.float32), k, seen)


@pytest.mark.parametrize("bits", [0, 2, 9])
def test_what_is_left_out_stands_in_the_order_in_which_it_is_looked_at(bits):
    from workbench.evaluation.kernels.top_k import places_in_order

    rng = np.random.default_rng(bits)
    where = rng.permutation(60).astype(np.int32)
    seen = UserItems.from_lists([rng.permutation(60)[:n].tolist() for n in (0, 1, 2, 9, 30, 60)])
    found = places_in_order(seen.indptr, seen.item, where, bits)
    for first, last in zip(seen.indptr[:-1], seen.indptr[1:], strict=True):
        assert sorted(found[first:last]) == sorted(where[seen.item[first:last]])
        assert (np.diff(found[first:last] >> bits) >= 0).all()


@pytest.mark.parametrize("biased", [True, False])
@pytest.mark.parametrize("kind", ["equal", "apart", "near", "steep"])
@pytest.mark.parametrize(("n", "n_items", "k"), [(3, 700, 5), (70, 1500, 20), (40, 30, 50), (1100, 600, 3)])
def test_lists_of_factors_equal_those_of_all_scores(n, n_items, k, kind, biased):
    rng = np.random.default_rng([n, k, len(kind)])
    x, y = (rng.integers(-3, 4, (one, 7)) / 4 for one in (n, n_items))
    if kind == "near":  # they differ by less than a product of single precision is sure of
        y = rng.normal(size=7) * (1 + 3e-7 * rng.normal(size=y.shape))
    if kind in {"apart", "steep"}:
        x, y = x + rng.normal(size=x.shape), y + rng.normal(size=y.shape)
    bias = rng.integers(-8, 9, n_items) / 8
    if kind == "steep":  # most items are never looked at, and which ones depends on the user
        x *= np.exp(rng.normal(scale=2, size=(n, 1)))
        y *= np.exp(rng.normal(scale=2, size=(n_items, 1)))
        bias *= 50
    x, y = x.astype(np.float32), y.astype(np.float32)
    bias = bias.astype(np.float32) if biased else None
    algorithm = Product()
    algorithm._parts = x, y, bias
    users = np.arange(n, dtype=np.int32)
    for seen in (None, UserItems.from_lists([rng.permutation(n_items)[: n_items // 4].tolist() for _ in range(n)])):
        items, scores, _, _ = recommend(algorithm, users, seen or UserItems.from_lists([[]] * n), k, seen)
        np.testing.assert_array_equal(items, lists_by_hand(x, y, bias, k, seen))
        alone, its, _, _ = recommend(
            algorithm, users[1:2], UserItems.from_lists([[]]), k, seen and seen.rows(np.array([1]))
        )
        np.testing.assert_array_equal(alone[0], items[1])
        np.testing.assert_array_equal(its[0], scores[1])


def test_scores_that_are_no_numbers_are_told_and_not_served():
    algorithm = Product()
    algorithm._parts = np.full((2, 2), np.nan, np.float32), np.ones((40, 2), np.float32), None
    with pytest.raises(WorkbenchError, match="scores that are not numbers"):
        recommend(algorithm, np.arange(2, dtype=np.int32), UserItems.from_lists([[], []]), 5)
    algorithm._parts = np.ones((2, 2), np.float32), np.ones((2, 2), np.float32), None
    nobody, all_seen = UserItems.from_lists([[]]), UserItems.from_lists([[0, 1]])
    items, _, _, _ = recommend(algorithm, np.zeros(1, np.int32), nobody, 5, all_seen)
    assert (items == -1).all()


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e30])
def test_factors_that_are_not_finite_are_scored_one_by_one(bad):
    algorithm = Product()
    y = np.ones((40, 2), np.float32)
    y[3] = bad
    algorithm._parts = np.ones((2, 2), np.float32), y, None
    items, _, _, _ = recommend(algorithm, np.arange(2, dtype=np.int32), UserItems.from_lists([[], []]), 40)
    assert (np.sort(items, axis=1)[:, -39:] >= 0).all()
    assert (3 in items[0]) == (not np.isnan(bad))


@pytest.mark.parametrize("name", ["ials", "pure-svd", "bpr", "warp", "logistic-mf"])
def test_models_of_factors_give_the_lists_of_their_scores(name):
    data = checkerboard().train
    algorithm = find(name)()
    list(algorithm.train(data))
    users = np.arange(data.n_users, dtype=np.int32)
    people, things, bias = algorithm.factor_scores(users, data.by_user)
    items, values, _, _ = recommend(algorithm, users, data.by_user, 10, data.by_user)
    np.testing.assert_array_equal(items, lists_by_hand(people, things, bias, 10, data.by_user))
    there = items >= 0
    assert there.any()
    plain = algorithm.score(users, data.by_user)[np.nonzero(there)[0], items[there]]
    np.testing.assert_allclose(values[there], plain, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "name", ["popularity", "item-knn", "user-knn", "rp3beta", "ease", "slim", "ials", "pure-svd", "bpr", "logistic-mf"]
)
@pytest.mark.parametrize("new", [False, True])
def test_lists_are_the_same_bit_for_bit_in_blocks_of_any_size(name, new):
    data = low_rank(130, 70).train
    algorithm = find(name).make({"epochs": 2} if "epochs" in find(name).model_fields else {})
    list(algorithm.train(data))
    users = np.full(data.n_users, -1, np.int32) if new else np.arange(data.n_users, dtype=np.int32)
    whole = recommend(algorithm, users, data.by_user, 15, data.by_user)
    for size in (1, 7, 64):
        for start in range(0, len(users), size):
            rows = slice(start, min(start + size, len(users)))
            some = data.by_user.rows(rows)
            for mine, of_all in zip(recommend(algorithm, users[rows], some, 15, some), whole, strict=True):
                np.testing.assert_array_equal(mine, of_all[rows])


READY = """
from tests.golden import checkerboard
from workbench.algorithms import find
from workbench.evaluation.kernels import top_k
from workbench.evaluation import ranking
ranking.make_ready()
def compiled():
    return {name: len(one.signatures) for name, one in vars(top_k).items() if hasattr(one, "signatures")}
before, data = compiled(), checkerboard().train
for name in ("popularity", "item-knn", "ease", "pure-svd", "bpr"):
    algorithm = find(name).make({"epochs": 1} if name == "bpr" else {})
    list(algorithm.train(data))
    one = data.by_user.rows(slice(0, 40))
    ranking.recommend(algorithm, data.user[:40] * 0 - 1, one, 5, one)
assert compiled() == before, (before, compiled())
assert sum(before.values()) > 4
"""


def test_nothing_that_makes_lists_is_left_to_compile_when_all_is_ready():
    subprocess.run([sys.executable, "-c", READY], check=True, cwd=Path(__file__).parents[2])
