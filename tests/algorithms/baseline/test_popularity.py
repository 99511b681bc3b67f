import numpy as np
import pyarrow as pa
import pytest

from tests.algorithms.movielens import rated_from_three
from workbench.algorithms.baseline.popularity import Popularity
from workbench.data.columns.times import DAY_MS
from workbench.data.interactions import Interactions, UserItems
from workbench.errors import WorkbenchError
from workbench.evaluation.evaluate import evaluate


def test_counts_by_hand():
    user, item = np.array([0, 0, 1, 1, 2], np.int32), np.array([0, 2, 0, 2, 2], np.int32)
    data = Interactions(user, item, pa.array(["a", "b", "c"]), pa.array(["x", "y", "z"]))
    algorithm = Popularity()
    list(algorithm.train(data))
    scores = algorithm.score(np.array([1, -1], np.int32), UserItems.from_lists([[0, 2], []]))
    assert scores.tolist() == [[2, 0, 3], [2, 0, 3]]


def timed(days):
    user = np.arange(5, dtype=np.int32)
    item = np.array([0, 0, 0, 1, 1], np.int32)
    time = None if days is None else np.array(days, np.int64) * DAY_MS
    return Interactions(user, item, pa.array(list("abcde")), pa.array(["x", "y", "z"]), time=time)


def counts(data, **hyperparameters):
    algorithm = Popularity(**hyperparameters)
    list(algorithm.train(data))
    return algorithm.score(np.array([-1], np.int32), UserItems.from_lists([[]]))[0].tolist()


def test_recent_counts_the_last_share_of_the_time():
    data = timed([0, 10, 89, 90, 100])  # with a tenth, days 90 to 100 count
    assert counts(data) == [3, 2, 0]
    assert counts(data, counting="recent", recent=0.1) == [0, 2, 0]
    assert counts(data, counting="recent", recent=0.11) == [1, 2, 0]
    assert counts(data, counting="recent", recent=1) == [3, 2, 0]


def test_decayed_counts_half_after_each_half_life():
    data = timed([0, 10, 20, 10, 20])
    assert counts(data, counting="decayed", half_life=10) == [1.75, 1.5, 0]


@pytest.mark.parametrize("counting", ["recent", "decayed"])
def test_without_times_it_can_only_count_all(counting):
    with pytest.raises(WorkbenchError, match="needs time"):
        counts(timed(None), counting=counting)
    assert counts(timed(None)) == [3, 2, 0]


def test_known_row_of_the_table_comes_out_exactly(shared_data):
    fold = rated_from_three(shared_data("ml-1m"))
    algorithm = Popularity()
    list(algorithm.train(fold.train))
    result = evaluate(algorithm, fold.test, fold.train.n_items, metrics=["recall", "ndcg", "hit"], cutoffs=[10])
    found = {name: round(value["mean"], 4) for name, value in result.metrics.items()}
    assert found == {"recall@10": 0.0794, "ndcg@10": 0.1202, "hit@10": 0.4832}
