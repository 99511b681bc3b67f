import numpy as np
import pytest

from tests.evaluation.test_ranking import Dense, Product, Sparse, sparse_of_few_values
from workbench.data.interactions import UserItems
from workbench.evaluation.evidence import are_level
from workbench.evaluation.ranking import recommend, scores_for_lists, top_k

N, ITEMS = 60, 37


def made(kind, rng):
    """Scores of `N` people; of each third one they say nothing, of each fourth one everything."""
    if kind is Product:
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
    setattr(algorithm, "_parts" if kind is Product else "_product", parts)
    return algorithm


def by_hand(plain, seen, popular, k, newcomers):
    """Lists by the definition, one person after another."""
    lists, unknown = [], []
    for row, own in enumerate(plain):
        left = np.setdiff1d(np.arange(ITEMS), seen[row])
        unknown.append(bool(newcomers[row] or (len(left) > 1 and len(set(own[left].tolist())) == 1)))
        scores = popular.astype(np.float32) if unknown[-1] else own
        lists.append(top_k(scores[None].copy(), k, UserItems.from_lists([seen[row].tolist()]))[0])
    return np.array(lists), unknown


@pytest.mark.parametrize("kind", [Sparse, Dense, Product])
@pytest.mark.parametrize("k", [1, 2, 9, 50])
def test_people_of_whom_nothing_is_known_get_what_is_popular(kind, k):
    rng = np.random.default_rng([k, 3])
    algorithm, popular = made(kind, rng), rng.integers(0, 6, ITEMS)
    seen = UserItems.from_lists([rng.permutation(ITEMS)[: rng.integers(ITEMS + 1)].tolist() for _ in range(N)])
    history = UserItems.from_lists([[] if at % 5 == 0 else [1] for at in range(N)])
    users = np.where(np.arange(N) % 2, np.arange(N), -1).astype(np.int32)
    newcomers = (users < 0) & (history.lengths == 0)
    plain = algorithm.score(np.arange(N), history)
    right, unknown = by_hand(plain, seen, popular, k, newcomers)
    assert N > sum(unknown) > newcomers.sum()
    if kind is Product:  # the algorithm of the test scores by the index
        users, history = np.arange(N, dtype=np.int32), UserItems.from_lists([[1]] * N)
        right, unknown = by_hand(plain, seen, popular, k, np.zeros(N, bool))
    found = recommend(algorithm, users, history, k, seen, popular)
    np.testing.assert_array_equal(found.items, right)
    assert found.popular.tolist() == unknown
    there = found.popular[:, None] & (found.items >= 0)
    np.testing.assert_array_equal(found.scores[there], popular[found.items[there]])
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
