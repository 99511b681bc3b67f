import numpy as np
import pyarrow as pa

from workbench.algorithms.popularity import Popularity
from workbench.data.interactions import Interactions, UserItems


def test_counts_by_hand():
    user, item = np.array([0, 0, 1, 1, 2], np.int32), np.array([0, 2, 0, 2, 2], np.int32)
    data = Interactions(user, item, pa.array(["a", "b", "c"]), pa.array(["x", "y", "z"]))
    algorithm = Popularity()
    list(algorithm.train(data))
    scores = algorithm.score(np.array([1, -1], np.int32), UserItems.from_lists([[0, 2], []]))
    assert scores.tolist() == [[2, 0, 3], [2, 0, 3]]
