import numpy as np
import pyarrow as pa

from workbench.algorithms.baseline.random import Random, _mix
from workbench.data.interactions import Interactions, UserItems


def scores_of(users, histories=None, seed=0, n_items=2000):
    ids = [pa.array([str(n) for n in range(size)]) for size in (100, n_items)]
    algorithm = Random()
    list(algorithm.train(Interactions(np.array([0], np.int32), np.array([0], np.int32), *ids), seed))
    users = np.array(users, np.int32)
    return algorithm.score(users, histories or UserItems.from_lists([[]] * len(users)))


def test_mixes_bits_like_the_published_generator():
    # The first outputs of SplitMix64 from seed 0, as printed with the reference code of Vigna (splitmix64.c).
    state = np.arange(3, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    assert [hex(x) for x in _mix(state)] == ["0xe220a8397b1dcdaf", "0x6e789e6aa1b965f4", "0x6c45d188009454f"]


def test_numbers_are_uniform_and_users_independent():
    from scipy import stats

    scores = scores_of(range(50))
    assert stats.kstest(scores.ravel(), "uniform").pvalue > 0.001
    correlation = np.corrcoef(scores) - np.eye(50)
    assert np.abs(correlation).max() < 0.1  # 4.5 standard deviations at 2,000 items


def test_neighbouring_seeds_have_nothing_in_common():
    one, other = scores_of([3, 4], seed=3), scores_of([3, 4], seed=4)
    assert np.abs(np.corrcoef(one, other) - np.eye(4)).max() < 0.1


def test_new_people_are_told_apart_by_their_histories_in_any_order():
    scores = scores_of([-1] * 4, UserItems.from_lists([[1, 2], [2, 1], [], [3]]))
    np.testing.assert_array_equal(scores[0], scores[1])
    assert not np.array_equal(scores[0], scores[2])
    assert not np.array_equal(scores[0], scores[3])


def test_known_users_keep_their_list_when_their_history_grows():
    one, other = (scores_of([7], UserItems.from_lists([items])) for items in ([1], [1, 2]))
    np.testing.assert_array_equal(one, other)
