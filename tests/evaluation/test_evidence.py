from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from tests.evaluation.test_ranking import Dense, Product, Sparse, sparse_of_few_values
from workbench.algorithms import find
from workbench.data.interactions import Interactions, UserItems
from workbench.data.side_files.items import Items
from workbench.evaluation.evidence import are_level
from workbench.evaluation.ranking import recommend, scores_for_lists, top_k

N, ITEMS = 60, 37


def made(kind, rng):
    """Scores of `N` people; of each third one they say nothing, of each fourth one everything."""
    if issubclass(kind, Product):
        x = rng.integers(-4, 5, (N, 3)).astype(np.float32)
        x[::3] = 0
        parts = x, rng.integers(-4, 5, (ITEMS, 3)).astype(np.float32), None
    else:
        known = rng.random(N) < 2 / 3
        parts = (
            sparse_of_few_values(rng, (N, 20), 0.3).multiply(known[:, None]).tocsr(),
            sparse_of_few_values(rng, (20, ITEMS), 0.1),
        )
    algorithm = kind()
    setattr(algorithm, "_parts" if issubclass(kind, Product) else "_product", parts)
    return algorithm


def by_hand(plain, seen, popular, k, newcomers, *, filled=False):
    """Lists by the definition, one person after another; `filled` puts popular items first among those that score 0."""
    lists, unknown = [], []
    for row, own in enumerate(plain):
        left = np.setdiff1d(np.arange(ITEMS), seen[row])
        unknown.append(bool(newcomers[row] or (len(left) > 1 and len(set(own[left].tolist())) == 1)))
        scores = popular.astype(np.float32) if unknown[-1] else own
        if filled and not unknown[-1]:
            places = np.unique(scores, return_inverse=True)[1] * 100.0
            scores = np.where(scores == 0, places + popular, places)
        lists.append(top_k(scores[None].copy(), k, UserItems.from_lists([seen[row].tolist()]))[0])
    return np.array(lists), unknown


@pytest.mark.parametrize("filled", [False, True])
@pytest.mark.parametrize("kind", [Sparse, Dense, Product])
@pytest.mark.parametrize("k", [1, 2, 9, 50])
def test_people_of_whom_nothing_is_known_get_what_is_popular(kind, k, filled):
    rng = np.random.default_rng([k, 3])
    algorithm, popular = made(type(kind.__name__, (kind,), {"zero_is_unknown": filled}), rng), rng.integers(0, 6, ITEMS)
    seen = UserItems.from_lists([rng.permutation(ITEMS)[: rng.integers(ITEMS + 1)].tolist() for _ in range(N)])
    history = UserItems.from_lists([[] if at % 5 == 0 else [1] for at in range(N)])
    users = np.where(np.arange(N) % 2, np.arange(N), -1).astype(np.int32)
    newcomers = (users < 0) & (history.lengths == 0)
    plain = algorithm.score(np.arange(N), history)
    right, unknown = by_hand(plain, seen, popular, k, newcomers, filled=filled)
    assert N > sum(unknown) > newcomers.sum()
    if issubclass(kind, Product):  # the algorithm of the test scores by the index
        users, history = np.arange(N, dtype=np.int32), UserItems.from_lists([[1]] * N)
        right, unknown = by_hand(plain, seen, popular, k, np.zeros(N, bool), filled=filled)
    found = recommend(algorithm, users, history, k, seen, popular)
    np.testing.assert_array_equal(found.items, right)
    assert found.popular.tolist() == unknown
    there = found.popular[:, None] & (found.items >= 0)
    np.testing.assert_array_equal(found.scores[there], popular[found.items[there]])
    listed = found.items >= 0
    zero = np.take_along_axis(plain, np.maximum(found.items, 0), 1) == 0
    np.testing.assert_array_equal(found.filled, listed & (found.popular[:, None] | (zero & filled)))
    assert (found.scores[found.filled & ~found.popular[:, None]] == 0).all()
    assert not recommend(algorithm, users, history, k, seen).popular.any()
    # Where a place of each item is asked for, all scores are those of the lists.
    scores, who = scores_for_lists(algorithm, users, history, seen, popular)
    np.testing.assert_array_equal(top_k(scores, k), right)
    assert who.tolist() == unknown


def test_lists_that_are_not_personal_stay_as_they_are():
    rng = np.random.default_rng(0)
    algorithm, nobody = made(Dense, rng), UserItems.from_lists([[]] * N)

    class Same(Dense):
        personal = False

    same = Same()
    same._product = algorithm._product
    users, popular = np.full(N, -1, np.int32), rng.permutation(ITEMS)
    assert recommend(algorithm, users, nobody, 5, nobody, popular).popular.all()
    found = recommend(same, users, nobody, 5, nobody, popular)
    assert not found.popular.any()
    np.testing.assert_array_equal(found.items, recommend(algorithm, users, nobody, 5, nobody).items)
    assert not scores_for_lists(same, users, nobody, nobody, popular)[1].any()


def test_what_is_left_out_or_no_number_is_not_level():
    rows = np.zeros((6, 100), np.float32)
    rows[1, 99] = 1  # where a glance does not look
    rows[2, 0] = np.nan
    rows[3, :50] = -np.inf
    rows[4, 1:] = -np.inf  # nothing is left to choose from
    rows[5] = -np.inf
    assert are_level(rows).tolist() == [True, False, False, True, False, False]


@pytest.mark.parametrize("name", ["item-knn", "user-knn", "rp3beta", "slim", "sparse-ease", "ease", "content"])
def test_an_item_that_nothing_links_to_a_person_is_listed_for_being_popular(name):
    # Two groups that share no item; the last items are met by none but the second group.
    user, item = np.repeat(np.arange(12, dtype=np.int32), 3), np.zeros(36, np.int32)
    item[:18] = [at for u in range(6) for at in ((u % 4), (u + 1) % 4, (u + 2) % 4)]
    item[18:] = [4, 5, 6, 4, 5, 7, 4, 5, 6, 4, 7, 6, 4, 5, 8, 4, 5, 9]
    data = Interactions(user, item, *(pa.array([str(at) for at in range(n)]) for n in (12, 11)))
    if name == "content":
        titles = pa.array(["star"] * 4 + ["cook"] * 6 + ["none"])
        none = pa.nulls(11, pa.int32()), pa.nulls(11, pa.list_(pa.string()))
        data = replace(data, item_features=Items(data.item_ids, titles, *none))
    algorithm = find(name).make({"content": {"popularity": 0}, "slim": {"l1": 0.01}}.get(name, {}))
    list(algorithm.train(data))
    one = data.by_user.rows(np.array([0]))
    found = recommend(algorithm, np.zeros(1, np.int32), one, 8, one, data.item_counts)
    assert found.filled[0].tolist() == [False, *[True] * 7]
    assert found.items[0, :4].tolist() == [3, 4, 5, 6]
    ranked = top_k(scores_for_lists(algorithm, np.zeros(1, np.int32), one, one, data.item_counts)[0], 8)
    np.testing.assert_array_equal(ranked, found.items)
